/** The laws of the `Bls` interface, run once by every backend. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVector, seededRandom, vectorsFolder } from '@barycenter/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Bls,
  BlsError,
  type BlsErrorCode,
  possessionTag,
  signatureTag,
} from '../src/index.ts';
import { ascii, flipBit, fromHex, fromInteger, toHex, withFirstByte } from './bytes.ts';
import {
  badKeys,
  badSignatures,
  FIELD_MODULUS,
  GROUP_ORDER,
  INFINITE_KEY,
  INFINITE_SIGNATURE,
  keyPlusTorsion,
  negatedKey,
  nonCanonicalKey,
  nonCanonicalSignature,
  shiftSignature,
} from './points.ts';

const MESSAGE = ascii('attestation');
const OTHER_MESSAGE = ascii('another attestation');
const OWN_TAG = ascii('BARYCENTER_TEST_BLS12381G2_XMD:SHA-256_SSWU_RO_');
const NUL_TAG = ascii('BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_');
const TAGS = [
  { name: "Ethereum's tag", dst: signatureTag() },
  { name: 'an own tag', dst: OWN_TAG },
];

interface HashVectors {
  dst: string;
  vectors: { msg: string; P: { x: string; y: string } }[];
}

/**
 * Registers the suite. `signatureStride` thins the 559 published signatures on slow backends;
 * `ownWeights` are those that a batch under Ethereum's tag does not take from `random`.
 */
export function blsSuite(
  name: string,
  create: () => Promise<Bls>,
  options: { signatureStride: number; ownWeights?: boolean },
): void {
  describe(`the Bls interface over ${name}`, () => {
    let bls: Bls;
    let secretKeys: Uint8Array[];
    let keys: Uint8Array[];
    let signatures: Uint8Array[]; // of MESSAGE under Ethereum's tag

    beforeAll(async () => {
      bls = await create();
      secretKeys = Array.from({ length: 6 }, (_, i) => bls.keyGen(new Uint8Array(32).fill(i)));
      keys = secretKeys.map((secretKey) => bls.publicKey(secretKey));
      signatures = secretKeys.map((secretKey) => bls.sign(secretKey, MESSAGE));
    });

    test('the backend says its name and why', () => {
      expect(bls.backend().name).toBe(name);
      expect(bls.backend().reason.length).toBeGreaterThan(10);
    });

    describe('signing and verifying', () => {
      test('published signatures are reproduced byte for byte, and verify', () => {
        const folder = vectorsFolder('bls');
        if (!folder) return;
        const path = join(folder, 'points/bls12-381-g2-test-vectors.txt');
        const lines = readFileSync(path, 'utf8').trim().split('\n');
        expect(lines).toHaveLength(559);
        for (let i = 0; i < lines.length; i += options.signatureStride) {
          const [secret, message, expected] = lines[i]!.split(':') as [string, string, string];
          // The file's keys are any 256 bits, meant modulo r; this package refuses those above r.
          const scalar = BigInt(`0x${secret}`);
          const secretKey = fromInteger(scalar % GROUP_ORDER, 32);
          if (scalar >= GROUP_ORDER) {
            expect(() => bls.sign(fromHex(secret), fromHex(message))).toThrow(RangeError);
          }
          const signature = bls.sign(secretKey, fromHex(message), { dst: NUL_TAG });
          expect(toHex(signature), `line ${i + 1}`).toBe(expected);
          if (i % 32 !== 0) continue;
          const key = bls.publicKey(secretKey);
          expect(bls.verify(key, fromHex(message), signature, { dst: NUL_TAG })).toBe(true);
          expect(bls.verify(key, fromHex(message), signature)).toBe(false);
        }
      });

      test('the signature with secret key 1 is the hash: the points of RFC 9380, J.10.1', () => {
        const folder = vectorsFolder('bls');
        if (!folder) return;
        const path = join(folder, 'rfc9380/BLS12381G2_XMD-SHA-256_SSWU_RO_.json');
        const { dst, vectors } = readVector(path) as HashVectors;
        expect(vectors).toHaveLength(5);
        for (const { msg, P } of vectors) {
          const hash = bls.sign(fromInteger(1n, 32), ascii(msg), { dst: ascii(dst) });
          const [c0, c1] = P.x.split(',') as [string, string];
          const withoutFlags = withFirstByte(hash, hash[0]! & 0x1f);
          expect(toHex(withoutFlags), msg).toBe(`${c1.slice(2)}${c0.slice(2)}`);
          // Each half is at most (p - 1) / 2 or not: bit 5 says so for y.
          const [y0, y1] = P.y.split(',').map(BigInt) as [bigint, bigint];
          const larger = 2n * (y1 === 0n ? y0 : y1) > FIELD_MODULUS;
          expect((hash[0]! & 0x20) !== 0, msg).toBe(larger);
        }
      });

      test.each(TAGS)(
        'a signature under $name verifies for its key and message only',
        ({ dst }) => {
          for (const message of [MESSAGE, new Uint8Array(0), new Uint8Array(1000).fill(7)]) {
            const signature = bls.sign(secretKeys[0]!, message, { dst });
            expect(bls.verify(keys[0]!, message, signature, { dst })).toBe(true);
            expect(bls.verify(keys[1]!, message, signature, { dst })).toBe(false);
            expect(bls.verify(keys[0]!, OTHER_MESSAGE, signature, { dst })).toBe(false);
            expect(bls.verify(negatedKey(keys[0]!), message, signature, { dst })).toBe(false);
          }
        },
      );

      test('a signature under one tag is worthless under another', () => {
        const own = bls.sign(secretKeys[0]!, MESSAGE, { dst: OWN_TAG });
        expect(bls.verify(keys[0]!, MESSAGE, own)).toBe(false);
        expect(bls.verify(keys[0]!, MESSAGE, signatures[0]!, { dst: OWN_TAG })).toBe(false);
        expect(bls.verify(keys[0]!, MESSAGE, signatures[0]!, { dst: signatureTag() })).toBe(true);
      });

      test('the signature with secret key r - x is the negative of that with x', () => {
        const x = BigInt(`0x${toHex(secretKeys[0]!)}`);
        const mirrored = fromInteger(GROUP_ORDER - x, 32);
        expect(bls.publicKey(mirrored)).toEqual(negatedKey(keys[0]!));
        const signature = bls.sign(mirrored, MESSAGE);
        expect(signature).toEqual(flipBit(signatures[0]!, 5));
        expect(bls.verify(negatedKey(keys[0]!), MESSAGE, signature)).toBe(true);
      });

      test('arguments are left as they were', () => {
        const inputs = [secretKeys[0]!, MESSAGE, keys[0]!, signatures[0]!];
        const before = inputs.map(toHex);
        bls.sign(secretKeys[0]!, MESSAGE);
        bls.verify(keys[0]!, MESSAGE, signatures[0]!);
        bls.aggregatePublicKeys([keys[0]!]);
        bls.provePossession(secretKeys[0]!);
        expect(inputs.map(toHex)).toEqual(before);
      });

      test('a single flipped bit in key or signature makes it invalid, and never throws', () => {
        const random = seededRandom(0xb15);
        for (let i = 0; i < 12; i++) {
          const keyBit = random.integer(48 * 8);
          const signatureBit = random.integer(96 * 8);
          const note = `seed ${random.seed}, key bit ${keyBit}, signature bit ${signatureBit}`;
          const badKey = flipBit(keys[0]!, keyBit);
          expect(bls.verify(badKey, MESSAGE, signatures[0]!), note).toBe(false);
          const badSignature = flipBit(signatures[0]!, signatureBit);
          expect(bls.verify(keys[0]!, MESSAGE, badSignature), note).toBe(false);
        }
      });
    });

    describe('secret keys', () => {
      test('the published multiples of the generator are the public keys of 1, 2, 3, ...', () => {
        const points = readPoints('g1_compressed_valid.dat', 48);
        if (!points) return;
        for (const i of [1, 2, 3, 500, 999]) {
          expect(bls.publicKey(fromInteger(BigInt(i), 32))).toEqual(points[i]);
        }
      });

      test('the largest secret key, r - 1, gives -G', () => {
        const generator = bls.publicKey(fromInteger(1n, 32));
        expect(bls.publicKey(fromInteger(GROUP_ORDER - 1n, 32))).toEqual(negatedKey(generator));
      });

      test('0, r and anything above are refused, without the key in the message', () => {
        for (const value of [0n, GROUP_ORDER, GROUP_ORDER + 1n, 2n ** 256n - 1n]) {
          const secretKey = fromInteger(value, 32);
          for (const use of [
            () => bls.publicKey(secretKey),
            () => bls.sign(secretKey, MESSAGE),
            () => bls.provePossession(secretKey),
          ]) {
            expect(use).toThrow(RangeError);
            expect(use).toThrow(/^secretKey: expected an integer in 1\.\.r-1$/);
          }
        }
      });

      test('wrong lengths and types are refused', () => {
        expect(() => bls.publicKey(new Uint8Array(31))).toThrow(RangeError);
        expect(() => bls.sign(new Uint8Array(33), MESSAGE)).toThrow(RangeError);
        expect(() => bls.publicKey('00' as unknown as Uint8Array)).toThrow(TypeError);
      });
    });

    describe('points from outside', () => {
      test('every published multiple of the generator decodes; infinity is no key', () => {
        const points = readPoints('g1_compressed_valid.dat', 48);
        if (!points) return;
        expect(points).toHaveLength(1000);
        expect(points.map((point) => bls.isValidPublicKey(point)).indexOf(false)).toBe(0);
        expect(points.filter((point) => !bls.isValidPublicKey(point))).toHaveLength(1);
        for (let i = 1; i < 999; i++) {
          expect(bls.aggregatePublicKeys([points[i]!, points[1]!])).toEqual(points[i + 1]);
        }
      });

      test('every published multiple of the G2 generator decodes; infinity is no signature', () => {
        const points = readPoints('g2_compressed_valid.dat', 96);
        if (!points) return;
        expect(points).toHaveLength(1000);
        expect(points.filter((point) => !bls.isValidSignature(point))).toEqual([points[0]]);
        for (let i = 0; i < 990; i += 30) {
          expect(bls.aggregateSignatures([points[i]!, points[9]!])).toEqual(points[i + 9]);
        }
      });

      test('uncompressed encodings are refused', () => {
        for (const [file, size] of [
          ['g1_uncompressed_valid.dat', 96],
          ['g2_uncompressed_valid.dat', 192],
        ] as const) {
          const points = readPoints(file, size);
          if (!points) return;
          for (const point of points.slice(0, 20)) {
            expect(bls.isValidPublicKey(point)).toBe(false);
            expect(bls.isValidSignature(point)).toBe(false);
          }
        }
      });

      const KEY_CASES: [BlsErrorCode, string, () => Uint8Array][] = [
        ['bad_length', 'empty', () => new Uint8Array(0)],
        ['bad_length', 'truncated', () => keys[0]!.subarray(0, 47)],
        ['bad_length', 'one byte longer', () => new Uint8Array([...keys[0]!, 0])],
        ['bad_length', 'very long', () => new Uint8Array(1_000_000)],
        ['bad_encoding', 'zeros', () => new Uint8Array(48)],
        ['bad_encoding', 'ones', () => new Uint8Array(48).fill(0xff)],
        ['bad_encoding', 'no compression flag', () => flipBit(keys[0]!, 7)],
        ['bad_encoding', 'infinity flag on a point', () => flipBit(keys[0]!, 6)],
        ['bad_encoding', 'infinity with the root flag', () => withFirstByte(INFINITE_KEY, 0xe0)],
        ['bad_encoding', 'infinity with a bit of x', () => flipBit(INFINITE_KEY, 47 * 8)],
        ['bad_encoding', 'infinity without compression', () => withFirstByte(INFINITE_KEY, 0x40)],
        ['bad_encoding', 'x + p', () => nonCanonicalKey()],
        ['infinity', 'the point at infinity', () => INFINITE_KEY],
        ['not_on_curve', 'an x without a point', () => badKeys('not_on_curve', 1)[0]!],
        [
          'not_in_subgroup',
          'x = 0, a point of order 3',
          () => withFirstByte(new Uint8Array(48), 0x80),
        ],
        ['not_in_subgroup', 'another small x', () => badKeys('not_in_subgroup', 2)[1]!],
        ['not_in_subgroup', 'a key plus a torsion point', () => keyPlusTorsion(keys[0]!)],
      ];

      test.each(KEY_CASES)('a public key is refused as %s: %s', (code, _, make) => {
        const key = make();
        expect(bls.isValidPublicKey(key)).toBe(false);
        expectCode(() => bls.aggregatePublicKeys([keys[0]!, key]), { code, index: 1 });
        expect(bls.verify(key, MESSAGE, signatures[0]!)).toBe(false);
        expect(bls.verifyPossession(key, signatures[0]!)).toBe(false);
        expect(bls.fastAggregateVerify([keys[0]!, key], MESSAGE, signatures[0]!)).toBe(false);
        expect(bls.aggregateVerify([keys[0]!, key], [MESSAGE, MESSAGE], signatures[0]!)).toBe(
          false,
        );
        const set = { publicKey: key, message: MESSAGE, signature: signatures[0]! };
        expect(bls.verifyBatch([set])).toEqual({ ok: false, invalid: [0] });
      });

      const SIGNATURE_CASES: [BlsErrorCode, string, () => Uint8Array][] = [
        ['bad_length', 'empty', () => new Uint8Array(0)],
        ['bad_length', 'truncated', () => signatures[0]!.subarray(1)],
        ['bad_length', 'one byte longer', () => new Uint8Array([...signatures[0]!, 0])],
        ['bad_length', 'very long', () => new Uint8Array(1_000_000)],
        ['bad_encoding', 'zeros', () => new Uint8Array(96)],
        ['bad_encoding', 'no compression flag', () => flipBit(signatures[0]!, 7)],
        ['bad_encoding', 'infinity flag on a point', () => flipBit(signatures[0]!, 6)],
        [
          'bad_encoding',
          'infinity with the root flag',
          () => withFirstByte(INFINITE_SIGNATURE, 0xe0),
        ],
        ['bad_encoding', 'infinity with a bit of x', () => flipBit(INFINITE_SIGNATURE, 50 * 8)],
        ['bad_encoding', 'c1 + p', () => nonCanonicalSignature('c1')],
        ['bad_encoding', 'c0 + p', () => nonCanonicalSignature('c0')],
        [
          'bad_encoding',
          'flag bits in the second coordinate',
          () => flipBit(signatures[0]!, 48 * 8 + 7),
        ],
        ['not_on_curve', 'an x without a point', () => badSignatures('not_on_curve', 1)[0]!],
        ['not_in_subgroup', 'a small x', () => badSignatures('not_in_subgroup', 1)[0]!],
      ];

      test.each(SIGNATURE_CASES)('a signature is refused as %s: %s', (code, _, make) => {
        const signature = make();
        expect(bls.isValidSignature(signature)).toBe(false);
        expectCode(() => bls.aggregateSignatures([signatures[0]!, signature]), { code, index: 1 });
        expect(bls.verify(keys[0]!, MESSAGE, signature)).toBe(false);
        expect(bls.verifyPossession(keys[0]!, signature)).toBe(false);
        expect(bls.fastAggregateVerify([keys[0]!], MESSAGE, signature)).toBe(false);
        expect(bls.aggregateVerify([keys[0]!], [MESSAGE], signature)).toBe(false);
        const set = { publicKey: keys[0]!, message: MESSAGE, signature };
        expect(bls.verifyBatch([set])).toEqual({ ok: false, invalid: [0] });
      });

      test('the first bad entry of a list is the one named', () => {
        const list = [keys[0]!, INFINITE_KEY, new Uint8Array(3)];
        expectCode(() => bls.aggregatePublicKeys(list), { code: 'infinity', index: 1 });
      });
    });

    describe('infinity', () => {
      test('is never a valid signature, not even for keys that cancel', () => {
        const cancelling = [keys[0]!, negatedKey(keys[0]!)];
        expect(bls.isValidSignature(INFINITE_SIGNATURE)).toBe(false);
        expect(bls.verify(keys[0]!, MESSAGE, INFINITE_SIGNATURE)).toBe(false);
        expect(bls.verify(INFINITE_KEY, MESSAGE, INFINITE_SIGNATURE)).toBe(false);
        expect(bls.fastAggregateVerify(cancelling, MESSAGE, INFINITE_SIGNATURE)).toBe(false);
        expect(bls.aggregateVerify(cancelling, [MESSAGE, MESSAGE], INFINITE_SIGNATURE)).toBe(false);
        const set = { publicKey: keys[0]!, message: MESSAGE, signature: INFINITE_SIGNATURE };
        expect(bls.verifyBatch([set])).toEqual({ ok: false, invalid: [0] });
      });

      test('is the aggregate of a signature and its negative, and is neutral in sums', () => {
        const negative = flipBit(signatures[0]!, 5);
        expect(bls.aggregateSignatures([signatures[0]!, negative])).toEqual(INFINITE_SIGNATURE);
        expect(bls.aggregateSignatures([INFINITE_SIGNATURE])).toEqual(INFINITE_SIGNATURE);
        expect(bls.aggregateSignatures([INFINITE_SIGNATURE, signatures[1]!])).toEqual(
          signatures[1],
        );
      });

      test('is refused as the aggregate of public keys', () => {
        const cancelling = [keys[0]!, negatedKey(keys[0]!)];
        expectCode(() => bls.aggregatePublicKeys(cancelling), { code: 'aggregate_infinity' });
      });
    });

    describe('aggregates', () => {
      test('the sum does not depend on the order, and a sum of one is itself', () => {
        const sum = bls.aggregateSignatures(signatures);
        expect(bls.aggregateSignatures([...signatures].reverse())).toEqual(sum);
        expect(bls.aggregateSignatures([signatures[0]!])).toEqual(signatures[0]);
        expect(bls.aggregatePublicKeys([keys[0]!])).toEqual(keys[0]);
      });

      test('nothing cannot be aggregated', () => {
        expectCode(() => bls.aggregateSignatures([]), { code: 'empty_list' });
        expectCode(() => bls.aggregatePublicKeys([]), { code: 'empty_list' });
      });

      test.each(TAGS)('one message signed by many verifies at once under $name', ({ dst }) => {
        const signed = secretKeys.map((secretKey) => bls.sign(secretKey, MESSAGE, { dst }));
        const aggregate = bls.aggregateSignatures(signed);
        expect(bls.fastAggregateVerify(keys, MESSAGE, aggregate, { dst })).toBe(true);
        expect(bls.verify(bls.aggregatePublicKeys(keys), MESSAGE, aggregate, { dst })).toBe(true);
        expect(
          bls.aggregateVerify(
            keys,
            keys.map(() => MESSAGE),
            aggregate,
            { dst },
          ),
        ).toBe(true);
        expect(bls.fastAggregateVerify(keys.slice(1), MESSAGE, aggregate, { dst })).toBe(false);
        expect(bls.fastAggregateVerify(keys, OTHER_MESSAGE, aggregate, { dst })).toBe(false);
        expect(bls.fastAggregateVerify([], MESSAGE, aggregate, { dst })).toBe(false);
        expect(bls.fastAggregateVerify([], MESSAGE, INFINITE_SIGNATURE, { dst })).toBe(false);
      });

      test('a key listed twice counts twice', () => {
        const twice = bls.aggregateSignatures([signatures[0]!, signatures[0]!]);
        expect(bls.fastAggregateVerify([keys[0]!, keys[0]!], MESSAGE, twice)).toBe(true);
        expect(bls.fastAggregateVerify([keys[0]!, keys[0]!], MESSAGE, signatures[0]!)).toBe(false);
        expect(bls.fastAggregateVerify([keys[0]!], MESSAGE, twice)).toBe(false);
      });

      test('keys x and r - x add up to nothing, so registering both must be prevented', () => {
        const listed = [keys[1]!, keys[0]!, negatedKey(keys[0]!)];
        expect(bls.fastAggregateVerify(listed, MESSAGE, signatures[1]!)).toBe(true);
      });

      test.each(TAGS)('each key with its own message verifies under $name', ({ dst }) => {
        const messages = keys.map((_, i) => ascii(`message ${i >> 1}`)); // pairs share one
        const signed = secretKeys.map((secretKey, i) => bls.sign(secretKey, messages[i]!, { dst }));
        const aggregate = bls.aggregateSignatures(signed);
        expect(bls.aggregateVerify(keys, messages, aggregate, { dst })).toBe(true);
        const swapped = [messages[5]!, ...messages.slice(1, 5), messages[0]!];
        expect(bls.aggregateVerify(keys, swapped, aggregate, { dst })).toBe(false);
        expect(bls.aggregateVerify(keys, messages.slice(1), aggregate, { dst })).toBe(false);
        expect(bls.aggregateVerify([], [], aggregate, { dst })).toBe(false);
        expect(bls.aggregateVerify([], [], INFINITE_SIGNATURE, { dst })).toBe(false);
      });
    });

    describe('batches', () => {
      const SHAPES = TAGS.flatMap((tag) => [
        { ...tag, messages: 'one message', messageOf: () => MESSAGE },
        { ...tag, messages: 'own messages', messageOf: (i: number) => ascii(`message ${i}`) },
        { ...tag, messages: 'shared messages', messageOf: (i: number) => ascii(`m ${i % 2}`) },
      ]);

      test.each(SHAPES)('$messages under $name: bad ones are named', ({ dst, messageOf }) => {
        const sets = secretKeys.map((secretKey, i) => ({
          publicKey: keys[i]!,
          message: messageOf(i),
          signature: bls.sign(secretKey, messageOf(i), { dst }),
        }));
        expect(bls.verifyBatch(sets, { dst })).toEqual({ ok: true });
        const bad = [...sets];
        bad[1] = { ...sets[1]!, message: OTHER_MESSAGE };
        bad[4] = { ...sets[4]!, publicKey: INFINITE_KEY };
        bad[5] = { ...sets[5]!, signature: sets[0]!.signature };
        expect(bls.verifyBatch(bad, { dst })).toEqual({ ok: false, invalid: [1, 4, 5] });
      });

      test.each(SHAPES)('$messages under $name: errors that cancel are found', (shape) => {
        const { dst, messageOf } = shape;
        const sets = secretKeys.slice(0, 4).map((secretKey, i) => ({
          publicKey: keys[i]!,
          message: messageOf(i),
          signature: bls.sign(secretKey, messageOf(i), { dst }),
        }));
        const error = signatures[5]!;
        const shift = (i: number, negate: boolean) => ({
          ...sets[i]!,
          signature: shiftSignature(sets[i]!.signature, { error, negate }),
        });
        const cancelling = [shift(0, false), sets[1]!, sets[2]!, shift(3, true)];
        // The plain sum of the signatures is unchanged, so an unweighted check would hold.
        const aggregate = bls.aggregateSignatures(cancelling.map((set) => set.signature));
        const messages = cancelling.map((set) => set.message);
        expect(bls.aggregateVerify(keys.slice(0, 4), messages, aggregate, { dst })).toBe(true);
        expect(bls.verifyBatch(cancelling, { dst })).toEqual({ ok: false, invalid: [0, 3] });
      });

      test('an empty batch holds, and one of only bad entries names all', () => {
        expect(bls.verifyBatch([])).toEqual({ ok: true });
        const sets = keys.slice(0, 3).map((publicKey, i) => {
          return { publicKey, message: OTHER_MESSAGE, signature: signatures[i]! };
        });
        expect(bls.verifyBatch(sets)).toEqual({ ok: false, invalid: [0, 1, 2] });
      });

      /** A tag under which every backend takes its weights from `random`. */
      const WEIGHTED_TAG = options.ownWeights ? OWN_TAG : signatureTag();

      function cancellingBatch() {
        const dst = WEIGHTED_TAG;
        const [first, second, error] = secretKeys.map((key) => bls.sign(key, MESSAGE, { dst }));
        const shifted = [
          shiftSignature(first!, { error: error!, negate: false }),
          shiftSignature(second!, { error: error!, negate: true }),
        ];
        return shifted.map((signature, i) => ({
          publicKey: keys[i]!,
          message: MESSAGE,
          signature,
        }));
      }

      test('it is the weights that find errors that cancel: equal ones do not', () => {
        const dst = WEIGHTED_TAG;
        const equal = (size: number) => new Uint8Array(size).fill(1);
        expect(bls.verifyBatch(cancellingBatch(), { dst, random: equal })).toEqual({ ok: true });
        const unequal = (size: number) => Uint8Array.from({ length: size }, (_, i) => i + 1);
        expect(bls.verifyBatch(cancellingBatch(), { dst, random: unequal })).toEqual({
          ok: false,
          invalid: [0, 1],
        });
      });

      test('keys that cancel under equal weights leave the others to be judged', () => {
        const dst = WEIGHTED_TAG;
        const random = (size: number) => new Uint8Array(size).fill(1);
        const mirrored = fromInteger(GROUP_ORDER - BigInt(`0x${toHex(secretKeys[0]!)}`), 32);
        const sets = [secretKeys[0]!, mirrored, secretKeys[1]!].map((secretKey, i) => {
          const message = i < 2 ? MESSAGE : OTHER_MESSAGE;
          const signature = bls.sign(secretKey, message, { dst });
          return { publicKey: bls.publicKey(secretKey), message, signature };
        });
        expect(bls.verifyBatch(sets, { dst, random })).toEqual({ ok: true });
        expect(bls.verifyBatch(sets.slice(0, 2), { dst, random })).toEqual({ ok: true });
        const bad = [sets[0]!, sets[1]!, { ...sets[2]!, publicKey: keys[2]! }];
        expect(bls.verifyBatch(bad, { dst, random })).toEqual({ ok: false, invalid: [2] });
      });

      test('a batch of n asks for 16 n random bytes', () => {
        const asked: number[] = [];
        const random = (size: number) => {
          asked.push(size);
          return crypto.getRandomValues(new Uint8Array(size));
        };
        bls.verifyBatch(cancellingBatch(), { dst: WEIGHTED_TAG, random });
        expect(asked).toEqual([32]);
      });

      test('randomness of wrong length, of zeros or of another type is refused', () => {
        const withRandom = (random: (size: number) => unknown) => () =>
          bls.verifyBatch(cancellingBatch(), {
            dst: WEIGHTED_TAG,
            random: random as (size: number) => Uint8Array,
          });
        expect(withRandom((size) => new Uint8Array(size))).toThrow(RangeError);
        expect(withRandom((size) => new Uint8Array(size - 1).fill(1))).toThrow(RangeError);
        expect(withRandom(() => 'random')).toThrow(TypeError);
      });

      test('an entry given twice is judged twice', () => {
        const good = { publicKey: keys[0]!, message: MESSAGE, signature: signatures[0]! };
        const bad = { publicKey: keys[1]!, message: MESSAGE, signature: signatures[0]! };
        expect(bls.verifyBatch([good, good])).toEqual({ ok: true });
        expect(bls.verifyBatch([bad, good, bad, good])).toEqual({ ok: false, invalid: [0, 2] });
      });
    });

    describe('proof of possession', () => {
      test('is the signature of the public key and the context under the possession tag', () => {
        const context = ascii('chain 1, account 2');
        const proof = bls.provePossession(secretKeys[0]!, { context });
        const message = new Uint8Array([...keys[0]!, ...context]);
        expect(proof).toEqual(bls.sign(secretKeys[0]!, message, { dst: possessionTag() }));
        expect(bls.verifyPossession(keys[0]!, proof, { context })).toBe(true);
        expect(bls.verifyPossession(keys[0]!, proof)).toBe(false);
        expect(bls.verifyPossession(keys[1]!, proof, { context })).toBe(false);
        expect(bls.verifyPossession(keys[0]!, proof, { context, dst: OWN_TAG })).toBe(false);
      });

      test('an ordinary signature of the key bytes is no proof', () => {
        const proof = bls.provePossession(secretKeys[0]!);
        expect(bls.verifyPossession(keys[0]!, proof)).toBe(true);
        const signature = bls.sign(secretKeys[0]!, keys[0]!);
        expect(bls.verifyPossession(keys[0]!, signature)).toBe(false);
      });

      test('takes its own tag', () => {
        const proof = bls.provePossession(secretKeys[0]!, { dst: OWN_TAG });
        expect(bls.verifyPossession(keys[0]!, proof, { dst: OWN_TAG })).toBe(true);
        expect(bls.verifyPossession(keys[0]!, proof)).toBe(false);
      });
    });

    describe('disposal', () => {
      test('every method but dispose itself throws afterwards, and a second dispose does not', async () => {
        const own = await create();
        const [secretKey, key, signature] = [secretKeys[0]!, keys[0]!, signatures[0]!];
        const set = { publicKey: key, message: MESSAGE, signature };
        const calls: Record<Exclude<keyof Bls, 'dispose'>, () => unknown> = {
          backend: () => own.backend(),
          keyGen: () => own.keyGen(secretKey),
          publicKey: () => own.publicKey(secretKey),
          sign: () => own.sign(secretKey, MESSAGE),
          verify: () => own.verify(key, MESSAGE, signature),
          aggregateSignatures: () => own.aggregateSignatures([signature]),
          aggregatePublicKeys: () => own.aggregatePublicKeys([key]),
          aggregateVerify: () => own.aggregateVerify([key], [MESSAGE], signature),
          fastAggregateVerify: () => own.fastAggregateVerify([key], MESSAGE, signature),
          verifyBatch: () => own.verifyBatch([set]),
          provePossession: () => own.provePossession(secretKey),
          verifyPossession: () => own.verifyPossession(key, signature),
          isValidPublicKey: () => own.isValidPublicKey(key),
          isValidSignature: () => own.isValidSignature(signature),
        };
        expect(Object.keys(calls).sort()).toEqual(
          Object.keys(own)
            .filter((method) => method !== 'dispose')
            .sort(),
        );
        for (const call of Object.values(calls)) expect(call).not.toThrow();
        own.dispose();
        own.dispose();
        for (const call of Object.values(calls)) expectCode(call, { code: 'disposed' });
      });

      test('an object disposed of in the middle of its own batch says so', async () => {
        const own = await create();
        const dst = OWN_TAG;
        const sets = [0, 1].map((i) => {
          const signature = bls.sign(secretKeys[i]!, MESSAGE, { dst });
          return { publicKey: keys[i]!, message: MESSAGE, signature };
        });
        const random = (size: number) => {
          own.dispose();
          return crypto.getRandomValues(new Uint8Array(size));
        };
        expectCode(() => own.verifyBatch(sets, { dst, random }), { code: 'disposed' });
      });

      test('other objects live on', async () => {
        (await create()).dispose();
        expect(bls.verify(keys[0]!, MESSAGE, signatures[0]!)).toBe(true);
      });
    });

    describe('mistakes of the caller', () => {
      const text = 'text' as unknown as Uint8Array;
      const list = 'list' as unknown as Uint8Array[];
      const CALLS: [string, () => unknown][] = [
        ['keyGen', () => bls.keyGen(text)],
        ['sign message', () => bls.sign(secretKeys[0]!, text)],
        ['sign dst', () => bls.sign(secretKeys[0]!, MESSAGE, { dst: text })],
        ['verify key', () => bls.verify(text, MESSAGE, signatures[0]!)],
        ['verify message', () => bls.verify(keys[0]!, text, signatures[0]!)],
        ['verify signature', () => bls.verify(keys[0]!, MESSAGE, text)],
        ['aggregateSignatures', () => bls.aggregateSignatures(list)],
        ['aggregateSignatures entry', () => bls.aggregateSignatures([text])],
        // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
        ['aggregatePublicKeys hole', () => bls.aggregatePublicKeys([, keys[0]] as Uint8Array[])],
        ['aggregateVerify', () => bls.aggregateVerify(keys, list, signatures[0]!)],
        ['fastAggregateVerify', () => bls.fastAggregateVerify(list, MESSAGE, signatures[0]!)],
        ['verifyBatch', () => bls.verifyBatch(text as unknown as [])],
        ['verifyBatch entry', () => bls.verifyBatch([null] as unknown as [])],
        [
          'verifyBatch random',
          () => bls.verifyBatch([], { random: 4 as unknown as () => Uint8Array }),
        ],
        ['provePossession', () => bls.provePossession(secretKeys[0]!, { context: text })],
        ['isValidPublicKey', () => bls.isValidPublicKey(text)],
        ['isValidSignature', () => bls.isValidSignature(text)],
      ];

      test.each(CALLS)('%s of the wrong type throws TypeError', (_, call) => {
        expect(call).toThrow(TypeError);
      });

      test('a tag is 1 to 255 bytes', () => {
        for (const size of [0, 256]) {
          const dst = new Uint8Array(size);
          expect(() => bls.sign(secretKeys[0]!, MESSAGE, { dst })).toThrow(RangeError);
          expect(() => bls.verify(keys[0]!, MESSAGE, signatures[0]!, { dst })).toThrow(RangeError);
          expect(() => bls.verifyBatch([], { dst })).toThrow(RangeError);
        }
        const dst = new Uint8Array(255).fill(1);
        const signature = bls.sign(secretKeys[0]!, MESSAGE, { dst });
        expect(bls.verify(keys[0]!, MESSAGE, signature, { dst })).toBe(true);
      });

      test('key material has at least 32 bytes', () => {
        expect(() => bls.keyGen(new Uint8Array(31))).toThrow(RangeError);
      });
    });
  });
}

/** The points of one published file, or undefined where the vectors are absent. */
function readPoints(file: string, size: number): Uint8Array[] | undefined {
  const folder = vectorsFolder('bls');
  if (!folder) return undefined;
  const bytes = new Uint8Array(readFileSync(join(folder, 'points', file)));
  return Array.from({ length: bytes.length / size }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
}

function expectCode(call: () => unknown, expected: { code: BlsErrorCode; index?: number }): void {
  let caught: unknown;
  try {
    call();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(BlsError);
  const { code, index } = caught as BlsError;
  expect({ code, index }).toEqual({ index: undefined, ...expected });
}
