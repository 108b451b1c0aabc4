/**
 * The appraiser's side: what must hold before a signature is given (compute-review §2). An appraiser
 * signs what the requester proposed, never its own values, because all must sign the same bytes.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '../bytes.ts';
import { readNow } from '../clock.ts';
import { type TeeCode, TeeError } from '../errors.ts';
import { type AttestedKey, attestedKeyDigest } from './statement.ts';
import type { Domain } from './typed-data.ts';

/** Fields of a statement that an appraiser finds by itself and compares. */
type Found = Omit<AttestedKey, 'keyId' | 'notBefore' | 'notAfter' | 'setEpoch'>;

/** What the appraiser found by its own appraisal of the evidence. */
export interface AppraisedKey extends Found {
  /** Whether the appraisal affirmed the evidence, its binding included. */
  readonly affirmed: boolean;
  readonly expiresAt: Date;
}

/** Longest time a statement may hold, from when it is signed. */
export const MAX_VALIDITY_SECONDS = 86_400;

/** Complete by its type: a field added to the statement has to be added here. */
const COMPARED: Readonly<Record<keyof Found, true>> = {
  signer: true,
  operator: true,
  challenge: true,
  evidenceHash: true,
  factsHash: true,
  policyId: true,
  cpuMeasurement: true,
  platformId: true,
  deviceRoot: true,
  deviceCount: true,
};

/**
 * Demands that a proposed statement says what was found and does not outlive it.
 * @throws TeeError `statement_not_affirmed`, `statement_wrong_set`, `statement_not_yet_valid`,
 * `statement_expired`, `statement_too_long`.
 */
export function checkProposal(
  statement: AttestedKey,
  found: AppraisedKey,
  { now, setEpoch }: { readonly now: Date; readonly setEpoch: number },
): void {
  const seconds = BigInt(Math.floor(readNow(now) / 1000));
  if (!found.affirmed) refuse('statement_not_affirmed', 'the evidence is not affirmed');
  for (const name of Object.keys(COMPARED) as (keyof Found)[]) {
    const [said, is] = [text(statement[name]), text(found[name])];
    if (said !== is) refuse('statement_not_affirmed', `${name} is another`, is, said);
  }
  if (statement.setEpoch !== setEpoch)
    refuse('statement_wrong_set', 'another set', String(setEpoch), String(statement.setEpoch));
  if (statement.notBefore > seconds)
    refuse('statement_not_yet_valid', 'notBefore is in the future');
  if (statement.notAfter < seconds) refuse('statement_expired', 'notAfter is past');
  const evidenceEnds = BigInt(Math.floor(readNow(found.expiresAt) / 1000));
  const longest = seconds + BigInt(MAX_VALIDITY_SECONDS);
  const limit = evidenceEnds < longest ? evidenceEnds : longest;
  if (statement.notAfter > limit) {
    refuse('statement_too_long', 'notAfter', `at most ${limit}`, String(statement.notAfter));
  }
}

/**
 * An appraiser's signature over the statement: 65 bytes r ‖ s ‖ v. Call {@link checkProposal} first.
 * `secretKey` has 32 bytes; keys in hardware sign {@link attestedKeyDigest} themselves.
 */
export function signAttestedKey(
  statement: AttestedKey,
  { domain, secretKey }: { readonly domain: Domain; readonly secretKey: Uint8Array },
): Uint8Array<ArrayBuffer> {
  return signDigest(attestedKeyDigest(statement, domain), secretKey);
}

/** r ‖ s ‖ v over 32 bytes, s in the lower half, deterministic (RFC 6979). */
export function signDigest(digest: Uint8Array, secretKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const recovered = secp256k1.sign(digest, secretKey, { prehash: false, format: 'recovered' });
  const [parity] = recovered;
  if (parity !== 0 && parity !== 1)
    throw new RangeError('r beyond the group order: sign another digest');
  return Uint8Array.from([...recovered.subarray(1), 27 + parity]);
}

/** Joins signatures of several appraisers in the order that verifiers and the registry demand. */
export function orderSignatures(
  signed: readonly { readonly signer: Uint8Array; readonly signature: Uint8Array }[],
): readonly Uint8Array[] {
  const named = signed.map(({ signer, signature }) => ({ name: bytesToHex(signer), signature }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ signature }) => signature);
}

function text(value: Uint8Array | number): string {
  return typeof value === 'number' ? String(value) : bytesToHex(value);
}

function refuse(code: TeeCode, message: string, expected?: string, actual?: string): never {
  throw new TeeError(code, message, { expected, actual });
}
