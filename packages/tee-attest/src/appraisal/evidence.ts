/**
 * What a worker hands over, and its hash. Everything in it may come from the worker: what a verifier
 * decides for itself (the time, roots, expected nonces, keys of services) is given to `appraise`.
 *
 *     evidenceHash = SHA-256(canonical JSON (RFC 8785) of {"cpu": …, "format": EVIDENCE_FORMAT, "gpus": […]})
 *
 * where bytes and texts stand as the SHA-256 of the bytes or of the text's UTF-8 bytes, in lower-case
 * hexadecimal, lists as lists, and members that are absent are left out. What is longer than any
 * verifier reads (2 MiB) is not hashed: its length stands there.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { SnpCollateral } from '../amd/verify.ts';
import { bytesToHex } from '../bytes.ts';
import { canonicalHash } from '../canonical-json.ts';
import type { IntelCollateral, PreparedIntelCollateral } from '../intel.ts';
import type { NvidiaEvidence } from '../nvidia/evidence.ts';
import type { OcspAnswer } from '../nvidia/revocation.ts';

/** A quote or report of a CPU with what it is judged by. */
export type CpuEvidence = IntelEvidence | SnpEvidence;

export interface IntelEvidence {
  readonly kind: 'sgx' | 'tdx';
  /** The quote. */
  readonly bytes: Uint8Array;
  readonly collateral: IntelCollateral | PreparedIntelCollateral;
  /** What was extended into a trust domain's registers: a binary log (CCEL), or dstack's JSON text. */
  readonly eventLog?: Uint8Array | string | undefined;
}

export interface SnpEvidence {
  readonly kind: 'snp';
  /** The report, 1184 bytes. */
  readonly bytes: Uint8Array;
  readonly collateral: SnpCollateral;
}

/** Evidence of one GPU or switch. */
export interface GpuEvidence extends NvidiaEvidence {
  /** Five certificates in PEM, leaf first. */
  readonly chain: string;
  /** XML of reference manifests, at most 16, those of the device's driver and VBIOS among them. */
  readonly manifests?: readonly Uint8Array[] | undefined;
  /** Answers about its certificates and those of its manifests' signers. */
  readonly ocsp?: readonly OcspAnswer[] | undefined;
  /** Answer of NVIDIA's attestation service about it: a detached EAT. */
  readonly nras?: Uint8Array | undefined;
}

/** Most manifests with one GPU. */
export const MAX_MANIFESTS = 16;

/** Everything about one machine. */
export interface Evidence {
  readonly cpu?: CpuEvidence | undefined;
  readonly gpus?: readonly GpuEvidence[] | undefined;
}

/** Changes with what the hashed text means. */
const EVIDENCE_FORMAT = 'barycenter.tee-evidence/1';

/** Longest byte string or text that is hashed. No verifier reads one as long. */
const MAX_HASHED = 2_097_152;

/** Digests of what was prepared, which no longer holds the bytes. */
const preparedDigests = /* @__PURE__ */ new WeakMap<object, object>();

/**
 * SHA-256 over all bytes and texts of the evidence. Costs one pass over them.
 * @throws TypeError for prepared collateral that `prepareCollateral` did not make.
 */
export function evidenceHash({ cpu, gpus = [] }: Evidence): Uint8Array<ArrayBuffer> {
  return canonicalHash({
    format: EVIDENCE_FORMAT,
    cpu: cpu && digests(cpu),
    gpus: gpus.map(digests),
  });
}

/** Remembers what `prepared` was made from, so that evidence hashes alike with either. */
export function rememberSource(prepared: object, source: object): void {
  preparedDigests.set(prepared, digests(source) as object);
}

/** The same evidence or collateral in bytes that nobody else holds. */
export function ownBytes<Value>(value: Value): Value;
export function ownBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(ownBytes);
  const isPlain =
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  // What was prepared is known by its identity.
  if (!isPlain || preparedDigests.has(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, ownBytes(member)]),
  );
}

/** A value with the SHA-256 of every byte string and text in its place. */
function digests(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value === 'string') return digest(value);
  if (Array.isArray(value)) return value.map(digests);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null)
    throw new TypeError('evidence: expected bytes and texts, or what prepareCollateral made');
  const known = preparedDigests.get(value);
  if (known !== undefined) return known;
  const { authority, ...members } = value as Record<string, unknown>;
  if (Object.getPrototypeOf(value) !== Object.prototype || value instanceof Date)
    throw new TypeError('evidence: expected plain objects');
  const own = Object.entries(members).map(([name, member]) => [name, digests(member)]);
  // A prepared authority stands for the members it was made from.
  return {
    ...Object.fromEntries(own),
    ...(authority === undefined ? {} : Object(digests(authority))),
  };
}

function digest(value: Uint8Array | string): string {
  if (value.length > MAX_HASHED) return `${value.length} is too long`;
  return bytesToHex(sha256(typeof value === 'string' ? new TextEncoder().encode(value) : value));
}
