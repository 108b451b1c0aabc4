/**
 * What our keys, signatures, commitments and proofs are worth on a chain: anvil's precompiles, which
 * share no code with the packages, accept them and refuse every altered one.
 * EIP-4844 (point evaluation, 0x0a) and EIP-2537 (BLS12-381, 0x0b..0x11) under the rules of Osaka.
 */
import { createHash } from 'node:crypto';
import { createBls, signatureTag } from '@barycenter/bls';
import { createKzg, FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/random.ts';
import { type Anvil, findAnvil, startAnvil } from '../src/anvil.ts';
import {
  concat,
  G1_ADD,
  G2_ADD,
  hashOnChain,
  mustCall,
  negateG1,
  PAIRING_CHECK,
  uncompressG1,
  uncompressG2,
} from '../src/eip2537.ts';

/** POINT_EVALUATION_PRECOMPILE_ADDRESS and VERSIONED_HASH_VERSION_KZG. EIP-4844, "Parameters". */
const POINT_EVALUATION = 0x0a;
const VERSION_KZG = 0x01;

const ELEMENTS_PER_BLOB = 4096;
const SEED = 4844;
const SIGNERS = 4;
const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

describe.runIf(binary !== undefined)(`on chain (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startAnvil(binary!, { hardfork: 'osaka' });
  });
  afterAll(() => anvil?.stop());

  describe('the point-evaluation precompile', () => {
    const z = scalarToBytes(random.bigint(FIELD_MODULUS));
    let opening: { commitment: Uint8Array; y: Uint8Array; proof: Uint8Array };
    beforeAll(async () => {
      const blob = concat(
        ...Array.from({ length: ELEMENTS_PER_BLOB }, () =>
          scalarToBytes(random.bigint(FIELD_MODULUS)),
        ),
      );
      const kzg = await createKzg();
      const [proof, y] = kzg.computeKzgProof(blob, z);
      opening = { commitment: kzg.blobToKzgCommitment(blob), y, proof };
    });

    /** versioned_hash | z | y | commitment | proof, 192 bytes. */
    const input = (changed: Partial<typeof opening> & { z?: Uint8Array } = {}): Uint8Array => {
      const { commitment, y, proof } = { ...opening, ...changed };
      const hash = createHash('sha256').update(opening.commitment).digest();
      hash[0] = VERSION_KZG;
      return concat(hash, changed.z ?? z, y, commitment, proof);
    };

    test('accepts our proof and returns the two constants of the standard', async () => {
      const constants = concat(number32(BigInt(ELEMENTS_PER_BLOB)), number32(FIELD_MODULUS));
      expect(await anvil.call(POINT_EVALUATION, input())).toEqual(constants);
    });

    test('refuses another value, another point, another proof and another commitment', async () => {
      const generator = (await createBls()).publicKey(number32(1n));
      const altered = [
        { y: scalarToBytes((toBigint(opening.y) + 1n) % FIELD_MODULUS) },
        { z: scalarToBytes((toBigint(z) + 1n) % FIELD_MODULUS) },
        { proof: generator },
        { commitment: generator },
      ];
      for (const change of altered) {
        expect(await anvil.call(POINT_EVALUATION, input(change)), Object.keys(change)[0]).toBe(
          undefined,
        );
      }
    });
  });

  describe('the precompiles of EIP-2537', () => {
    const message = random.bytes(40);
    const secretKeys = Array.from({ length: SIGNERS }, () => random.bytes(32));
    let bls: Awaited<ReturnType<typeof createBls>>;
    let publicKeys: Uint8Array[];
    let signatures: Uint8Array[];
    beforeAll(async () => {
      bls = await createBls();
      const keys = secretKeys.map((material) => bls.keyGen(material));
      publicKeys = keys.map((key) => bls.publicKey(key));
      signatures = keys.map((key) => bls.sign(key, message));
    });

    /** Whether e(key, H(message)) e(-G1, signature) = 1 by the chain's pairing. */
    const verifyOnChain = async (claim: {
      key: Uint8Array;
      message: Uint8Array;
      signature: Uint8Array;
    }): Promise<boolean> => {
      const generator = uncompressG1(bls.publicKey(number32(1n)));
      const answer = await mustCall(anvil, {
        to: PAIRING_CHECK,
        data: concat(
          uncompressG1(claim.key),
          await hashOnChain(anvil, { message: claim.message, tag: signatureTag() }),
          negateG1(generator),
          uncompressG2(claim.signature),
        ),
      });
      return toBigint(answer) === 1n;
    };

    test('accept our aggregate signature under our aggregate key', async () => {
      const key = bls.aggregatePublicKeys(publicKeys);
      const signature = bls.aggregateSignatures(signatures);
      expect(await verifyOnChain({ key, message, signature })).toBe(true);
    });

    test('refuse an aggregate that lacks a signer, has one twice, or is of another message', async () => {
      const key = bls.aggregatePublicKeys(publicKeys);
      const signature = bls.aggregateSignatures(signatures);
      const lacking = bls.aggregateSignatures(signatures.slice(1));
      const twice = bls.aggregateSignatures([...signatures, signatures[0]!]);
      const other = Uint8Array.from(message, (byte) => byte ^ 1);
      expect(await verifyOnChain({ key, message, signature: lacking })).toBe(false);
      expect(await verifyOnChain({ key, message, signature: twice })).toBe(false);
      expect(await verifyOnChain({ key, message: other, signature })).toBe(false);
    });

    test('add up our public keys and signatures to our aggregates', async () => {
      const keys = publicKeys.map(uncompressG1);
      let sum = keys[0]!;
      for (const key of keys.slice(1))
        sum = await mustCall(anvil, { to: G1_ADD, data: concat(sum, key) });
      expect(sum).toEqual(uncompressG1(bls.aggregatePublicKeys(publicKeys)));
      const points = signatures.map(uncompressG2);
      let total = points[0]!;
      for (const point of points.slice(1)) {
        total = await mustCall(anvil, { to: G2_ADD, data: concat(total, point) });
      }
      expect(total).toEqual(uncompressG2(bls.aggregateSignatures(signatures)));
    });
  });
});

function toBigint(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** 32 bytes, big-endian. */
function number32(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
