export { type Random, seededRandom } from './random.ts';
export { listVectors, readVector, vectorsFolder } from './vectors.ts';
