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
import { checksumWidth } from './checksum.ts';
import type { Committee } from './committee.ts';
import { type Domain, encodeDomain } from './domain.ts';
import { DaError } from './errors.ts';
import {
  type BlobHeader,
  commitmentsRoot,
  deriveCombiner,
  derivePoint,
  encodeHeader,
  evaluationsHash,
  HEADER_VERSION,
  headerRoot,
  powersOf,
  readHeader,
  ZODA_HEADER_VERSION,
} from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import {
  type Geometry,
  geometry,
  PROFILES,
  type Profile,
  type SchemeName,
  schemeName,
} from './profile.ts';
import { recoverSubmitter } from './submitter.ts';
import { equalBytes, Reader } from './wire.ts';

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

/** A header that its scheme has opened: rows can be checked against it. */
export type OpenedHeader = AuthenticatedHeader & { readonly [checked]: true };

/** A header of the KZG scheme whose commitments, evaluations and opening hold. */
export type CheckedHeader = OpenedHeader & {
  readonly commitments: CheckedCommitments;
  /** Expected evaluation at z of every coded row: y extended like a column. */
  readonly rowEvaluations: readonly bigint[];
  /** Barycentric weights of z, shared by all rows. */
  readonly weights: EvaluationWeights;
};

/** Who wants how much checked. The same blob may come again: `headerRoot` tells. */
export type SubmitterRequest = {
  readonly submitter: Uint8Array;
  readonly byteLength: number;
  readonly headerRoot: Uint8Array;
};

/** What a header is judged against. */
export type HeaderPolicy = {
  readonly domain: Domain;
  /** The committee of an epoch that is accepted now; undefined otherwise. */
  readonly committeeOf: (epoch: bigint) => Committee | undefined;
  /** Accepted profiles; default all that exist. */
  readonly profiles?: readonly Profile[];
  /** The quota of a submitter, asked after the signature and before curve work; default all. */
  readonly acceptSubmitter?: (request: SubmitterRequest) => boolean;
};

/** Headers that passed here; a look-alike object is refused. */
const authenticatedHeaders = new WeakSet<object>();
const checkedHeaders = new WeakSet<object>();

/**
 * Checks shape, geometry, namespace, epoch, committee root, submitter signature, the hashes of
 * commitments and evaluations, and the submitter's quota, without any BLS12-381 operation. The
 * result holds copies: changing `message` afterwards changes nothing. Throws DaError with the code
 * of the first rule that fails; `bad_form` if a field is not even of its type and length.
 */
export function authenticateHeader(
  message: HeaderMessage,
  policy: HeaderPolicy,
): AuthenticatedHeader {
  encodeDomain(policy.domain);
  const header = copyHeader(message);
  const profile = checkGeometry(header, policy.profiles ?? PROFILES);
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
  const signature = copyBytes(message.signature, 65) ?? new Uint8Array(0);
  const submitter = recoverSubmitter({ headerRoot: root, signature }, policy.domain);
  if (!equalBytes(submitter, header.submitter)) {
    throw new DaError('submitter_mismatch', 'the header is not signed by its submitter');
  }
  const own = Object.freeze({ header, signature, ...copyLists(message, header) });
  const { byteLength } = header;
  if (policy.acceptSubmitter?.({ submitter, byteLength, headerRoot: root }) === false) {
    throw new DaError('submitter_refused', 'the submitter is not accepted or over its quota');
  }
  const result = Object.freeze({
    message: own,
    header,
    headerRoot: root,
    geometry: header.geometry,
    profile,
  });
  authenticatedHeaders.add(result);
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
  assertAuthenticated(header, 'kzg');
  const { message } = header;
  const evalsHash = header.header.evaluationsHash;
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
  return sealHeader(header, {
    commitments,
    rowEvaluations: Object.freeze(column.map((bytes) => bytesToScalar(bytes))),
    weights: kzg.evaluationWeights(z, header.geometry.c),
  });
}

/** A header that a scheme has found good, with what the scheme derived from it. */
export function sealHeader<T extends object>(
  header: AuthenticatedHeader,
  opening: T,
): OpenedHeader & T {
  const result = Object.freeze({ ...header, ...opening });
  checkedHeaders.add(result);
  return result as unknown as OpenedHeader & T;
}

/** TypeError unless `header` came out of `authenticateHeader` and is of the scheme. */
export function assertAuthenticated(header: AuthenticatedHeader, scheme: SchemeName): void {
  if (!authenticatedHeaders.has(header)) {
    throw new TypeError('header: expected an AuthenticatedHeader from authenticateHeader()');
  }
  if (schemeName(header.profile) !== scheme) {
    throw new TypeError(`header: expected one of the scheme ${scheme}`);
  }
}

/** TypeError unless `header` was opened in this realm, and by the scheme if one is named. */
export function assertChecked(header: OpenedHeader, scheme?: SchemeName): void {
  if (!checkedHeaders.has(header)) {
    throw new TypeError('header: expected a CheckedHeader from checkHeader()');
  }
  if (scheme !== undefined && schemeName(header.profile) !== scheme) {
    throw new TypeError(`header: expected one of the scheme ${scheme}`);
  }
}

/** An owned copy of the header; `bad_form` if it cannot even be encoded. */
function copyHeader(message: HeaderMessage): BlobHeader {
  try {
    const reader = new Reader(encodeHeader(message.header));
    const header = readHeader(reader);
    reader.end();
    Object.freeze(header.geometry);
    return Object.freeze(header);
  } catch (cause) {
    throw new DaError('bad_form', 'the header has a field of a wrong type or length', { cause });
  }
}

/** Owned copies of commitments and evaluations that hash to the header's roots. */
function copyLists(
  message: HeaderMessage,
  header: BlobHeader,
): Pick<HeaderMessage, 'commitments' | 'evaluations'> {
  const { k } = header.geometry;
  const isZoda = header.version === ZODA_HEADER_VERSION;
  const commitments = copyList(message.commitments, { count: isZoda ? 0 : k, size: 48 });
  const root = commitments && !isZoda ? commitmentsRoot(commitments) : new Uint8Array(0);
  if (!commitments || !equalBytes(root, header.commitmentsRoot)) {
    throw new DaError('commitments_mismatch', 'the commitments are not those of the header');
  }
  const size = isZoda ? 4 * checksumWidth(header.geometry) : 32;
  const evaluations = copyList(message.evaluations, { count: k, size });
  if (!evaluations || !equalBytes(evaluationsHash(evaluations), header.evaluationsHash)) {
    throw new DaError('evaluations_mismatch', 'the evaluations are not those of the header');
  }
  return { commitments, evaluations };
}

/** Copies of `count` byte arrays of `size` bytes, or undefined if it is anything else. */
function copyList(
  list: readonly Uint8Array[],
  expected: { count: number; size: number },
): readonly Uint8Array[] | undefined {
  if (!Array.isArray(list) || list.length !== expected.count) return undefined;
  const copies = list.map((bytes) => copyBytes(bytes, expected.size));
  const whole = copies.filter((bytes) => bytes !== undefined);
  return whole.length === expected.count ? Object.freeze(whole) : undefined;
}

function copyBytes(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  return bytes instanceof Uint8Array && bytes.length === size ? Uint8Array.from(bytes) : undefined;
}

/** Version, pinned profile, and the one (k, n, c) of the payload's length. */
function checkGeometry(header: BlobHeader, profiles: readonly Profile[]): Profile {
  if (header.version !== HEADER_VERSION && header.version !== ZODA_HEADER_VERSION) {
    throw new DaError('version_unknown', `header version ${header.version}`);
  }
  const profile = profiles.find(({ id }) => id === header.profile);
  if (profile === undefined) {
    throw new DaError('profile_not_pinned', `profile ${header.profile} is not accepted`);
  }
  const isZoda = schemeName(profile) === 'zoda';
  if (isZoda !== (header.version === ZODA_HEADER_VERSION)) {
    throw new DaError('version_unknown', `header version ${header.version} of ${profile.name}`);
  }
  const expected = expectedGeometry(profile, header.byteLength);
  const { k, n, c } = header.geometry;
  if (k !== expected.k || n !== expected.n || c !== expected.c) {
    throw new DaError('geometry_mismatch', `(${k}, ${n}, ${c}) for ${header.byteLength} bytes`);
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
