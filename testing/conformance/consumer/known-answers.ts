/**
 * What a stranger's first program may look like: one known answer per package, by public names
 * only. scripts/pack-check.ts type-checks this file against the installed declarations and runs it
 * against the installed tarballs on every runtime, first without and then with the optional peer
 * @chainsafe/blst. It imports nothing else, not even Node's types.
 */
import { BlsError, createBls } from '@barycenter/bls';
import { createNativeBls } from '@barycenter/bls/native';
import { EIP7594, geometry, MAX_BLOB_BYTES } from '@barycenter/da-sampling';
import { checkShard, commitShards, createErasureSync } from '@barycenter/erasure';
import { createKzg, KzgError } from '@barycenter/kzg';
import { appraise, TeeError } from '@barycenter/tee-attest';
import { parseSnpReport } from '@barycenter/tee-attest/amd';

/** The generator of G1, compressed. draft-irtf-cfrg-pairing-friendly-curves-11, section 4.2.1. */
const GENERATOR =
  '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';
const TWICE_GENERATOR =
  'a572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e';

/** Computes each known answer; the result names those that are wrong. */
export async function knownAnswers(options: {
  readonly native: boolean;
}): Promise<{ passed: number; failures: string[] }> {
  const answers: readonly [string, () => string | Promise<string>, string][] = [
    ['erasure: a lost shard comes back', recoverShard, '010203'],
    ['bls: the public key of the secret 1 is the generator of G1', signOnce, GENERATOR],
    ['kzg: the blob of the constant 2 commits to twice the generator', commitOnce, TWICE_GENERATOR],
    ['da-sampling: geometry of the largest blob', largestGeometry, '256 1024 4096'],
    [
      'tee-attest: a report of zeros is refused with a code',
      judgeZeros,
      'snp_version contraindicated',
    ],
    ['bls/native', nativeBackend, options.native ? 'native' : 'native_unavailable'],
  ];
  const failures: string[] = [];
  for (const [name, compute, expected] of answers) {
    const got = await Promise.resolve().then(compute).catch(String);
    if (got !== expected) failures.push(`${name}: got ${got}, expected ${expected}`);
  }
  return { passed: answers.length - failures.length, failures };
}

/**
 * Never called. Each call must not compile: where a declaration cannot be found, its types are `any`
 * for some checkers, everything compiles, and the unused expectations below are the errors.
 */
export async function misuse(): Promise<void> {
  // @ts-expect-error: a count is a number
  createErasureSync({ codec: 'gf8-cauchy', dataShards: '2', parityShards: 1 });
  // @ts-expect-error: keys are bytes
  (await createBls()).publicKey('01');
  // @ts-expect-error: messages are bytes
  (await createNativeBls()).sign(new Uint8Array(32), 'hello');
  // @ts-expect-error: blobs are bytes
  (await createKzg()).blobToKzgCommitment([1, 2, 3]);
  // @ts-expect-error: a length is a number
  geometry(EIP7594, 1n);
  // @ts-expect-error: the time is given, not taken
  await appraise({}, { version: 1 }, {});
}

function recoverShard(): string {
  const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 2, parityShards: 1 });
  const data = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)];
  const shards = [...data, ...coder.encode(data)];
  const { root, proofs } = commitShards(shards);
  checkShard({ root, index: 2, shardCount: 3, shard: shards[2]!, proof: proofs[2]! });
  return hex(coder.reconstruct([null, shards[1]!, shards[2]!])[0]!);
}

async function signOnce(): Promise<string> {
  const bls = await createBls();
  const secretKey = new Uint8Array(32);
  secretKey[31] = 1;
  const publicKey = bls.publicKey(secretKey);
  const message = new TextEncoder().encode('hello');
  const held = bls.verify(publicKey, message, bls.sign(secretKey, message));
  return held ? hex(publicKey) : 'the signature does not verify';
}

async function commitOnce(): Promise<string> {
  const kzg = await createKzg();
  const blob = new Uint8Array(131_072);
  for (let i = 31; i < blob.length; i += 32) blob[i] = 2;
  try {
    kzg.blobToKzgCommitment(blob.subarray(1));
    return 'a short blob was taken';
  } catch (error) {
    return error instanceof KzgError ? hex(kzg.blobToKzgCommitment(blob)) : String(error);
  }
}

function largestGeometry(): string {
  const { k, n, c } = geometry(EIP7594, MAX_BLOB_BYTES);
  return `${k} ${n} ${c}`;
}

async function judgeZeros(): Promise<string> {
  const bytes = new Uint8Array(1184);
  const evidence = { cpu: { kind: 'snp', bytes, collateral: { chain: '' } } } as const;
  const { status } = await appraise(evidence, { version: 1 }, { now: new Date(0) });
  try {
    parseSnpReport(bytes);
    return status;
  } catch (error) {
    return error instanceof TeeError ? `${error.code} ${status}` : String(error);
  }
}

async function nativeBackend(): Promise<string> {
  try {
    return (await createNativeBls()).backend().name;
  } catch (error) {
    return error instanceof BlsError ? error.code : String(error);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
