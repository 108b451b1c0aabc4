export { type StockVerifier, stockVerifiers } from './peers.ts';
export { type Random, seededRandom } from './random.ts';
export { findVectors, listVectors, readVector, readVectorBytes, vectorsFolder } from './vectors.ts';
