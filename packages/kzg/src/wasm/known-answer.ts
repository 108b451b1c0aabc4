/**
 * The question that a kernel must answer before it is used: a chain of products, squares and
 * differences in both fields, cold and after the engine has optimised it, and a sum of points.
 */
import { fromHex, toHex } from '../bytes.ts';
import type { KernelExports } from './kernel-exports.ts';
import { KernelMemory } from './kernel-memory.ts';

/** (rounds, both base field lanes then both scalar lanes); derived with bigint in the tests. */
export const KNOWN_ANSWERS: readonly (readonly [rounds: number, answer: string])[] = [
  [
    2,
    '1068fedb2c2b1b790c37c2b4ffb5a861a8d15c333560d115b3518a5b3dcd2a44492f10bb2ccd7f43d3d2d072ffffca27' +
      '078816ac8bbb373c26cb81eef6d994f08507ae00a8ea53fada3bbe8e8b9545e49463c9f84a81a4678049897a536beb0e' +
      '3f07527bdfdd26f03411cfeb06b4a5018d7257debd8c1ba658d0ffff74d10001' +
      '0de149dba5f537782282fbcfbaf08fcc323c47d661e7012a9275f983e1596a6a',
  ],
  [
    1000,
    '13d5c86b37f315599c28cc9548f80a94fc7ccccc7abff8a63ea1f4a93780b9486502d76bbf8cb6c39e746466096c5528' +
      '1541e67e629ae6e90d3c289a885200fd7c5fa6aa93e57577f0c09ebc792a4dcb11b1d96c428960a529ab3c142f27adbc' +
      '48c5e5981e58b65c4091629be14fa07747ad87c6563326d9975a2b95ff87fd72' +
      '6535265eb67b4c0efe5655e7e364a70eb4a0746429a84111ee9e6ecef23c2e8b',
  ],
];

/** The generator of G1. draft-irtf-cfrg-pairing-friendly-curves-11, section 4.2.1. */
const GENERATOR =
  '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';

/** Scalars of the sum, and the sum of as many generators times them: 5 times the generator. */
const SCALARS = [2n, 3n];
const FIVE_GENERATORS =
  'b0e7791fb972fe014159aa33a98622da3cdc98ff707965e536d8636b5fcc5ac7a91a8c46e59a00dca575af0f18fb13dc';

/** Whether a fresh instance computes correctly, cold and hot. About a millisecond. */
export function acceptsKernel(instance: WebAssembly.Instance): boolean {
  const memory = new KernelMemory(instance.exports as unknown as KernelExports);
  return memory.scoped(() => {
    const out = memory.allocate(160);
    const holds = ([rounds, answer]: readonly [number, string]): boolean => {
      memory.exports.known_answer(rounds, out);
      return toHex(memory.read(out, 160)) === answer;
    };
    return [...KNOWN_ANSWERS, KNOWN_ANSWERS[0]!].every(holds) && sumsPoints(memory);
  });
}

function sumsPoints(memory: KernelMemory): boolean {
  const { exports } = memory;
  const generator = fromHex(GENERATOR);
  const bytes = memory.writeAll([generator, generator]);
  const points = memory.allocatePoints(3);
  const statuses = memory.allocate(2);
  exports.g1_decompress(bytes, 2, 1, points, statuses);
  const sum = points + 2 * memory.pointBytes;
  const code = exports.g1_multiply(points, 2, memory.writeScalars(SCALARS), sum);
  return code === 0 && toHex(memory.compress(sum)) === FIVE_GENERATORS;
}
