import { join } from 'node:path';
import { readVector, vectorsFolder } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { type BlsError, createBlsSync } from '../src/index.ts';
import { hashToG2 } from '../src/noble-engine.ts';
import { ascii, fromHex, fromInteger, toHex, withFirstByte } from './bytes.ts';

interface HashVectors {
  dst: string;
  vectors: { msg: string; P: { x: string; y: string } }[];
}

test('hashing to G2 gives the points of RFC 9380, J.10.1', () => {
  const folder = vectorsFolder('bls');
  if (!folder) return;
  const path = join(folder, 'rfc9380/BLS12381G2_XMD-SHA-256_SSWU_RO_.json');
  const { dst, vectors } = readVector(path) as HashVectors;
  expect(vectors).toHaveLength(5);
  for (const { msg, P } of vectors) {
    const { x, y } = hashToG2(ascii(msg), ascii(dst)).toAffine();
    expect([x.c0, x.c1]).toEqual(P.x.split(',').map(BigInt));
    expect([y.c0, y.c1]).toEqual(P.y.split(',').map(BigInt));
  }
});

interface PrecompileVector {
  Name: string;
  Input: string;
  Expected: string;
}

/** The 48-byte coordinate at 64-byte word `word`; EIP-2537 pads each with 16 zero bytes. */
function field(input: string, word: number): string {
  return input.slice(word * 128 + 32, word * 128 + 128);
}

test('points that EIP-2537 names as outside the subgroup are neither keys nor signatures', () => {
  const folder = vectorsFolder('bls');
  if (!folder) return;
  const bls = createBlsSync();
  const path = join(folder, 'eip2537/fail-blsPairing.json');
  const inputOf = (name: string) =>
    (readVector(path) as PrecompileVector[]).find((vector) => vector.Name === name)!.Input;
  const codeOf = (call: () => unknown) => {
    try {
      call();
      return 'accepted';
    } catch (error) {
      return (error as BlsError).code;
    }
  };
  const compressed = (x: string) => {
    const bytes = fromHex(x);
    return withFirstByte(bytes, bytes[0]! | 0x80);
  };
  // A pair is six words: G1 x, y, then G2 x.c0, x.c1, y.c0, y.c1. One pair of each input is bad.
  const PAIR_WORDS = 6;
  const g1Input = inputOf('bls_pairing_g1_not_in_correct_subgroup');
  const g2Input = inputOf('bls_pairing_g2_not_in_correct_subgroup');
  const keyCodes: string[] = [];
  const signatureCodes: string[] = [];
  for (let word = 0; word * 128 < g1Input.length; word += PAIR_WORDS) {
    const key = compressed(field(g1Input, word));
    keyCodes.push(codeOf(() => bls.aggregatePublicKeys([key])));
  }
  for (let word = 0; word * 128 < g2Input.length; word += PAIR_WORDS) {
    const signature = compressed(field(g2Input, word + 3) + field(g2Input, word + 2));
    signatureCodes.push(codeOf(() => bls.aggregateSignatures([signature])));
  }
  expect(new Set(keyCodes)).toEqual(new Set(['accepted', 'not_in_subgroup']));
  expect(new Set(signatureCodes)).toEqual(new Set(['accepted', 'not_in_subgroup']));
});

test('the EIP-2537 multiples of the generator are the public keys of those scalars', () => {
  const folder = vectorsFolder('bls');
  if (!folder) return;
  const bls = createBlsSync();
  const generator = bls.publicKey(fromInteger(1n, 32));
  const path = join(folder, 'eip2537/blsG1Mul.json');
  const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
  let checked = 0;
  for (const { Name, Input, Expected } of readVector(path) as PrecompileVector[]) {
    const scalar = BigInt(`0x${Input.slice(256)}`) % order;
    const isGenerator = field(Input, 0) === toHex(withFirstByte(generator, generator[0]! & 0x1f));
    if (!isGenerator || scalar === 0n) continue;
    const key = bls.publicKey(fromInteger(scalar, 32));
    expect(toHex(withFirstByte(key, key[0]! & 0x1f)), Name).toBe(field(Expected, 0));
    checked++;
  }
  expect(checked).toBeGreaterThan(0);
});
