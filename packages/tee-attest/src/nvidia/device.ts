/**
 * Verification of one GPU or switch: report, nonce, certificate chain, firmware, revocation,
 * measurements. Facts only: which versions, modes and devices are acceptable is policy.
 *
 * What it does not show: that the device stands in the machine whose CPU speaks. Until TDISP a host can
 * forward the channel to a genuine device elsewhere.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import type { ChainRequest } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import {
  chainRequest,
  type NvidiaChainCache,
  type NvidiaChainOptions,
  type OpenChain,
  openChain,
  ownIdentity,
} from './chain.ts';
import type { NvidiaEvidence } from './evidence.ts';
import type { NvidiaFacts } from './facts.ts';
import { compareMeasurements } from './measurements.ts';
import type { ReferenceManifest } from './reference-manifest.ts';
import { type GpuReport, MAX_REPORT_BYTES, parseGpuReport } from './report.ts';
import { checkRevocation, type OcspAnswer } from './revocation.ts';

/** What evidence is compared with. */
export interface NvidiaCollateral {
  /** Verified manifests; a switch has none of a driver. */
  readonly driverRim?: ReferenceManifest | undefined;
  readonly vbiosRim?: ReferenceManifest | undefined;
  /** Answers about the certificates between leaf and root. */
  readonly ocsp?: readonly OcspAnswer[] | undefined;
}

/** Options of {@link verifyNvidiaDevice}. */
export interface NvidiaOptions extends NvidiaChainOptions {
  /** The 32 bytes that this device was asked with. */
  readonly nonce: Uint8Array;
  /**
   * Whether every certificate between leaf and root, and those of the manifests' signers, must have
   * been reported good. Default: required.
   */
  readonly revocation?: 'required' | 'unchecked';
  /** Whether manifests must be given. Those given are always compared. Default: required. */
  readonly manifests?: 'required' | 'unchecked';
  /** Whether the nonce of NVIDIA's published samples is let pass. Default: refused. */
  readonly sampleNonce?: 'refused' | 'accepted';
  /** Verified chains to take from and add to. */
  readonly chains?: NvidiaChainCache;
}

const NONCE_BYTES = 32;
/** Default nonce of nvtrust's local verifier, and of every sample made with it. */
const SAMPLE_NONCE = '931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb';

/**
 * Verifies the evidence of one device. Costs five P-384 verifications, one if the chain was verified
 * before; two to three more for each revocation answer.
 * @throws TypeError if `now` is missing or no time, or `chain` was not made by this package;
 * RangeError if `nonce` has not 32 bytes. Bad evidence never throws.
 */
export function verifyNvidiaDevice(
  evidence: NvidiaEvidence,
  collateral: NvidiaCollateral,
  options: NvidiaOptions,
): Promise<Verified<NvidiaFacts>> {
  return verifyDevice(evidence, collateral, { options, id: 'nvidia' });
}

/** {@link verifyNvidiaDevice} with another prefix of the checks' names. */
export async function verifyDevice(
  evidence: NvidiaEvidence,
  collateral: NvidiaCollateral,
  { options, id }: { options: NvidiaOptions; id: string },
): Promise<Verified<NvidiaFacts>> {
  const { nonce } = options;
  if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE_BYTES)
    throw new RangeError(`nonce: expected ${NONCE_BYTES} bytes`);
  const base = chainRequest(options);
  return recorded(id, async (checks) => {
    // A copy, so that nobody can change the bytes between their check and their use.
    const report = parseGpuReport(
      Uint8Array.from(evidence.report.subarray(0, MAX_REPORT_BYTES + 1)),
    );
    checkNonce(report, evidence, options, { checks, id: `${id}.nonce` });
    const chain = openChain(evidence.chain, options.chains, { checks, id });
    checkArchitecture(report, evidence, chain, { checks, id });
    await checkSignatures(report, chain, { ...base, checks, id });
    checkFirmware(report, chain, { checks, id });
    const revocationRequired = options.revocation !== 'unchecked';
    // The device issues its leaf itself, so that nobody else could say that it is revoked.
    const revocation = await checkRevocation(chain.certificates, collateral.ocsp ?? [], {
      ...base,
      checks,
      id: `${id}.chain`,
      from: 1,
      required: revocationRequired,
    });
    const { driverRim: driver, vbiosRim: vbios } = collateral;
    const measurements = compareMeasurements(report, {
      driver,
      vbios,
      required: options.manifests !== 'unchecked',
      revocation: revocationRequired,
      now: base.now,
      checks,
      id: `${id}.measurements`,
    });
    const manifests = [driver, vbios].filter((manifest) => manifest !== undefined);
    const ends = [
      ...chain.certificates.map(({ notAfter }) => notAfter),
      ...revocation.ends,
      ...manifests.map(({ expiresAt }) => expiresAt.getTime()),
    ];
    return {
      ...ownIdentity(chain.identity),
      report,
      nonce: report.nonce,
      driverVersion: report.opaque.driverVersion,
      vbiosVersion: report.opaque.vbiosVersion,
      features: { mode: report.opaque.mode, nvdec: report.opaque.nvdec },
      measurements,
      revocationChecked:
        revocation.complete && manifests.every((manifest) => manifest.revocationChecked === true),
      expiresAt: new Date(Math.min(...ends)),
    };
  });
}

interface Place {
  readonly checks: Checks;
  readonly id: string;
}

function checkNonce(
  report: GpuReport,
  { claimed }: NvidiaEvidence,
  { nonce, sampleNonce = 'refused' }: NvidiaOptions,
  { checks, id }: Place,
): void {
  const actual = bytesToHex(report.nonce);
  const constant =
    report.nonce.every((byte) => byte === report.nonce[0]) ||
    (actual === SAMPLE_NONCE && sampleNonce !== 'accepted');
  checks.must(!constant, `${id}.fresh`, 'gpu_nonce_constant', { actual });
  checks.must(equalBytes(report.nonce, nonce), `${id}.expected`, 'gpu_nonce_mismatch', {
    expected: bytesToHex(nonce),
    actual,
  });
  const said = claimed?.nonce;
  if (said === undefined) return;
  checks.must(equalBytes(report.nonce, said), `${id}.claimed`, 'gpu_nonce_mismatch', {
    expected: bytesToHex(said),
    actual,
  });
}

function checkArchitecture(
  { opaque }: GpuReport,
  { claimed }: NvidiaEvidence,
  { identity }: OpenChain,
  { checks, id }: Place,
): void {
  checks.must(opaque.kind === identity.kind, `${id}.kind`, 'gpu_architecture_mismatch', {
    expected: identity.kind,
    actual: opaque.kind,
  });
  const said = claimed?.architecture ?? identity.architecture;
  checks.must(said === identity.architecture, `${id}.architecture`, 'gpu_architecture_mismatch', {
    expected: identity.architecture,
    actual: said,
  });
}

/** Chain and report at once: the chain's signatures do not wait for each other either. */
async function checkSignatures(
  { signed, signature }: GpuReport,
  chain: OpenChain,
  request: ChainRequest,
): Promise<void> {
  const { crypto, checks, id } = request;
  // Both settle before either is judged, so that the same evidence always fails with the same code.
  const [chained, genuine] = await Promise.allSettled([
    chain.verify({ ...request, id: `${id}.chain` }),
    crypto.verify({
      key: chain.certificates[0].publicKey,
      algorithm: { kind: 'ecdsa', hash: 'SHA-384' },
      signature,
      data: signed,
    }),
  ]);
  if (chained.status === 'rejected') throw chained.reason;
  if (genuine.status === 'rejected') throw genuine.reason;
  checks.must(genuine.value, `${id}.report.signature`, 'gpu_report_signature_invalid');
}

/** Demands that the leaf was issued for the firmware that reports itself; old firmware does not. */
function checkFirmware(
  { opaque }: GpuReport,
  { identity }: OpenChain,
  { checks, id }: Place,
): void {
  const same = opaque.fwid === undefined || equalBytes(opaque.fwid, identity.fwid);
  checks.must(same, `${id}.fwid`, 'gpu_fwid_mismatch', {
    expected: bytesToHex(identity.fwid),
    actual: opaque.fwid && bytesToHex(opaque.fwid),
  });
}
