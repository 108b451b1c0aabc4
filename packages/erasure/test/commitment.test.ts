import { seededRandom } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import {
  type CheckedShard,
  CODECS,
  checkShard,
  commitShards,
  createErasureSync,
  type Erasure,
} from '../src/index.ts';
import { proofSlowly, rootSlowly, subtreeSlowly } from '../src/reference/shard-tree.ts';
import { codeOf } from './code-of.ts';

const random = seededRandom(0xc0de);
const shardsOf = (count: number, size: number) =>
  Array.from({ length: count }, () => random.bytes(size));

/** Claims of all shards, as peers would send them. */
const claimsOf = (shards: readonly Uint8Array[]) => {
  const { root, proofs } = commitShards(shards);
  return shards.map((shard, index) => ({
    root,
    index,
    shardCount: shards.length,
    shard,
    proof: proofs[index]!,
  }));
};

/** An encoder of `k + m` shards and its codeword. */
const codewordOf = (coder: Erasure, size: number): Uint8Array[] => {
  const data = shardsOf(coder.dataShards, size);
  return [...data, ...coder.encode(data)];
};

/** Commits to anything, as a dishonest committer may: also to shards of unequal lengths. */
const forcedClaims = (shards: readonly Uint8Array[]) =>
  shards.map((shard, index) => ({
    root: rootSlowly(shards),
    index,
    shardCount: shards.length,
    shard,
    proof: proofSlowly(shards, index),
  }));

describe('commitShards', () => {
  test('root and proofs equal the recursive definition for 1..33 and 255, 256 shards', () => {
    const counts = [...Array.from({ length: 33 }, (_, i) => i + 1), 255, 256];
    for (const count of counts) {
      const shards = shardsOf(count, 1 + random.integer(70));
      const { root, proofs } = commitShards(shards);
      expect(bytesToHex(root), `${count} shards`).toBe(bytesToHex(rootSlowly(shards)));
      for (const index of [0, count >> 1, count - 1]) {
        const expected = proofSlowly(shards, index).map(bytesToHex);
        expect(proofs[index]!.map(bytesToHex), `${count} shards`).toEqual(expected);
      }
    }
  });

  test('the format is frozen: golden hash over the roots and proofs of 1..64 shards', () => {
    const golden = seededRandom(0x901d);
    const hash = sha256.create();
    for (let count = 1; count <= 64; count++) {
      const { root, proofs } = commitShards(
        Array.from({ length: count }, () => golden.bytes(count)),
      );
      hash.update(concatBytes(root, ...proofs.flat()));
    }
    expect(bytesToHex(hash.digest())).toBe(
      'a44a6b6cb3b87f57d67b36607378a625c99e111566ddf3b427de10e6f1871461',
    );
  });

  test('the root depends on order, on count and on every byte', () => {
    const shards = shardsOf(5, 8);
    const roots = [
      shards,
      [shards[1]!, shards[0]!, ...shards.slice(2)],
      shards.slice(0, 4),
      [...shards, new Uint8Array(8)],
      shards.map((shard, i) =>
        i === 4 ? shard.map((byte, j) => (j === 7 ? byte ^ 1 : byte)) : shard,
      ),
    ].map((list) => bytesToHex(commitShards(list).root));
    expect(new Set(roots).size).toBe(roots.length);
  });

  test('results share no memory with the shards', () => {
    const shards = shardsOf(4, 8);
    const { root, proofs } = commitShards(shards);
    const before = [root, ...proofs.flat()].map(bytesToHex);
    for (const shard of shards) shard.fill(0);
    expect([root, ...proofs.flat()].map(bytesToHex)).toEqual(before);
  });

  test('65,536 shards are committed to, and the first, last and a middle one are proven', () => {
    const shards = Array.from({ length: 65_536 }, (_, i) => Uint8Array.of(i, i >> 8));
    const { root, proofs } = commitShards(shards);
    for (const index of [0, 40_000, 65_535]) {
      const claim = {
        root,
        index,
        shardCount: 65_536,
        shard: shards[index]!,
        proof: proofs[index]!,
      };
      expect(claim.proof).toHaveLength(16);
      expect(checkShard(claim).index).toBe(index);
      expect(codeOf(() => checkShard({ ...claim, index: index ^ 1 }))).toBe('proof_mismatch');
    }
  });

  test('refuses lists that cannot be committed', () => {
    expect(() => commitShards([])).toThrow(RangeError);
    expect(() => commitShards(new Array(65_537).fill(new Uint8Array(1)))).toThrow(RangeError);
    expect(() => commitShards([new Uint8Array(2), new Uint8Array(0)])).toThrow(
      'shards[1]: expected at least 1 byte, got 0',
    );
    expect(() => commitShards(['ab' as never])).toThrow(TypeError);
    expect(() => commitShards(new Uint8Array(4) as never)).toThrow(TypeError);
  });
});

describe('checkShard', () => {
  test('accepts every shard of every count from 1 to 20, and 256', () => {
    for (const count of [...Array.from({ length: 20 }, (_, i) => i + 1), 256]) {
      for (const claim of claimsOf(shardsOf(count, 5))) {
        const checked = checkShard(claim);
        expect(checked.index).toBe(claim.index);
        expect(bytesToHex(checked.shard)).toBe(bytesToHex(claim.shard));
      }
    }
  });

  test('refuses every single flipped bit of shard, root and proof with proof_mismatch and the index', () => {
    const claim = claimsOf(shardsOf(6, 9))[4]!;
    const flipped = (bytes: Uint8Array, bit: number) => {
      const copy = bytes.slice();
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy;
    };
    const refuse = (changed: Partial<typeof claim>) => {
      const call = () => checkShard({ ...claim, ...changed });
      expect(call).toThrow(expect.objectContaining({ code: 'proof_mismatch', index: 4 }));
      expect(call).toThrow('shard 4');
    };
    for (let bit = 0; bit < 72; bit++) refuse({ shard: flipped(claim.shard, bit) });
    for (let bit = 0; bit < 256; bit++) refuse({ root: flipped(claim.root, bit) });
    for (let node = 0; node < claim.proof.length; node++) {
      for (let bit = 0; bit < 256; bit++) {
        const proof = claim.proof.map((bytes, i) => (i === node ? flipped(bytes, bit) : bytes));
        refuse({ proof: proof as typeof claim.proof });
      }
    }
  });

  test('refuses a shard under every other index, also when the shards are equal', () => {
    for (const shards of [shardsOf(7, 4), Array.from({ length: 7 }, () => Uint8Array.of(1, 2))]) {
      const claims = claimsOf(shards);
      for (const claim of claims) {
        for (const other of claims) {
          if (other.index === claim.index) continue;
          expect(codeOf(() => checkShard({ ...claim, index: other.index }))).toBe('proof_mismatch');
          const swapped = { ...claim, shard: other.shard, proof: other.proof };
          expect(codeOf(() => checkShard(swapped))).toBe('proof_mismatch');
        }
      }
    }
  });

  test('refuses truncated, extended, reversed and empty proofs and shards', () => {
    const claim = claimsOf(shardsOf(6, 9))[2]!;
    const { proof, shard } = claim;
    const attempt = (changed: object) => codeOf(() => checkShard({ ...claim, ...changed }));
    expect(attempt({ proof: proof.slice(0, 2) })).toBe('proof_length');
    expect(attempt({ proof: proof.slice(1) })).toBe('proof_length');
    expect(attempt({ proof: [] })).toBe('proof_length');
    expect(attempt({ proof: [...proof, proof[0]!] })).toBe('proof_length');
    expect(attempt({ proof: new Array(2 ** 31) })).toBe('proof_length');
    expect(attempt({ proof: [proof[0]!.slice(1), proof[1]!, proof[2]!] })).toBe('proof_length');
    expect(attempt({ proof: [proof[0]!, proof[1]!, new Uint8Array(33)] })).toBe('proof_length');
    expect(attempt({ proof: [...proof].reverse() })).toBe('proof_mismatch');
    expect(attempt({ shard: shard.slice(0, -1) })).toBe('proof_mismatch');
    expect(attempt({ shard: concatBytes(shard, Uint8Array.of(0)) })).toBe('proof_mismatch');
    expect(attempt({ shard: new Uint8Array(0) })).toBe('shard_length');
  });

  test('refuses roots, counts and indices outside their range, each with its code', () => {
    const claim = claimsOf(shardsOf(6, 9))[2]!;
    const attempt = (changed: object) => codeOf(() => checkShard({ ...claim, ...changed }));
    expect(attempt({ root: claim.root.slice(1) })).toBe('root_length');
    expect(attempt({ root: new Uint8Array(33) })).toBe('root_length');
    for (const shardCount of [0, -1, 65_537, 2.5, Number.NaN, 2 ** 53]) {
      expect(attempt({ shardCount }), `${shardCount}`).toBe('shard_count');
    }
    for (const index of [-1, 6, 1.5, Number.NaN, 2 ** 32 + 2]) {
      expect(attempt({ index }), `${index}`).toBe('shard_index');
    }
  });

  test('refuses the count of another tree, of the same depth or another', () => {
    const claim = claimsOf(shardsOf(6, 9))[2]!;
    for (const shardCount of [5, 7, 8]) {
      expect(codeOf(() => checkShard({ ...claim, shardCount }))).toBe('proof_mismatch');
    }
    for (const shardCount of [3, 4, 9, 256]) {
      expect(codeOf(() => checkShard({ ...claim, shardCount }))).toBe('proof_length');
    }
  });

  test('an inner node passed off as a shard is refused (second preimage)', () => {
    const shards = shardsOf(4, 64);
    const root = commitShards(shards).root;
    const left = subtreeSlowly(shards, 0, 2);
    const right = subtreeSlowly(shards, 2, 2);
    const below = [0, 1].map((i) => subtreeSlowly(shards, i, 1));
    // As the content of the whole two-leaf tree, and as a leaf one level up.
    const fakes = [
      { index: 0, shardCount: 2, shard: concatBytes(...below), proof: [right] },
      { index: 0, shardCount: 1, shard: concatBytes(left, right), proof: [] },
      { index: 0, shardCount: 4, shard: concatBytes(...below), proof: [right, right] },
    ];
    for (const fake of fakes)
      expect(codeOf(() => checkShard({ root, ...fake }))).toBe('proof_mismatch');
    // The same forgery against the tree itself: a two-shard commitment whose leaves are the nodes.
    expect(bytesToHex(commitShards([left, right]).root)).not.toBe(bytesToHex(root));
  });

  test('a filling place cannot be proven to hold a shard', () => {
    const shards = shardsOf(3, 4);
    const { root, proofs } = commitShards(shards);
    const proof = [subtreeSlowly(shards, 2, 1), proofs[2]![1]!];
    const claim = { root, index: 3, shard: new Uint8Array(4), proof };
    expect(codeOf(() => checkShard({ ...claim, shardCount: 3 }))).toBe('shard_index');
    expect(codeOf(() => checkShard({ ...claim, shardCount: 4 }))).toBe('proof_mismatch');
  });

  test('values that are no bytes or numbers are wrong calls', () => {
    const claim = claimsOf(shardsOf(2, 4))[1]!;
    const call = (changed: object) => () => checkShard({ ...claim, ...changed });
    expect(call({ root: 'ab' })).toThrow(TypeError);
    expect(call({ shard: null })).toThrow(TypeError);
    expect(call({ index: '1' })).toThrow(TypeError);
    expect(call({ shardCount: undefined })).toThrow(TypeError);
    expect(call({ proof: claim.proof[0] })).toThrow(TypeError);
    expect(call({ proof: ['ab'] })).toThrow(TypeError);
    expect(() => checkShard(undefined as never)).toThrow(TypeError);
  });

  test('a checked shard is a copy: later writes to the arguments do not reach it', () => {
    const claim = claimsOf(shardsOf(3, 4))[1]!;
    const shard = Buffer.from(claim.shard);
    const checked = checkShard({ ...claim, shard });
    const before = bytesToHex(checked.shard);
    shard.fill(0);
    expect(bytesToHex(checked.shard)).toBe(before);
    expect(Object.isFrozen(checked)).toBe(true);
  });
});

describe.each(CODECS)('reconstructChecked, %s', (codec) => {
  const coder = createErasureSync({ codec, dataShards: 4, parityShards: 3 });

  test('any k checked shards, in any order and repeated, give the whole codeword', () => {
    const all = codewordOf(coder, 21);
    const checked = claimsOf(all).map(checkShard);
    for (let round = 0; round < 40; round++) {
      const some = random.shuffle(checked).slice(0, 4 + random.integer(4));
      const result = coder.reconstructChecked([...some, some[0]!]);
      expect(result.map(bytesToHex), `round ${round}`).toEqual(all.map(bytesToHex));
    }
  });

  test('a corrupted shard is named by checkShard, and the rest still decode', () => {
    const all = codewordOf(coder, 21);
    const claims = claimsOf(all);
    claims[2] = { ...claims[2]!, shard: claims[2]!.shard.map((byte) => byte ^ 0x80) };
    expect(coder.verify(claims.map((claim) => claim.shard))).toBe(false);
    expect(() => checkShard(claims[2]!)).toThrow(expect.objectContaining({ index: 2 }));
    const good = claims.filter((claim) => claim.index !== 2).map(checkShard);
    expect(coder.reconstructChecked(good).map(bytesToHex)).toEqual(all.map(bytesToHex));
  });

  test('if the committed shards are no codeword, every choice of at least k shards ends in not_a_codeword', () => {
    const all = codewordOf(coder, 6);
    all[5] = all[5]!.map((byte) => byte ^ 1);
    const checked = claimsOf(all).map(checkShard);
    for (let mask = 0; mask < 128; mask++) {
      const some = checked.filter((_, i) => (mask >> i) & 1);
      const code = codeOf(() => coder.reconstructChecked(some));
      expect(code, `mask ${mask}`).toBe(some.length < 4 ? 'too_few_shards' : 'not_a_codeword');
    }
  });

  test('a commitment to unequal lengths ends in not_a_codeword, whichever shards are held', () => {
    const all = codewordOf(coder, 6);
    all[0] = all[0]!.slice(0, 5);
    const checked = forcedClaims(all).map(checkShard);
    expect(codeOf(() => coder.reconstructChecked(checked.slice(0, 4)))).toBe('not_a_codeword');
    expect(codeOf(() => coder.reconstructChecked(checked.slice(3)))).toBe('not_a_codeword');
    const fixed = createErasureSync({ codec, dataShards: 4, parityShards: 3, shardBytes: 7 });
    expect(codeOf(() => fixed.reconstructChecked(checked.slice(3)))).toBe('not_a_codeword');
  });

  test('shards encoded by the other codec end in not_a_codeword', () => {
    const other = createErasureSync({
      codec: CODECS.find((name) => name !== codec)!,
      dataShards: 4,
      parityShards: 3,
    });
    const checked = claimsOf(codewordOf(other, 6)).map(checkShard);
    expect(codeOf(() => coder.reconstructChecked(checked))).toBe('not_a_codeword');
  });

  test('shards of two commitments, or of another count, are refused', () => {
    const first = claimsOf(codewordOf(coder, 6)).map(checkShard);
    const second = claimsOf(codewordOf(coder, 6)).map(checkShard);
    const mixed = () => coder.reconstructChecked([...first.slice(0, 5), second[6]!]);
    expect(mixed).toThrow(expect.objectContaining({ code: 'shards_mixed', index: 6 }));
    const eight = claimsOf(shardsOf(8, 6)).map(checkShard);
    expect(codeOf(() => coder.reconstructChecked(eight))).toBe('shard_count');
    expect(codeOf(() => coder.reconstructChecked([]))).toBe('too_few_shards');
    expect(codeOf(() => coder.reconstructChecked(first.slice(4)))).toBe('too_few_shards');
    const repeated = [first[0]!, first[0]!, first[0]!, first[0]!];
    expect(codeOf(() => coder.reconstructChecked(repeated))).toBe('too_few_shards');
  });

  test('nothing but the result of checkShard is accepted', () => {
    const claims = claimsOf(codewordOf(coder, 6));
    const checked = claims.map(checkShard);
    const impostors: unknown[] = [
      claims[3],
      { ...checked[3]! },
      structuredClone(checked[3]),
      Object.create(checked[3]!),
      checked[3]!.shard,
      null,
      3,
    ];
    for (const impostor of impostors) {
      const list = [...checked.slice(0, 3), impostor as CheckedShard];
      expect(() => coder.reconstructChecked(list)).toThrow(TypeError);
    }
    expect(() => coder.reconstructChecked(undefined as never)).toThrow(TypeError);
    // @ts-expect-error a plain object is no CheckedShard
    expect(() => coder.reconstructChecked(claims)).toThrow(TypeError);
    // @ts-expect-error bytes are no CheckedShard
    expect(() => coder.reconstructChecked([new Uint8Array(6)])).toThrow(TypeError);
  });

  test('bytes written into a checked shard afterwards do not pass as committed', () => {
    const checked = claimsOf(codewordOf(coder, 6)).map(checkShard);
    checked[0]!.shard[0]! ^= 1;
    expect(codeOf(() => coder.reconstructChecked(checked))).toBe('not_a_codeword');
  });
});

test.each(['leopard-ff16', 'leopard-ff16-low'] as const)(
  '%s: data shards of odd length come back from every choice of checked shards',
  (codec) => {
    const coder = createErasureSync({ codec, dataShards: 2, parityShards: 3 });
    // A last byte of 0 must not be taken for padding of a shorter shard.
    for (const data of [
      shardsOf(2, 21),
      [new Uint8Array(20), new Uint8Array(20)],
      [new Uint8Array(1), new Uint8Array(1)],
    ]) {
      const all = [...data, ...coder.encode(data)];
      const checked = claimsOf(all).map(checkShard);
      for (let mask = 0; mask < 32; mask++) {
        const some = checked.filter((_, i) => (mask >> i) & 1);
        if (some.length < 2) continue;
        const result = coder.reconstructChecked(some);
        expect(result.map(bytesToHex), `mask ${mask}`).toEqual(all.map(bytesToHex));
      }
    }
  },
);
