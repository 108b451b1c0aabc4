export { type Random, seededRandom } from './random.ts';
export { findVectors, listVectors, readVector, readVectorBytes, vectorsFolder } from './vectors.ts';
