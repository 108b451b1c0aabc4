import { seededRandom } from '@barycenter/testing';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, test } from 'vitest';
import {
  findWrongDigests,
  recoverAddress,
  type SignedDigest,
  verifyDigests,
} from '../src/attested-key/ecdsa.ts';
import { signDigest } from '../src/attested-key/sign.ts';

const random = seededRandom(67);

function items(count: number, keys = 1): SignedDigest[] {
  const secrets = Array.from({ length: keys }, () => random.bytes(32));
  return Array.from({ length: count }, (_, i) => {
    const secretKey = secrets[i % keys] as Uint8Array;
    const digest = random.bytes(32);
    return {
      digest,
      signature: signDigest(digest, secretKey),
      publicKey: secp256k1.getPublicKey(secretKey, true),
    };
  });
}

/** One after another by noble: the plain way. */
function wrongOneByOne(list: readonly SignedDigest[]): number[] {
  return list.flatMap(({ digest, signature, publicKey }, i) => {
    try {
      return secp256k1.verify(signature.subarray(0, 64), digest, publicKey, { prehash: false })
        ? []
        : [i];
    } catch {
      return [i];
    }
  });
}

test('batches of every size, of one key and of several, hold', () => {
  expect(verifyDigests([])).toBe(true);
  for (const count of [1, 2, 3, 17, 64]) {
    expect(verifyDigests(items(count))).toBe(true);
    expect(verifyDigests(items(count, 5))).toBe(true);
  }
});

test('wrong signatures are found wherever they stand, as noble finds them one by one', () => {
  for (let round = 0; round < 20; round++) {
    const list = items(1 + random.integer(20), 1 + random.integer(3));
    for (const at of list.keys()) {
      if (random.integer(4) > 0) continue;
      const entry = list[at] as SignedDigest;
      const kind = random.integer(3);
      if (kind === 0) list[at] = { ...entry, digest: random.bytes(32) };
      if (kind === 1)
        list[at] = { ...entry, signature: Uint8Array.from([...random.bytes(64), 27]) };
      if (kind === 2)
        list[at] = { ...entry, publicKey: secp256k1.getPublicKey(random.bytes(32), true) };
    }
    expect(findWrongDigests(list)).toEqual(wrongOneByOne(list));
  }
});

test('two wrong signatures that cancel in a plain sum do not cancel in the weighted one', () => {
  const [first, second] = items(2) as [SignedDigest, SignedDigest];
  const swapped = [
    { ...first, digest: second.digest },
    { ...second, digest: first.digest },
  ];
  expect(verifyDigests(swapped)).toBe(false);
});

test('a wrong parity is refused in a batch, as the EVM would recover another account', () => {
  const [item] = items(1) as [SignedDigest];
  const other = Uint8Array.from(item.signature);
  other[64] = 55 - (other[64] as number);
  expect(verifyDigests([{ ...item, signature: other }])).toBe(false);
  expect(recoverAddress(item.digest, other)).not.toEqual(
    recoverAddress(item.digest, item.signature),
  );
});

test('recovery agrees with noble on random digests, digest zero and the largest included', () => {
  const digests = [
    new Uint8Array(32),
    new Uint8Array(32).fill(0xff),
    ...Array.from({ length: 10 }, () => random.bytes(32)),
  ];
  const secretKey = random.bytes(32);
  const addresses = digests.map((digest) =>
    Buffer.from(recoverAddress(digest, signDigest(digest, secretKey)) as Uint8Array).toString(
      'hex',
    ),
  );
  expect(new Set(addresses).size).toBe(1);
});
