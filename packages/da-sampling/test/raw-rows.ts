/**
 * A dishonest disperser's encoder: signs any matrix it is given, with any field replaced at any
 * step of the transcript. Steps and names follow da-review.md §1.1; only the honest path equals
 * `encodeBlob`.
 */
import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import {
  commitmentsRoot,
  deriveCombiner,
  derivePoint,
  evaluationsHash,
  HEADER_VERSION,
  type HeaderCore,
  headerRoot,
  powersOf,
} from '../src/header.ts';
import type { EncodedBlob, Geometry } from '../src/index.ts';
import { treeBranch, treeRoot } from '../src/merkle.ts';
import { buildRowTree } from '../src/rows.ts';
import { signHeaderRoot, submitterAddress } from '../src/submitter.ts';
import { COMMITTEE, DOMAIN, kzg, SUBMITTER_KEY, TOY } from './fixture.ts';

/** What the disperser bends. */
export type Bends = {
  readonly byteLength: number;
  readonly shape: Geometry;
  /** Coded rows committed under rowsRoot instead of the honest extension. */
  readonly codedRows?: (honest: Uint8Array[]) => Uint8Array[];
  /** Commitments sent instead of those of the data rows. */
  readonly commitments?: readonly Uint8Array[];
  /** Core fields replaced before z is derived. */
  readonly core?: Partial<HeaderCore>;
  /** Core fields replaced after z, evaluations and proof were made from the others. */
  readonly coreAfter?: Partial<HeaderCore>;
  /** Evaluations replaced before g and the proof. */
  readonly evaluations?: (honest: Uint8Array[]) => Uint8Array[];
  /** Evaluations and their hash replaced after g and the proof. */
  readonly evaluationsAfter?: (honest: Uint8Array[]) => Uint8Array[];
  /** Rows (longer ones, say) that evaluations and proof are made from instead of the data rows. */
  readonly openRows?: readonly Uint8Array[];
  /** The proof sent. */
  readonly proof?: (honest: Uint8Array) => Uint8Array;
};

/** Encodes and signs `dataRows` with the given bends. */
export function encodeRawRows(dataRows: readonly Uint8Array[], bends: Bends): EncodedBlob {
  const { shape } = bends;
  const honestRows = kzg.extendRows(dataRows, { rowCount: shape.n });
  const rows = bends.codedRows?.(honestRows) ?? honestRows;
  const tree = buildRowTree(rows);
  const commitments = bends.commitments ?? dataRows.map((row) => kzg.commitRow(row));
  const core: HeaderCore = {
    version: HEADER_VERSION,
    profile: TOY.id,
    geometry: shape,
    byteLength: bends.byteLength,
    namespace: DOMAIN.namespace,
    submitter: submitterAddress(SUBMITTER_KEY),
    nonce: 0n,
    epoch: COMMITTEE.epoch,
    committeeRoot: COMMITTEE.root,
    commitmentsRoot: commitmentsRoot(commitments),
    rowsRoot: treeRoot(tree),
    ...bends.core,
  };
  const { tz, z } = derivePoint(core, kzg.setupId());
  const openRows = bends.openRows ?? dataRows;
  const weights = kzg.evaluationWeights(z, openRows[0]!.length / 32);
  const honest = openRows.map((row) => scalarToBytes(kzg.evaluateRow(row, weights)));
  const before = bends.evaluations?.(honest) ?? honest;
  const powers = powersOf(deriveCombiner(tz, evaluationsHash(before)), shape.k);
  const opened = kzg.openRow(kzg.combineRows(openRows, powers), z);
  const evaluations = bends.evaluationsAfter?.(before) ?? before;
  const header = {
    ...core,
    ...bends.coreAfter,
    evaluationsHash: evaluationsHash(evaluations),
    openingProof: bends.proof?.(opened.proof) ?? opened.proof,
  };
  const root = headerRoot(header);
  const signature = signHeaderRoot(root, { domain: DOMAIN, submitterKey: SUBMITTER_KEY });
  return {
    header,
    headerRoot: root,
    geometry: shape,
    message: { header, signature, commitments, evaluations },
    rowMessage: (index) => ({ index, row: rows[index]!, branch: treeBranch(tree, index) }),
  };
}

/** a + s b on rows, for building rows that are wrong in a chosen way. */
export function addToElement(row: Uint8Array, options: { at: number; add: bigint }): Uint8Array {
  const out = Uint8Array.from(row);
  const offset = 32 * options.at;
  let value = 0n;
  for (const byte of out.subarray(offset, offset + 32)) value = (value << 8n) | BigInt(byte);
  out.set(scalarToBytes((value + options.add) % FIELD_MODULUS), offset);
  return out;
}
