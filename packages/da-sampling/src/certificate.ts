/**
 * Certificates (da-review.md §5): the aggregate of the members' signatures over one blob, with a
 * bitmap of who signed. A certificate is judged from the committee and the profile alone; k, c, n
 * and the threshold follow from the signed profile and byteLength and never from the message.
 *
 * Certificates are not unique (any superset or subset at or above the threshold is one): key
 * everything on headerRoot. A set bit is no evidence against a validator; single signatures are.
 */
import type { Bls } from '@barycenter/bls';
import { type Attestation, attestationMessage, attestationTag } from './attestation.ts';
import { assertChecked, type OpenedHeader } from './check-header.ts';
import type { Committee } from './committee.ts';
import { DaError, type DaErrorCode } from './errors.ts';
import { geometry, maxPayloadBytes, PROFILES, type Profile } from './profile.ts';
import { committeeFailureBits } from './security.ts';
import type { Share } from './tails.ts';
import { equalBytes, join, littleEndian, Reader } from './wire.ts';

/** Longest bitmap that is read: a committee has at most 2^16 - 1 seats, so as many members. */
const MAX_BITMAP_BYTES = 8192;

/** Adversary's share of stake for which failure bits are reported unless the caller says. */
const DEFAULT_ADVERSARY: Share = { numerator: 1n, denominator: 4n };

/** Proof that members with at least T seats hold their rows: 142 + ceil(V/8) bytes. */
export type Certificate = {
  readonly headerRoot: Uint8Array;
  readonly epoch: bigint;
  readonly profile: number;
  readonly byteLength: number;
  /** Bit i (least significant first) of byte i >> 3: member i signed. Exactly ceil(V/8) bytes. */
  readonly bitmap: Uint8Array;
  /** Aggregate BLS signature, 96 bytes. */
  readonly signature: Uint8Array;
};

/** An attestation that was left out, and why. */
export type RejectedAttestation = { readonly validator: number; readonly code: DaErrorCode };

/** What `aggregate` made of the attestations. */
export type AggregateResult = {
  /** Undefined while signedSeats < neededSeats. */
  readonly certificate: Certificate | undefined;
  readonly signedSeats: number;
  readonly neededSeats: number;
  readonly rejected: readonly RejectedAttestation[];
};

/** What a certificate is worth, or why it is none. */
export type CertificateVerdict =
  | {
      readonly ok: true;
      readonly signedSeats: number;
      readonly neededSeats: number;
      /** The blob is recoverable while at most this many of the signed seats are adversarial. */
      readonly toleratedAdversarySeats: number;
      /** -log2 of the chance that this committee could certify an unrecoverable blob. */
      readonly failureBits: number;
    }
  | { readonly ok: false; readonly code: DaErrorCode };

/**
 * Aggregates attestations of one blob. Bad ones are named by bisection and left out; the rest make a
 * certificate if their seats reach the profile's threshold. Cost: one pairing check if all are good,
 * about 2 log2(V) more for each bad one.
 */
export function aggregate(options: {
  readonly bls: Bls;
  readonly committee: Committee;
  readonly header: OpenedHeader;
  readonly attestations: readonly Attestation[];
}): AggregateResult {
  const { bls, committee, header } = options;
  assertChecked(header);
  if (!equalBytes(header.header.committeeRoot, committee.root)) {
    throw new DaError('committee_mismatch', 'the header was made for another committee');
  }
  const { profile, byteLength } = header.header;
  const blob = { headerRoot: header.headerRoot, profile, byteLength };
  const message = attestationMessage(blob, committee);
  const { candidates, rejected } = selectAttestations(options);
  const good = firstPerValidator(
    keepValid(candidates, { bls, committee, message, rejected }),
    rejected,
  );
  const signedSeats = good.reduce((sum, { validator }) => sum + seatsOf(committee, validator), 0);
  const neededSeats = header.profile.thresholdRows;
  if (signedSeats < neededSeats) {
    return { certificate: undefined, signedSeats, neededSeats, rejected };
  }
  const bitmap = new Uint8Array(Math.ceil(committee.members.length / 8));
  for (const { validator } of good) bitmap[validator >> 3]! |= 1 << (validator & 7);
  const signature = bls.aggregateSignatures(good.map((attestation) => attestation.signature));
  const certificate = { ...blob, epoch: committee.epoch, bitmap, signature };
  return { certificate, signedSeats, neededSeats, rejected };
}

/**
 * Judges a certificate. Never throws for bad bytes. `committeeOf` answers for accepted epochs only
 * (current, and previous within grace); `profiles` are those pinned for the namespace; with `header`
 * the certificate must also be for that blob. Cost: one key sum, one pairing check.
 */
export function verifyCertificate(
  certificate: Certificate,
  options: {
    readonly bls: Bls;
    readonly committeeOf: (epoch: bigint) => Committee | undefined;
    readonly profiles?: readonly Profile[];
    readonly header?: { readonly headerRoot: Uint8Array };
    /** Share of stake assumed adversarial in failureBits; default 1/4. */
    readonly adversaryShare?: Share;
    readonly grindingBits?: number;
  },
): CertificateVerdict {
  const refuse = (code: DaErrorCode): CertificateVerdict => ({ ok: false, code });
  const { byteLength, bitmap } = certificate;
  const profile = (options.profiles ?? PROFILES).find(({ id }) => id === certificate.profile);
  if (profile === undefined) return refuse('profile_not_pinned');
  if (
    !(Number.isInteger(byteLength) && byteLength >= 1 && byteLength <= maxPayloadBytes(profile))
  ) {
    return refuse('geometry_mismatch');
  }
  if (typeof certificate.epoch !== 'bigint') return refuse('epoch_unknown');
  if (!isBytes(certificate.headerRoot, 32)) return refuse('header_mismatch');
  if (options.header && !equalBytes(options.header.headerRoot, certificate.headerRoot)) {
    return refuse('header_mismatch');
  }
  const committee = options.committeeOf(certificate.epoch);
  if (committee === undefined) return refuse('epoch_unknown');
  if (committee.seats !== profile.rowCount || committee.epoch !== certificate.epoch) {
    return refuse('committee_mismatch');
  }
  if (!isBytes(certificate.signature, 96)) return refuse('signature_invalid');
  if (!(bitmap instanceof Uint8Array)) return refuse('bitmap_length');
  if (bitmap.length !== Math.ceil(committee.members.length / 8)) return refuse('bitmap_length');
  const signers = setBits(bitmap);
  if (signers.length === 0) return refuse('no_signers');
  if (signers[signers.length - 1]! >= committee.members.length) return refuse('bitmap_high_bits');
  const signedSeats = signers.reduce((sum, index) => sum + seatsOf(committee, index), 0);
  const neededSeats = profile.thresholdRows;
  if (signedSeats < neededSeats) return refuse('below_threshold');
  const keys = signers.map((index) => committee.members[index]!.publicKey);
  const message = attestationMessage(certificate, committee);
  const dst = attestationTag();
  if (!options.bls.fastAggregateVerify(keys, message, certificate.signature, { dst })) {
    return refuse('signature_invalid');
  }
  const { k, n } = geometry(profile, byteLength);
  const failureBits = committeeFailureBits(
    { n, k, thresholdRows: neededSeats },
    {
      adversaryShare: options.adversaryShare ?? DEFAULT_ADVERSARY,
      grindingBits: options.grindingBits ?? 0,
    },
  );
  const toleratedAdversarySeats = signedSeats - k;
  return { ok: true, signedSeats, neededSeats, toleratedAdversarySeats, failureBits };
}

/** `headerRoot 32 | epoch u64 | profile u16 | byteLen u32 | bitmap | signature 96`. */
export function encodeCertificate(certificate: Certificate): Uint8Array<ArrayBuffer> {
  return join(
    certificate.headerRoot,
    littleEndian(certificate.epoch, 8),
    littleEndian(certificate.profile, 2),
    littleEndian(certificate.byteLength, 4),
    certificate.bitmap,
    certificate.signature,
  );
}

/** Reads a certificate; the bitmap is what lies between the fixed fields. DaError on bad length. */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const bitmapBytes = bytes.length - 142;
  if (bitmapBytes < 1) throw new DaError('truncated', `certificate of ${bytes.length} bytes`);
  if (bitmapBytes > MAX_BITMAP_BYTES) {
    throw new DaError('bitmap_length', `bitmap of ${bitmapBytes} bytes`);
  }
  const reader = new Reader(bytes);
  return {
    headerRoot: reader.bytes(32),
    epoch: reader.bigint(8),
    profile: reader.number(2),
    byteLength: reader.number(4),
    bitmap: reader.bytes(bitmapBytes),
    signature: reader.bytes(96),
  };
}

/** Attestations of known validators for this blob; the others with their codes. */
function selectAttestations(options: {
  readonly committee: Committee;
  readonly header: OpenedHeader;
  readonly attestations: readonly Attestation[];
}): { candidates: Attestation[]; rejected: RejectedAttestation[] } {
  const candidates: Attestation[] = [];
  const rejected: RejectedAttestation[] = [];
  for (const attestation of options.attestations) {
    const { validator } = attestation;
    if (
      !Number.isInteger(validator) ||
      options.committee.members[validator] === undefined ||
      !isBytes(attestation.headerRoot, 32)
    ) {
      rejected.push({ validator, code: 'validator_unknown' });
    } else if (!equalBytes(attestation.headerRoot, options.header.headerRoot)) {
      rejected.push({ validator, code: 'other_header' });
    } else if (!isBytes(attestation.signature, 96)) {
      rejected.push({ validator, code: 'signature_invalid' });
    } else {
      candidates.push(attestation);
    }
  }
  return { candidates, rejected };
}

/** The attestations whose signatures hold; `verifyBatch` names the bad ones by bisection. */
function keepValid(
  attestations: readonly Attestation[],
  context: {
    bls: Bls;
    committee: Committee;
    message: Uint8Array;
    rejected: RejectedAttestation[];
  },
): Attestation[] {
  if (attestations.length === 0) return [];
  const { bls, committee, message, rejected } = context;
  const sets = attestations.map(({ validator, signature }) => ({
    publicKey: committee.members[validator]!.publicKey,
    message,
    signature,
  }));
  const verdict = bls.verifyBatch(sets, { dst: attestationTag() });
  if (verdict.ok) return [...attestations];
  const invalid = new Set(verdict.invalid);
  return attestations.filter(({ validator }, i) => {
    if (invalid.has(i)) rejected.push({ validator, code: 'signature_invalid' });
    return !invalid.has(i);
  });
}

/**
 * The first valid attestation of each validator. Duplicates are sorted out after verification, so
 * that a forged one sent first cannot displace a validator's own.
 */
function firstPerValidator(
  attestations: readonly Attestation[],
  rejected: RejectedAttestation[],
): Attestation[] {
  const seen = new Set<number>();
  return attestations.filter(({ validator }) => {
    const isFirst = !seen.has(validator);
    if (!isFirst) rejected.push({ validator, code: 'validator_duplicate' });
    seen.add(validator);
    return isFirst;
  });
}

function isBytes(bytes: Uint8Array, size: number): boolean {
  return bytes instanceof Uint8Array && bytes.length === size;
}

function seatsOf(committee: Committee, validator: number): number {
  return committee.members[validator]!.seats;
}

function setBits(bitmap: Uint8Array): number[] {
  const bits: number[] = [];
  bitmap.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) bits.push(8 * i + bit);
  });
  return bits;
}
