/**
 * The disperser: payload to committed, coded, opened rows (da-review.md §1).
 *
 *   1. pack the payload into k rows of c elements          (31 bytes an element, row-major)
 *   2. commit each row: C_j                                 k MSMs of c points
 *   3. extend k rows to n along each column                 R_i = sum_j L_ij row_j
 *   4. commitmentsRoot, rowsRoot, then z                    rows are fixed before the point
 *   5. y_j = row_j(z), then g, then ONE opening of sum g^j row_j at z
 *   6. headerRoot, signed by the submitter
 *
 * The opening is one MSM of 4,096 points: the whole costs about 1.004 times the bare commitments of
 * a full blob, and no chunk carries a proof.
 */
import { FIELD_MODULUS, type Kzg, scalarToBytes } from '@barycenter/kzg';
import type { Committee } from './committee.ts';
import { type Domain, expectLength } from './domain.ts';
import {
  type BlobHeader,
  commitmentsRoot,
  deriveCombiner,
  derivePoint,
  evaluationsHash,
  HEADER_VERSION,
  type HeaderCore,
  headerRoot,
  powersOf,
} from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import { treeBranch, treeRoot } from './merkle.ts';
import { packPayload } from './payload.ts';
import { type Geometry, geometry, type Profile, type SchemeName, schemeName } from './profile.ts';
import { buildRowTree, type RowMessage } from './rows.ts';
import { signHeaderRoot, submitterAddress } from './submitter.ts';

/** What a disperser hands out. Holds all n rows: 32 n c bytes. */
export type EncodedBlob = {
  readonly header: BlobHeader;
  /** The blob's identifier, 32 bytes. */
  readonly headerRoot: Uint8Array<ArrayBuffer>;
  readonly geometry: Geometry;
  /** Goes to everybody. */
  readonly message: HeaderMessage;
  /** Row `index` (0 .. n-1) with its Merkle branch; RangeError outside. */
  rowMessage(index: number): RowMessage;
};

/** Inputs of encoding under any scheme, beside the payload. */
export type BlobOptions = {
  readonly profile: Profile;
  readonly domain: Domain;
  /** The committee of the epoch that the blob is for. */
  readonly committee: Committee;
  /** The submitter's next unused nonce. */
  readonly nonce: bigint;
  /** secp256k1 secret key of the submitter, 32 bytes. */
  readonly submitterKey: Uint8Array;
};

/** Inputs of `encodeBlob` beside the payload. */
export type EncodeOptions = BlobOptions & { readonly kzg: Kzg };

/**
 * Encodes, commits, opens and signs a payload of 1 .. maxPayloadBytes(profile) bytes.
 * Throws RangeError for a wrong length; DaError `z_in_domain` (probability 2^-243: take the next
 * nonce); RangeError if the committee has another number of seats than the profile.
 * Cost: k MSM(c) + 1 MSM(4096), c column extensions, n row hashes of 32 c bytes.
 */
export function encodeBlob(payload: Uint8Array, options: EncodeOptions): EncodedBlob {
  const { kzg } = options;
  const shape = shapeOf(payload, { ...options, scheme: 'kzg' });
  const dataRows = packPayload(payload, shape);
  const commitments = dataRows.map((row) => kzg.commitRow(row));
  const rows = kzg.extendRows(dataRows, { rowCount: shape.n });
  return assembleBlob(
    {
      version: HEADER_VERSION,
      byteLength: payload.length,
      shape,
      rows,
      commitments,
      commitmentsRoot: commitmentsRoot(commitments),
      open: (core) => openBlob(core, { kzg, dataRows }),
    },
    options,
  );
}

/** The geometry of a payload, after all arguments of an encoder were checked. */
export function shapeOf(
  payload: Uint8Array,
  options: BlobOptions & { readonly scheme: SchemeName },
): Geometry {
  const { profile, domain, committee, scheme } = options;
  if (!(payload instanceof Uint8Array)) throw new TypeError('payload: expected a Uint8Array');
  if (schemeName(profile) !== scheme) {
    throw new TypeError(`profile: expected one of the scheme ${scheme}, got ${profile.name}`);
  }
  expectLength(domain.namespace, { name: 'domain.namespace', size: 32 });
  if (committee.seats !== profile.rowCount) {
    throw new RangeError(`committee: expected ${profile.rowCount} seats, got ${committee.seats}`);
  }
  return geometry(profile, payload.length);
}

/** What a scheme made of a payload: rows, and how to open them once the core is known. */
export type CodedPayload = {
  readonly version: number;
  readonly byteLength: number;
  readonly shape: Geometry;
  /** All n rows. */
  readonly rows: readonly Uint8Array[];
  readonly commitments: readonly Uint8Array[];
  readonly commitmentsRoot: Uint8Array;
  readonly open: (core: HeaderCore) => Opening;
};

/** Rows tree, core, opening, header, signature: the same under every scheme. */
export function assembleBlob(coded: CodedPayload, options: BlobOptions): EncodedBlob {
  const { domain, committee, submitterKey } = options;
  const { shape, rows, commitments } = coded;
  const tree = buildRowTree(rows);
  const core: HeaderCore = {
    version: coded.version,
    profile: options.profile.id,
    geometry: shape,
    byteLength: coded.byteLength,
    namespace: domain.namespace.slice(),
    submitter: submitterAddress(submitterKey),
    nonce: options.nonce,
    epoch: committee.epoch,
    committeeRoot: committee.root,
    commitmentsRoot: coded.commitmentsRoot,
    rowsRoot: treeRoot(tree),
  };
  const { evaluations, proof } = coded.open(core);
  const header: BlobHeader = {
    ...core,
    evaluationsHash: evaluationsHash(evaluations),
    openingProof: proof,
  };
  const root = headerRoot(header);
  const signature = signHeaderRoot(root, { domain, submitterKey });
  return {
    header,
    headerRoot: root,
    geometry: shape,
    message: { header, signature, commitments, evaluations },
    rowMessage: (index) => {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`index: expected 0 to ${shape.n - 1}`);
      return { index, row, branch: treeBranch(tree, index) };
    },
  };
}

/** Evaluations and the proof of them. */
export type Opening = {
  readonly evaluations: readonly Uint8Array[];
  readonly proof: Uint8Array;
};

/** Evaluations y_j = row_j(z) and the one opening of F = sum g^j row_j at z. */
function openBlob(
  core: HeaderCore,
  options: { kzg: Kzg; dataRows: readonly Uint8Array[] },
): Opening {
  const { kzg, dataRows } = options;
  const { tz, z } = derivePoint(core, kzg.setupId());
  const weights = kzg.evaluationWeights(z, core.geometry.c);
  const values = dataRows.map((row) => kzg.evaluateRow(row, weights));
  const evaluations = values.map((y) => scalarToBytes(y));
  const hash = evaluationsHash(evaluations);
  const powers = powersOf(deriveCombiner(tz, hash), dataRows.length);
  const { proof, y } = kzg.openRow(kzg.combineRows(dataRows, powers), z);
  const expected = values.reduce((sum, value, j) => (sum + value * powers[j]!) % FIELD_MODULUS, 0n);
  if (y !== expected) throw new Error('encodeBlob: the opening disagrees with the evaluations');
  return { evaluations, proof };
}
