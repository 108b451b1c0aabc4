/**
 * The retriever. It trusts no node: the certificate is verified against the committee, the header
 * against its own commitments, every row by check B under that header, and only verified rows are
 * decoded. The archive is read when the user asks for it or when the nodes that are left do not hold
 * k good rows; which of the two answered is part of the result.
 */
import type { OpenedHeader, UnpackedPayload, VerifiedRow } from '@barycenter/da-sampling';
import { NetworkError } from './errors.ts';
import { readArchive } from './read-archive.ts';
import { checkCertificate, fetchHeader } from './read-header.ts';
import { collectRows, type RefusedRow } from './read-rows.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';

/** A blob that was read. */
export interface Retrieval {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly header: OpenedHeader;
  readonly source: 'nodes' | 'archive';
  readonly refusedRows: readonly RefusedRow[];
  /** Bytes received, of headers, rows and shards. */
  readonly receivedBytes: number;
}

/** How a blob is to be read. */
export interface RetrieveOptions {
  /** Do not ask the DA nodes at all. */
  readonly archive?: boolean;
}

/**
 * Reads a certified blob. Throws `NetworkError` 'identifier_unknown', 'certificate_refused',
 * 'header_unavailable', 'rows_unavailable', 'archive_unavailable', 'archive_mismatch',
 * 'blob_invalid'.
 */
export async function retrieveBlob(
  root: Uint8Array,
  session: Session,
  options: RetrieveOptions = {},
): Promise<Retrieval> {
  const record = checkCertificate(root, session);
  const { header, receivedBytes } = await fetchHeader(root, session);
  if (options.archive === true) {
    const archived = await readArchive(header, session);
    const total = receivedBytes + archived.receivedBytes;
    return { ...archived, header, refusedRows: [], receivedBytes: total };
  }
  const rows = await collectRows(header, session);
  const read = { header, refusedRows: rows.refusedRows };
  if (rows.verified.length >= header.geometry.k) {
    session.progress.show('decoding');
    const scheme = await schemeOf(session.chain.state.profile, session);
    const payload = payloadOf(scheme.recoverBlob(rows.verified, header));
    session.progress.show(undefined);
    const total = receivedBytes + rows.receivedBytes;
    return { ...read, payload, source: 'nodes', receivedBytes: total };
  }
  if (record.archive === undefined) throw tooFewRows(header, rows.verified);
  const archived = await readArchive(header, session);
  const total = receivedBytes + rows.receivedBytes + archived.receivedBytes;
  return { ...archived, ...read, receivedBytes: total };
}

function payloadOf(recovered: UnpackedPayload): Uint8Array<ArrayBuffer> {
  if (recovered.status === 'ok') return recovered.payload;
  throw new NetworkError(
    'blob_invalid',
    'the blob holds no payload: its submitter packed it wrongly',
    {
      reason: recovered.code,
    },
  );
}

function tooFewRows(header: OpenedHeader, verified: readonly VerifiedRow[]): NetworkError {
  return new NetworkError(
    'rows_unavailable',
    `${verified.length} of ${header.geometry.k} needed rows, and no archive`,
  );
}
