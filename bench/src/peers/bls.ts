/**
 * Other implementations of BLS signatures (keys in G1, signatures in G2, Ethereum's tag) under one
 * interface. Keys are decoded and validated when a call is bound, as a committee's are once per
 * epoch; ours keeps the same in its cache. Signatures come in bytes and are decoded and checked to
 * be in the group within every call.
 */
import { createRequire } from 'node:module';
import type { Bls, SignatureSet } from '@barycenter/bls';
import { signatureTag } from '@barycenter/bls';
import type { Call } from './kzg.ts';

/** Verification of one signature by several keys over one message. */
export interface Aggregate {
  readonly publicKeys: readonly Uint8Array[];
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** One implementation; every call returns a boolean. */
export interface BlsPeer {
  readonly name: string;
  verify(set: SignatureSet): Call;
  fastAggregateVerify(aggregate: Aggregate): Call;
  /** All of many independent signatures, by one check with unpredictable weights. */
  verifyBatch(sets: readonly SignatureSet[]): Call;
}

const WEIGHT_BYTES = 16;

/** Our own object as a contender. */
export function ourBls(bls: Bls): BlsPeer {
  return {
    name: 'ours',
    verify: ({ publicKey, message, signature }) => ({
      run: () => bls.verify(publicKey, message, signature),
    }),
    fastAggregateVerify: ({ publicKeys, message, signature }) => ({
      run: () => bls.fastAggregateVerify(publicKeys, message, signature),
    }),
    verifyBatch: (sets) => ({ run: () => bls.verifyBatch(sets).ok }),
  };
}

/** @chainsafe/blst, native; some of its functions use two threads. */
export function loadBlst(): BlsPeer {
  const blst = createRequire(import.meta.url)(
    '@chainsafe/blst',
  ) as typeof import('@chainsafe/blst');
  const key = (bytes: Uint8Array) => blst.PublicKey.fromBytes(bytes, true);
  const decode = (bytes: Uint8Array) => blst.Signature.fromBytes(bytes, true, true);
  return {
    name: 'blst',
    verify: ({ publicKey, message, signature }) => {
      const pk = key(publicKey);
      return { run: () => blst.verify(message, pk, decode(signature)) };
    },
    fastAggregateVerify: ({ publicKeys, message, signature }) => {
      const pks = publicKeys.map(key);
      return { run: () => blst.fastAggregateVerify(message, pks, decode(signature)) };
    },
    verifyBatch: (sets) => {
      const keyed = sets.map((set) => ({ ...set, pk: key(set.publicKey) }));
      return {
        run: () =>
          blst.verifyMultipleAggregateSignatures(
            keyed.map(({ pk, message, signature }) => ({
              pk,
              msg: message,
              sig: decode(signature),
            })),
          ),
      };
    },
  };
}

/** bls-eth-wasm (herumi); its batch uses weights of 64 bits, ours of 128. */
export async function loadBlsEthWasm(): Promise<BlsPeer> {
  const lib = createRequire(import.meta.url)('bls-eth-wasm') as typeof import('bls-eth-wasm');
  await lib.init(lib.BLS12_381 as never);
  lib.verifySignatureOrder(true);
  lib.verifyPublicKeyOrder(true);
  const key = (bytes: Uint8Array) => {
    const out = new lib.PublicKey();
    out.deserialize(bytes);
    return out;
  };
  const decode = (bytes: Uint8Array) => {
    const out = new lib.Signature();
    out.deserialize(bytes);
    return out;
  };
  return {
    name: 'bls-eth-wasm',
    verify: ({ publicKey, message, signature }) => {
      const pk = key(publicKey);
      return { run: () => pk.verify(decode(signature), message) };
    },
    fastAggregateVerify: ({ publicKeys, message, signature }) => {
      const pks = publicKeys.map(key);
      return { run: () => decode(signature).fastAggregateVerify(pks, message) };
    },
    verifyBatch: (sets) => {
      const pks = sets.map(({ publicKey }) => key(publicKey));
      const messages = sets.map(({ message }) => message);
      return {
        run: () =>
          lib.multiVerify(
            pks,
            sets.map(({ signature }) => decode(signature)),
            messages,
          ),
      };
    },
  };
}

/**
 * @noble/curves, JavaScript. It has no batch of independent signatures; the one here is what its
 * functions allow: weights of 128 bits and one product of pairings.
 */
export async function loadNoble(): Promise<BlsPeer> {
  const { bls12_381 } = await import('@noble/curves/bls12-381.js');
  const { longSignatures: scheme } = bls12_381;
  const G1 = bls12_381.G1.Point;
  const G2 = bls12_381.G2.Point;
  const tag = signatureTag();
  const key = (bytes: Uint8Array) => {
    const point = G1.fromBytes(bytes);
    point.assertValidity();
    return point;
  };
  const decode = (bytes: Uint8Array) => {
    const point = G2.fromBytes(bytes);
    point.assertValidity();
    return point;
  };
  return {
    name: 'noble',
    verify: ({ publicKey, message, signature }) => {
      const pk = key(publicKey);
      return { run: () => scheme.verify(decode(signature), scheme.hash(message, tag), pk) };
    },
    fastAggregateVerify: ({ publicKeys, message, signature }) => {
      const pks = publicKeys.map(key);
      return {
        run: () =>
          scheme.verify(
            decode(signature),
            scheme.hash(message, tag),
            scheme.aggregatePublicKeys(pks),
          ),
      };
    },
    verifyBatch: (sets) => {
      const keyed = sets.map((set) => ({ ...set, pk: key(set.publicKey) }));
      return {
        run: () => {
          let sum = G2.ZERO;
          const pairs = keyed.map(({ pk, message, signature }) => {
            const weight = randomWeight();
            sum = sum.add(decode(signature).multiplyUnsafe(weight));
            return { g1: pk.multiplyUnsafe(weight), g2: scheme.hash(message, tag) };
          });
          const product = bls12_381.pairingBatch([...pairs, { g1: G1.BASE.negate(), g2: sum }]);
          const { Fp12 } = bls12_381.fields;
          return Fp12.eql(product, Fp12.ONE);
        },
      };
    },
  };
}

function randomWeight(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(WEIGHT_BYTES));
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`) | 1n;
}
