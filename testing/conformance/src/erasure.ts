/**
 * Conformance of `@barycenter/erasure`: every codec byte for byte on every back end that this runtime can
 * run, recovery, commitments, and the ways to get hold of a coder.
 */

import { BLOCKS } from 'readme:packages/erasure/README.md';
import {
  type Codec,
  checkShard,
  commitShards,
  compileKernel,
  createErasure,
  createErasureSync,
  type Erasure,
  ErasureError,
  type ErasureOptions,
} from '@barycenter/erasure';
import { seededRandom } from '../../src/random.ts';
import {
  type Case,
  expectEqual,
  expectError,
  expectThrows,
  type Group,
  type LoadVectors,
  toHex,
  type VectorFile,
  vectorsOrSkip,
  withItem,
} from './suite.ts';

type Backend = NonNullable<ErasureOptions['backend']>;

type ErasureVector = {
  readonly k: number;
  readonly m: number;
  readonly shardBytes: number;
  readonly seed: number;
  readonly dataSha256: string;
  readonly paritySha256: string;
  readonly rate?: 'high' | 'low';
};

/** The files of vectors and the codec that each of their vectors is of. */
const FILES: Readonly<Record<string, (vector: ErasureVector) => Codec>> = {
  'gf8-vandermonde': () => 'gf8-vandermonde',
  'gf8-cauchy': () => 'gf8-cauchy',
  'gf8-jerasure': () => 'gf8-jerasure',
  'leopard-ff8': () => 'leopard-ff8',
  'leopard-ff16': () => 'leopard-ff16',
  'rs-simd-ff16': ({ rate }) => (rate === 'low' ? 'leopard-ff16-low' : 'leopard-ff16'),
};

const CODECS = [...new Set([...Object.keys(FILES), 'leopard-ff16-low'])].filter(
  (name) => name !== 'rs-simd-ff16',
) as Codec[];

export const erasure: Group = { name: 'erasure', build };

async function build(load: LoadVectors): Promise<Case[]> {
  const files = await vectorsOrSkip('erasure', load);
  const backends: Backend[] = [];
  for (const backend of ['relaxed', 'strict', 'js'] as const) {
    try {
      await createErasure({ codec: 'auto', dataShards: 1, parityShards: 1, backend });
      backends.push(backend);
    } catch (error) {
      if (!(error instanceof ErasureError) || error.code !== 'backend_unavailable') throw error;
    }
  }
  console.log(`erasure: back ends that run here: ${backends.join(', ')}`);
  return [
    {
      name: 'the fastest back end that runs is the one that is chosen',
      check: async () => {
        const coder = await createErasure({ codec: 'auto', dataShards: 4, parityShards: 2 });
        expectEqual(coder.backend().name, backends[0]);
      },
    },
    { name: 'JavaScript is among them', check: () => expectEqual(backends.includes('js'), true) },
    { name: 'a compiled kernel is taken over at once', check: takenOver },
    {
      name: 'an unknown codec, too few shards and foreign proofs are refused',
      check: checkRefusals,
    },
    ...BLOCKS.map(({ line, run }) => ({
      name: `the code at line ${line} of the README runs as it stands`,
      check: async () => void (await run()),
    })),
    ...backends.flatMap((backend) => casesOf(backend, files)),
  ];
}

/** All vectors and laws on one back end. */
function casesOf(backend: Backend, files: readonly VectorFile[]): Case[] {
  const cases: Case[] = [];
  for (const [path, codecOf] of Object.entries(FILES)) {
    const file = files.find((candidate) => candidate.path === path);
    const { vectors } = (file?.content ?? { vectors: [] }) as { vectors: ErasureVector[] };
    for (const vector of vectors) {
      const shape = `${vector.k}+${vector.m} x ${vector.shardBytes} bytes`;
      cases.push({
        name: `${path} ${shape}: parity is the peers' byte for byte, and any k shards recover`,
        check: () => checkVector({ backend, codec: codecOf(vector) }, vector),
      });
    }
  }
  for (const codec of CODECS) {
    cases.push(
      {
        name: `${codec}: a flipped byte is located, and its shard fails its commitment`,
        check: () => checkTampering({ backend, codec }),
      },
      {
        name: `${codec}: sessions, single shards, progressive encoding and updates agree`,
        check: () => checkWays({ backend, codec }),
      },
    );
  }
  return cases.map(({ name, check }) => ({ name: `${backend}: ${name}`, check }));
}

async function takenOver(): Promise<void> {
  const shape = { codec: 'leopard-ff16', dataShards: 5, parityShards: 3 } as const;
  const data = seededRandom(0x7a6e).bytes(5 * 100);
  const plain = createErasureSync(shape);
  expectEqual(plain.backend().name, 'js');
  const module = await compileKernel();
  if (module === undefined) return;
  const coder = createErasureSync({ ...shape, module });
  expectEqual(coder.backend().name, (await createErasure(shape)).backend().name);
  expectEqual(coder.encode(data), plain.encode(data));
}

/** Every way to the parity of the same data. */
async function checkWays(options: { backend: Backend; codec: Codec }): Promise<void> {
  const random = seededRandom(0x5e55);
  const [k, m, shardBytes] = [6, 5, 1001];
  const coder = await createErasure({ ...options, dataShards: k, parityShards: m });
  const data = Array.from({ length: k }, () => random.bytes(shardBytes));
  const parity = coder.encode(data);
  const session = coder.session({ shardBytes });
  for (const [index, shard] of data.entries()) session.slot(index).set(shard);
  session.encode();
  const slots = parity.map((_, i) => session.slot(k + i).slice());
  expectEqual(slots, parity);
  for (const index of [3, 0, 5, 1, 4, 2]) coder.encodeAdd(index, data[index]!);
  expectEqual(coder.finish(), parity);
  expectEqual(
    parity.map((_, i) => coder.encodeShard(data, { index: k + i })),
    parity,
  );
  const after = random.bytes(shardBytes);
  const updated = coder.update({ index: 2, before: data[2]!, after, parity });
  expectEqual(updated, coder.encode(withItem(data, 2, after)));
  const into = new Uint8Array(2 * shardBytes);
  const lost = [null, data[1]!, data[2]!, null, data[4]!, data[5]!, ...parity];
  expectEqual(coder.reconstruct(lost, { want: [0, 3], into }), [data[0], data[3]]);
  coder.dispose();
  const expected = { name: 'ErasureError', code: 'disposed' };
  expectError(() => coder.encode(data), expected);
  expectError(() => session.encode(), expected);
}

async function checkVector(
  options: { backend: Backend; codec: Codec },
  vector: ErasureVector,
): Promise<void> {
  const { k, m, shardBytes, seed } = vector;
  const stream = seededRandom(seed).bytes(k * shardBytes);
  expectEqual(await sha256(stream), vector.dataSha256);
  const data = Array.from({ length: k }, (_, i) =>
    stream.slice(i * shardBytes, (i + 1) * shardBytes),
  );
  const coder = await createErasure({ ...options, dataShards: k, parityShards: m });
  const parity = coder.encode(data);
  expectEqual(await sha256(concatenate(parity)), vector.paritySha256);

  const shards: (Uint8Array | null)[] = [...data, ...parity];
  const order = seededRandom(seed + 1).shuffle(shards.map((_, index) => index));
  for (const lost of order.slice(0, m)) shards[lost] = null;
  expectEqual(coder.reconstruct(shards), [...data, ...parity]);
  expectEqual(coder.verify([...data, ...parity]), true);
}

async function checkTampering(options: { backend: Backend; codec: Codec }): Promise<void> {
  const random = seededRandom(0x5eed);
  const coder: Erasure = await createErasure({ ...options, dataShards: 10, parityShards: 4 });
  const data = Array.from({ length: 10 }, () => random.bytes(1000));
  const shards = [...data, ...coder.encode(data)];
  const { root, proofs } = commitShards(shards);
  for (const [index, shard] of shards.entries()) {
    const claim = { root, index, shardCount: shards.length, proof: proofs[index]! };
    checkShard({ ...claim, shard });
    const flipped = shard.slice();
    flipped[random.integer(flipped.length)]! ^= 1 << random.integer(8);
    const damaged = withItem(shards, index, flipped);
    expectEqual(coder.verify(damaged), false);
    expectEqual(coder.locateCorrupt(damaged), [index]);
    expectError(() => checkShard({ ...claim, shard: flipped }), { name: 'ErasureError' });
  }
}

function checkRefusals(): void {
  const options = { codec: 'gf8-quantum' as 'gf8-cauchy', dataShards: 2, parityShards: 2 };
  const error = expectThrows(() => createErasureSync(options)) as Error;
  expectEqual(error.message.includes('unknown codec'), true);
  const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 2, parityShards: 2 });
  const shard = Uint8Array.of(1, 2, 3);
  expectThrows(() => coder.reconstruct([shard, null, null, null]));
  expectThrows(() => coder.encode([shard]));
  const { root, proofs } = commitShards([shard, Uint8Array.of(4, 5, 6)]);
  const claim = { root, index: 1, shardCount: 2, shard, proof: proofs[1]! };
  expectError(() => checkShard(claim), { name: 'ErasureError' });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
