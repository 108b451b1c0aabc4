/**
 * Appraisal (RFC 9334 §8.4): evidence is verified, its facts are judged by a policy, and the result
 * says for each part how far it can be trusted (draft-ietf-rats-ar4si) and why.
 *
 * It fails closed: a check that does not hold, something missing, something not understood, all end in
 * a status other than `affirming`. What the policy leaves unsaid is not checked beyond its defaults; in
 * particular, without a list of measurements any code in a genuine TEE is accepted, and the claim
 * about executables stays 0.
 */
import { verifySnp } from './amd/verify.ts';
import type { Appraisal } from './appraisal/appraisal.ts';
import { type CompositionRequest, verifyComposition } from './appraisal/composition.ts';
import {
  type CpuEvidence,
  type Evidence,
  evidenceHash,
  type GpuEvidence,
  MAX_MANIFESTS,
  ownBytes,
} from './appraisal/evidence.ts';
import { judge, type VerifiedCpu, type VerifiedGpu } from './appraisal/judge.ts';
import type { Verified } from './checks.ts';
import { readNow } from './clock.ts';
import type { CryptoProvider } from './crypto.ts';
import { TeeError } from './errors.ts';
import { verifyEventLog } from './intel/rtmr.ts';
import { verifySgx, verifyTdx } from './intel/verify.ts';
import type { NrasFacts } from './nras/facts.ts';
import type { NvidiaChainCache } from './nvidia/chain.ts';
import { type NvidiaCollateral, verifyNvidiaDevice } from './nvidia/device.ts';
import { MAX_DEVICES } from './nvidia/evidence.ts';
import type { OpaqueFields } from './nvidia/opaque.ts';
import type { ReferenceManifest } from './nvidia/reference-manifest.ts';
import { parseGpuReport } from './nvidia/report.ts';
import { verifyReferenceManifest } from './nvidia/rim.ts';
import type { ManifestCache } from './nvidia/rim-cache.ts';
import { definePolicy, type PolicyInput, policyId } from './policy/policy.ts';
import type { Policy } from './policy/policy-shape.ts';
import type { TrustAnchors } from './trust.ts';

/** What the verifier decides, and never the evidence. */
export interface AppraiseOptions {
  /** The time to judge at. */
  readonly now: Date;
  /** Default: the vendors' production roots. */
  readonly trust?: TrustAnchors;
  /** Default: the platform's WebCrypto. */
  readonly crypto?: CryptoProvider;
  /**
   * What the evidence must be bound to: challenge, operator, policy, keys and devices. Takes the place
   * of `reportData` and `gpuNonces`, which are computed from it.
   */
  readonly binding?: CompositionRequest;
  /** What the CPU's report data must be, 64 bytes: the answer to a challenge. */
  readonly reportData?: Uint8Array;
  /** The nonces that the GPUs were asked with, 32 bytes each, in the order of the evidence. */
  readonly gpuNonces?: readonly Uint8Array[];
  /** Caches of verified certificate chains and manifests, for many appraisals. */
  readonly chains?: NvidiaChainCache;
  readonly manifests?: ManifestCache;
  /** `verifyNras` of `@barycenter/tee-attest/nras` and the service's keys, if the policy accepts it. */
  readonly nras?: { readonly verify: NrasVerifier; readonly jwks: Uint8Array };
}

/** `verifyNras`, handed in because it needs jose. */
export type NrasVerifier = (
  eat: Uint8Array,
  collateral: { readonly jwks: Uint8Array },
  options: { readonly now: Date; readonly nonce: Uint8Array },
) => Promise<Verified<NrasFacts>>;

/** Where the requester's nonce stands in a GPU report: after the SPDM header. */
const NONCE_AT = 4;
const NONCE_BYTES = 32;
const REPORT_DATA_BYTES = 64;

/**
 * Appraises evidence under a policy. Costs the verification of each part (all at once), one hash of
 * the evidence, and little else.
 * @throws TypeError or RangeError for misuse: `now` missing or no time, no policy or one that is none,
 *   expected bytes of a wrong length, more than 64 GPUs. Bad evidence never throws.
 * @example
 * ```ts
 * const { status, checks } = await appraise(
 *   { cpu: { kind: 'tdx', bytes: quote, collateral } },
 *   { version: 1, tdx: { mrTd: [expected] } },
 *   { now: new Date(), reportData },
 * );
 * if (status !== 'affirming') console.log(checks.filter(({ ok }) => !ok));
 * ```
 */
export async function appraise(
  evidence: Evidence,
  policy: PolicyInput,
  options: AppraiseOptions,
): Promise<Appraisal> {
  const now = new Date(readNow(options?.now));
  if (typeof policy !== 'object' || policy === null)
    throw new TypeError('policy: expected a policy');
  const complete = definePolicy(policy);
  checkExpectations(evidence.gpus ?? [], options);
  // A copy, so that what was hashed is what was judged, whoever else holds the bytes.
  const own = ownBytes(evidence);
  const { cpu, gpus = [] } = own;
  const request = { ...options, now, policy: complete };
  const hash = evidenceHash(own);
  const [verifiedCpu, verifiedGpus] = await Promise.all([
    cpu && verifyCpu(cpu, request),
    Promise.all(gpus.map((gpu, i) => verifyGpu(gpu, options.gpuNonces?.[i], request))),
  ]);
  const verified = { cpu: verifiedCpu, gpus: verifiedGpus };
  const { binding, reportData } = options;
  const composition = binding && {
    result: await verifyComposition(verified, gpus, {
      ...binding,
      policyId: policyId(complete),
      now,
    }),
  };
  return judge(verified, { policy: complete, now, evidenceHash: hash, reportData, composition });
}

type Request = AppraiseOptions & { readonly policy: Policy };

function checkExpectations(
  gpus: readonly GpuEvidence[],
  { binding, reportData, gpuNonces }: AppraiseOptions,
): void {
  if (binding !== undefined && (reportData !== undefined || gpuNonces !== undefined))
    throw new TypeError('binding: expected alone, it says what report data and nonces must be');
  if (gpus.length > MAX_DEVICES)
    throw new RangeError(`gpus: expected at most ${MAX_DEVICES}, got ${gpus.length}`);
  if (gpus.some(({ chain }) => typeof chain !== 'string'))
    throw new TypeError('chain: expected PEM text');
  if (gpus.some(({ manifests = [] }) => manifests.length > MAX_MANIFESTS))
    throw new RangeError(`manifests: expected at most ${MAX_MANIFESTS}`);
  if (reportData !== undefined && reportData.length !== REPORT_DATA_BYTES)
    throw new RangeError(`reportData: expected 64 bytes, got ${reportData.length}`);
  if (gpuNonces === undefined) return;
  if (gpuNonces.length !== gpus.length)
    throw new RangeError(`gpuNonces: expected ${gpus.length}, got ${gpuNonces.length}`);
  if (gpuNonces.some(({ length }) => length !== NONCE_BYTES))
    throw new RangeError('gpuNonces: expected 32 bytes each');
}

async function verifyCpu(cpu: CpuEvidence, request: Request): Promise<VerifiedCpu> {
  const { kind, bytes } = cpu;
  if (cpu.kind === 'snp') {
    // Without a list there are facts too; the policy decides.
    const options = { ...request, revocation: 'unchecked' } as const;
    return { kind, result: await verifySnp(bytes, cpu.collateral, options), eventLog: undefined };
  }
  const { trailing } = request.policy;
  const verify = kind === 'sgx' ? verifySgx : verifyTdx;
  const result = await verify(bytes, cpu.collateral, { ...request, trailing });
  const log = cpu.eventLog;
  if (log === undefined || !result.ok || result.facts.body.kind === 'sgx')
    return { kind, result, eventLog: undefined };
  return { kind, result, eventLog: await verifyEventLog(log, result.facts.body) };
}

async function verifyGpu(
  { manifests = [], ocsp, nras, ...evidence }: GpuEvidence,
  expectedNonce: Uint8Array | undefined,
  request: Request,
): Promise<VerifiedGpu> {
  const verifyManifest = request.manifests?.verify ?? verifyReferenceManifest;
  const judged = { ...request, ocsp, revocation: 'unchecked' } as const;
  const references = await Promise.all(manifests.map((xml) => verifyManifest(xml, judged)));
  const genuine = references.flatMap((each) => (each.ok ? each.facts : []));
  const nonce = expectedNonce ?? ownNonce(evidence.report);
  // Without manifests or answers there are facts too; the policy decides.
  const result = await verifyNvidiaDevice(
    evidence,
    { ...chooseManifests(evidence.report, genuine), ocsp },
    { ...request, nonce, revocation: 'unchecked', manifests: 'unchecked' },
  );
  return {
    result,
    manifests: references,
    nras: await askNras(nras, nonce, request),
    fresh: expectedNonce !== undefined,
  };
}

async function askNras(
  eat: Uint8Array | undefined,
  nonce: Uint8Array,
  { policy, nras, now }: Request,
): Promise<Verified<NrasFacts> | undefined> {
  if (eat === undefined || !policy.gpu.nras) return undefined;
  if (nras === undefined)
    throw new TypeError('nras: expected a verifier and keys, as the policy does');
  return nras.verify(eat, { jwks: nras.jwks }, { now, nonce });
}

/** Of each kind the manifest of the version that the report names, or else any. */
function chooseManifests(
  report: Uint8Array,
  manifests: readonly ReferenceManifest[],
): Pick<NvidiaCollateral, 'driverRim' | 'vbiosRim'> {
  const { driverVersion, vbiosVersion } = versionsOf(report);
  const choose = (kind: ReferenceManifest['kind'], version: string | undefined) => {
    const candidates = manifests.filter((manifest) => manifest.kind === kind);
    return candidates.find((manifest) => manifest.version === version) ?? candidates[0];
  };
  return { driverRim: choose('driver', driverVersion), vbiosRim: choose('vbios', vbiosVersion) };
}

function versionsOf(report: Uint8Array): Partial<OpaqueFields> {
  try {
    return parseGpuReport(report).opaque;
  } catch (error) {
    if (error instanceof TeeError) return {};
    throw error;
  }
}

/** The nonce in a report of any length: what is too short is refused by its verifier. */
function ownNonce(report: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  nonce.set(report.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES));
  return nonce;
}
