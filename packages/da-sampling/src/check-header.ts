/**
 * Opening a header: everything a node, retriever or light client checks once per blob before it
 * looks at a row (check B's fixed part, da-review.md §1.2, §1.3). Cheap checks come first; the first
 * curve operation of BLS12-381 comes after the submitter's signature and quota.
 */
import {
  bytesToScalar,
  type CheckedCommitments,
  type EvaluationWeights,
  FIELD_MODULUS,
  type Kzg,
  KzgError,
} from '@barycenter/kzg';
import type { Committee } from './committee.ts';
import { type Domain, encodeDomain } from './domain.ts';
import { DaError } from './errors.ts';
import {
  type BlobHeader,
  commitmentsRoot,
  deriveCombiner,
  derivePoint,
  evaluationsHash,
  HEADER_VERSION,
  headerRoot,
  powersOf,
} from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import { type Geometry, geometry, PROFILES, type Profile } from './profile.ts';
import { recoverSubmitter } from './submitter.ts';
import { equalBytes } from './wire.ts';

declare const authenticated: unique symbol;
declare const checked: unique symbol;

/** A header whose shape, epoch, committee and submitter signature were checked; no curve work yet. */
export type AuthenticatedHeader = {
  readonly [authenticated]: true;
  readonly message: HeaderMessage;
  readonly header: BlobHeader;
  readonly headerRoot: Uint8Array<ArrayBuffer>;
  readonly geometry: Geometry;
  readonly profile: Profile;
};

/** A header whose commitments, evaluations and opening hold: rows can be checked against it. */
export type CheckedHeader = AuthenticatedHeader & {
  readonly [checked]: true;
  readonly commitments: CheckedCommitments;
  /** Expected evaluation at z of every coded row: y extended like a column. */
  readonly rowEvaluations: readonly bigint[];
  /** Barycentric weights of z, shared by all rows. */
  readonly weights: EvaluationWeights;
};

/** What a header is judged against. */
export type HeaderPolicy = {
  readonly domain: Domain;
  /** The committee of an epoch that is accepted now; undefined otherwise. */
  readonly committeeOf: (epoch: bigint) => Committee | undefined;
  /** Accepted profiles; default all that exist. */
  readonly profiles?: readonly Profile[];
  /** The quota of a submitter, asked before curve work; default everybody. */
  readonly acceptSubmitter?: (submitter: Uint8Array, byteLength: number) => boolean;
};

/** Headers that `checkHeader` returned; a look-alike object is refused by `assertChecked`. */
const checkedHeaders = new WeakSet<object>();

/**
 * Checks shape, geometry, namespace, epoch, committee root, submitter signature and quota, without
 * any BLS12-381 operation. Throws DaError with the code of the first rule that fails.
 */
export function authenticateHeader(
  message: HeaderMessage,
  policy: HeaderPolicy,
): AuthenticatedHeader {
  const { header } = message;
  const profile = checkGeometry(message, policy.profiles ?? PROFILES);
  encodeDomain(policy.domain);
  if (!equalBytes(header.namespace, policy.domain.namespace)) {
    throw new DaError('namespace_mismatch', 'the header names another namespace');
  }
  const committee = policy.committeeOf(header.epoch);
  if (committee === undefined) {
    throw new DaError('epoch_unknown', `no committee accepted for epoch ${header.epoch}`);
  }
  if (
    !equalBytes(header.committeeRoot, committee.root) ||
    committee.epoch !== header.epoch ||
    committee.seats !== profile.rowCount
  ) {
    throw new DaError('committee_mismatch', `not the committee of epoch ${header.epoch}`);
  }
  const root = headerRoot(header);
  const signed = { headerRoot: root, signature: message.signature };
  if (!equalBytes(recoverSubmitter(signed, policy.domain), header.submitter)) {
    throw new DaError('submitter_mismatch', 'the header is not signed by its submitter');
  }
  if (policy.acceptSubmitter?.(header.submitter, header.byteLength) === false) {
    throw new DaError('submitter_refused', 'the submitter is not accepted or over its quota');
  }
  const result = { message, header, headerRoot: root, geometry: header.geometry, profile };
  return result as unknown as AuthenticatedHeader;
}

/**
 * `authenticateHeader`, then roots, canonical evaluations, subgroup membership of every commitment
 * and of the proof, and the opening equation
 *   e(sum g^j C_j - [sum g^j y_j], H) = e(proof, [tau - z]).
 * Throws DaError. Cost: k decompressions with subgroup checks, one MSM(k), one pairing check.
 */
export function checkHeader(
  message: HeaderMessage,
  options: HeaderPolicy & { readonly kzg: Kzg },
): CheckedHeader {
  return openHeader(authenticateHeader(message, options), options.kzg);
}

/** The curve part of `checkHeader`, for callers that do more between the two. */
export function openHeader(header: AuthenticatedHeader, kzg: Kzg): CheckedHeader {
  const { message } = header;
  if (!equalBytes(commitmentsRoot(message.commitments), header.header.commitmentsRoot)) {
    throw new DaError('commitments_mismatch', 'the commitments are not those of the header');
  }
  const evalsHash = evaluationsHash(message.evaluations);
  if (!equalBytes(evalsHash, header.header.evaluationsHash)) {
    throw new DaError('evaluations_mismatch', 'the evaluations are not those of the header');
  }
  const values = message.evaluations.map((bytes) =>
    refuse('evaluation_not_canonical', () => bytesToScalar(bytes)),
  );
  const { tz, z } = derivePoint(header.header, kzg.setupId());
  const commitments = refuse('commitment_invalid', () => kzg.checkCommitments(message.commitments));
  const powers = powersOf(deriveCombiner(tz, evalsHash), values.length);
  const y = values.reduce((sum, value, j) => (sum + value * powers[j]!) % FIELD_MODULUS, 0n);
  const proof = header.header.openingProof;
  const holds = refuse('proof_invalid', () =>
    kzg.verifyRowOpening(commitments, powers, z, y, proof),
  );
  if (!holds) throw new DaError('opening_invalid', 'the opening proof does not hold');
  const column = kzg.extendRows(message.evaluations, { rowCount: header.geometry.n });
  const result = {
    ...header,
    commitments,
    rowEvaluations: column.map((bytes) => bytesToScalar(bytes)),
    weights: kzg.evaluationWeights(z, header.geometry.c),
  } as unknown as CheckedHeader;
  checkedHeaders.add(result);
  return result;
}

/** TypeError unless `header` came out of `checkHeader` in this realm. */
export function assertChecked(header: CheckedHeader): void {
  if (!checkedHeaders.has(header)) {
    throw new TypeError('header: expected a CheckedHeader from checkHeader()');
  }
}

/** Field lengths, version, pinned profile, and the one (k, n, c) of the payload's length. */
function checkGeometry(message: HeaderMessage, profiles: readonly Profile[]): Profile {
  const { header, commitments, evaluations } = message;
  if (header.version !== HEADER_VERSION) {
    throw new DaError('version_unknown', `header version ${header.version}`);
  }
  const profile = profiles.find(({ id }) => id === header.profile);
  if (profile === undefined) {
    throw new DaError('profile_not_pinned', `profile ${header.profile} is not accepted`);
  }
  const expected = expectedGeometry(profile, header.byteLength);
  const { k, n, c } = header.geometry;
  if (k !== expected.k || n !== expected.n || c !== expected.c) {
    throw new DaError('geometry_mismatch', `(${k}, ${n}, ${c}) for ${header.byteLength} bytes`);
  }
  if (commitments.length !== k || commitments.some((bytes) => bytes.length !== 48)) {
    throw new DaError('commitments_mismatch', `expected ${k} commitments of 48 bytes`);
  }
  if (evaluations.length !== k || evaluations.some((bytes) => bytes.length !== 32)) {
    throw new DaError('evaluations_mismatch', `expected ${k} evaluations of 32 bytes`);
  }
  return profile;
}

function expectedGeometry(profile: Profile, byteLength: number): Geometry {
  try {
    return geometry(profile, byteLength);
  } catch (cause) {
    throw new DaError('geometry_mismatch', `no geometry for ${byteLength} bytes`, { cause });
  }
}

/** Runs `compute`, turning a KzgError (malformed bytes) into a DaError with `code`. */
function refuse<T>(
  code: 'evaluation_not_canonical' | 'commitment_invalid' | 'proof_invalid',
  compute: () => T,
): T {
  try {
    return compute();
  } catch (cause) {
    if (!(cause instanceof KzgError)) throw cause;
    throw new DaError(code, cause.message, { cause });
  }
}
