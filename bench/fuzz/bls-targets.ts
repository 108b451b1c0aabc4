/**
 * Signatures against native blst (Ethereum's tag only) and noble (any tag). noble's pairings take
 * 20 ms and more: where it pairs it is asked in every eighth case.
 */
import type { Random } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  aggregate,
  anyEntry,
  anyKey,
  anyMessage,
  anySecret,
  anySignature,
  type Entry,
  fastAggregate,
  several,
  validEntry,
} from './bls-cases.ts';
import {
  type BlsRival,
  blstRival,
  decodeSignature,
  flipped,
  holds,
  loadBlst,
  nobleRival,
} from './bls-rivals.ts';
import { pick } from './hostile.ts';
import type { Pool } from './pool.ts';
import { type Rival, type Target, target } from './target.ts';

type Bytes = Uint8Array;

const POSSESSION_TAG = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
const PAIRING_EVERY = 8;
const MAX_BATCH = 5;
const { longSignatures: scheme } = bls12_381;

/** All of them; without blst's binary only noble is asked. */
export function blsTargets(): Target[] {
  const blst = loadBlst();
  const noble = nobleRival();
  const native = blst === undefined ? undefined : blstRival(blst);
  const rivals = <Arguments>(
    ask: (rival: BlsRival, args: Arguments) => unknown,
    every = 1,
  ): Record<string, Rival<Arguments>> => ({
    ...(native === undefined ? {} : { blst: { run: (args) => ask(native, args) } }),
    noble: { run: (args) => ask(noble, args), every },
  });
  return [
    target<[key: Bytes]>({
      name: 'bls::isValidPublicKey',
      kind: 'point',
      generate: (random, pool) => {
        const { what, bytes } = anyKey(random, pool, 3);
        return { what, arguments: [bytes] };
      },
      ours: ({ bls }, args) => bls.isValidPublicKey(...args),
      rivals: rivals((rival, args) => rival.isValidPublicKey(...args)),
    }),
    target<[signature: Bytes]>({
      name: 'bls::isValidSignature',
      kind: 'point',
      generate: (random, pool) => {
        const { what, bytes } = anySignature(random, pool, 3);
        return { what, arguments: [bytes] };
      },
      ours: ({ bls }, args) => bls.isValidSignature(...args),
      rivals: rivals((rival, args) => rival.isValidSignature(...args)),
    }),
    target<[keys: Bytes[]]>({
      name: 'bls::aggregatePublicKeys',
      kind: 'point',
      generate: (random, pool) => {
        const { what, list } = several(random, (hostileOf) => anyKey(random, pool, hostileOf));
        return { what, arguments: [list] };
      },
      ours: ({ bls }, args) => bls.aggregatePublicKeys(...args),
      rivals: rivals((rival, args) => rival.aggregatePublicKeys(...args)),
    }),
    target<[signatures: Bytes[]]>({
      name: 'bls::aggregateSignatures',
      kind: 'point',
      generate: (random, pool) => {
        const { what, list } = several(random, (hostileOf) =>
          anySignature(random, pool, hostileOf),
        );
        return { what, arguments: [list] };
      },
      ours: ({ bls }, args) => bls.aggregateSignatures(...args),
      rivals: rivals((rival, args) => rival.aggregateSignatures(...args)),
    }),
    target<[key: Bytes, message: Bytes, signature: Bytes]>({
      name: 'bls::verify',
      kind: 'verifier',
      generate: (random, pool) => {
        const { what, entry } = anyEntry(random, pool);
        return { what, arguments: [entry.publicKey, entry.message, entry.signature] };
      },
      ours: ({ bls }, args) => bls.verify(...args),
      rivals: rivals((rival, args) => rival.verify(...args), PAIRING_EVERY),
    }),
    target<[keys: Bytes[], message: Bytes, signature: Bytes]>({
      name: 'bls::fastAggregateVerify',
      kind: 'verifier',
      generate: fastAggregate,
      ours: ({ bls }, args) => bls.fastAggregateVerify(...args),
      rivals: rivals((rival, args) => rival.fastAggregateVerify(...args), PAIRING_EVERY),
    }),
    target<[keys: Bytes[], messages: Bytes[], signature: Bytes]>({
      name: 'bls::aggregateVerify',
      kind: 'verifier',
      generate: aggregate,
      ours: ({ bls }, args) => bls.aggregateVerify(...args),
      rivals: rivals((rival, args) => rival.aggregateVerify(...args), PAIRING_EVERY),
    }),
    target<[entries: Entry[]]>({
      name: 'bls::verifyBatch',
      kind: 'verifier',
      generate: batch,
      // True, or the positions of the invalid ones.
      ours: ({ bls }, [entries]) => {
        const result = bls.verifyBatch(entries);
        return result.ok ? true : result.invalid;
      },
      rivals: rivals((rival, [entries]) => {
        const invalid = entries.flatMap(({ publicKey, message, signature }, i) =>
          rival.verify(publicKey, message, signature) ? [] : [i],
        );
        return invalid.length === 0 ? true : invalid;
      }, 2 * PAIRING_EVERY),
    }),
    ...signingTargets(blst),
  ];
}

/** Functions of a secret key: results are deterministic. */
function signingTargets(blst: ReturnType<typeof loadBlst>): Target[] {
  const native = <Arguments>(
    run: (lib: NonNullable<typeof blst>, args: Arguments) => unknown,
  ): Record<string, Rival<Arguments>> =>
    blst === undefined ? {} : { blst: { run: (args) => run(blst, args) } };
  return [
    target<[secretKey: Bytes]>({
      name: 'bls::publicKey',
      kind: 'commitment',
      generate: (random, pool) => ({ what: 'a key', arguments: [anySecret(random, pool)] }),
      ours: ({ bls }, args) => bls.publicKey(...args),
      rivals: native((lib, [secret]) => lib.SecretKey.fromBytes(secret).toPublicKey().toBytes()),
    }),
    target<[material: Bytes]>({
      name: 'bls::keyGen',
      kind: 'commitment',
      generate: (random) => {
        const size = pick(random, [0, 31, 32, 33, 64, 100]);
        return { what: `${size} bytes`, arguments: [random.bytes(size)] };
      },
      ours: ({ bls }, args) => bls.keyGen(...args),
      rivals: native((lib, [material]) => lib.SecretKey.fromKeygen(material).toBytes()),
    }),
    target<[secretKey: Bytes, message: Bytes]>({
      name: 'bls::sign',
      kind: 'commitment',
      generate: (random, pool) => ({
        what: 'a message',
        arguments: [anySecret(random, pool), anyMessage(random)],
      }),
      ours: ({ bls }, args) => bls.sign(...args),
      rivals: native((lib, [secret, message]) =>
        lib.SecretKey.fromBytes(secret).sign(message).toBytes(),
      ),
    }),
    target<[secretKey: Bytes, message: Bytes, tag: Bytes]>({
      name: 'bls::signTagged',
      kind: 'commitment',
      generate: (random, pool) => ({
        what: 'a message under a tag',
        arguments: [
          pick(random, pool.signers).secretKey,
          anyMessage(random),
          random.bytes(1 + random.integer(255)),
        ],
      }),
      ours: ({ bls }, [secret, message, dst]) => bls.sign(secret, message, { dst }),
      rivals: {
        noble: {
          run: ([secret, message, tag]) =>
            scheme.sign(scheme.hash(message, tag), secret).toBytes(true),
        },
      },
    }),
    target<[secretKey: Bytes, context: Bytes]>({
      name: 'bls::provePossession',
      kind: 'commitment',
      generate: (random, pool) => ({
        what: 'a proof of possession',
        arguments: [pick(random, pool.signers).secretKey, random.bytes(random.integer(40))],
      }),
      ours: ({ bls }, [secret, context]) => bls.provePossession(secret, { context }),
      rivals: {
        noble: {
          run: ([secret, context]) =>
            scheme.sign(possessionPoint(secret, context), secret).toBytes(true),
        },
      },
    }),
    target<[secretKey: Bytes, context: Bytes, change: number]>({
      name: 'bls::verifyPossession',
      kind: 'verifier',
      generate: (random, pool) => ({
        what: 'a proof of possession, one bit changed in half of the cases',
        arguments: [
          pick(random, pool.signers).secretKey,
          random.bytes(random.integer(40)),
          random.integer(2) * (1 + random.integer(96 * 8 - 1)),
        ],
      }),
      ours: ({ bls }, [secret, context, change]) => {
        const proof = flipped(bls.provePossession(secret, { context }), change);
        return bls.verifyPossession(bls.publicKey(secret), proof, { context });
      },
      rivals: {
        noble: {
          every: 4,
          run: ([secret, context, change]) => {
            const message = possessionPoint(secret, context);
            const proof = flipped(scheme.sign(message, secret).toBytes(true), change);
            const verify = (): boolean =>
              scheme.verify(decodeSignature(proof), message, scheme.getPublicKey(secret));
            return holds(verify);
          },
        },
      },
    }),
  ];
}

/** The hash of a public key and a context, which a proof of possession signs. */
function possessionPoint(secret: Bytes, context: Bytes): ReturnType<typeof scheme.hash> {
  const key = scheme.getPublicKey(secret).toBytes(true);
  return scheme.hash(Buffer.concat([key, context]), POSSESSION_TAG);
}

/** Up to four entries, of which one in three has something wrong. */
function batch(random: Random, pool: Pool): { what: string; arguments: [Entry[]] } {
  const made = Array.from({ length: random.integer(MAX_BATCH) }, () =>
    random.integer(3) > 0 ? validEntry(random, pool) : anyEntry(random, pool),
  );
  const what = made.map((item) => item.what).join('; ') || 'no entries';
  return { what, arguments: [made.map(({ entry }) => entry)] };
}
