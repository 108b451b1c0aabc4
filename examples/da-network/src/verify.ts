/**
 * `verify FILE ID`: is this file what ID names, and do the nodes still hold it unharmed? Certificate
 * and header are checked, every row of every running signer is read and checked, the blob is decoded
 * and compared with the file.
 */
import { assignRows, decodeCertificate } from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { checkPartSize, resolveContent } from './content.ts';
import { nodeOf } from './disperse.ts';
import { NetworkError } from './errors.ts';
import { partSize } from './manifest.ts';
import { openParts } from './parts.ts';
import { checkCertificate, fetchHeader } from './read-header.ts';
import { type RefusedRow, readAllRows } from './read-rows.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';

/** What `verify` reports when all of it held. */
export interface VerifyReport {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rowsChecked: number;
  /** Signers that do not run: their rows could not be read. */
  readonly goneNodes: readonly number[];
}

/**
 * Verifies. Throws `NetworkError` 'file_mismatch' (with the first differing row) if the file is
 * another one, 'rows_damaged' naming each row that a running node no longer serves as it signed it.
 */
export async function verify(
  file: string,
  { session, id }: { session: Session; id: string },
): Promise<VerifyReport> {
  const content = await resolveContent(id, { session });
  const manifest = content.manifest?.manifest;
  const parts = openParts(file, manifest?.partBytes);
  try {
    const total = manifest?.totalBytes ?? parts.bytes;
    if (parts.bytes !== total || parts.count !== content.roots.length) {
      throw new NetworkError(
        'file_mismatch',
        `the file has ${parts.bytes} bytes, ${id} has ${total}`,
      );
    }
    const damaged: string[] = [];
    const goneNodes = new Set<number>();
    let rowsChecked = 0;
    for (const [part, root] of content.roots.entries()) {
      const checked = await checkStoredBlob(root, session);
      for (const node of checked.goneNodes) goneNodes.add(node);
      rowsChecked += checked.rowsChecked;
      damaged.push(...checked.refusedRows.map(describe));
      if (manifest)
        checkPartSize(checked.payload.length, { expected: partSize(manifest, part), part });
      comparePart(parts.read(part), { payload: checked.payload, rowBytes: checked.rowBytes, part });
    }
    if (content.manifest !== undefined) {
      const checked = await checkStoredBlob(content.identifier.headerRoot, session);
      rowsChecked += checked.rowsChecked;
      damaged.push(...checked.refusedRows.map(describe));
    }
    if (damaged.length > 0) throw damagedRows(damaged);
    const sha256 = bytesToHex(parts.sha256());
    return { id, file, bytes: parts.bytes, sha256, rowsChecked, goneNodes: [...goneNodes] };
  } finally {
    parts.close();
  }
}

interface CheckedBlob {
  readonly payload: Uint8Array;
  /** Payload bytes in one data row. */
  readonly rowBytes: number;
  readonly refusedRows: readonly RefusedRow[];
  readonly goneNodes: readonly number[];
  readonly rowsChecked: number;
}

/** Reads every row that running signers vowed to hold, and decodes. */
async function checkStoredBlob(root: Uint8Array, session: Session): Promise<CheckedBlob> {
  const { certificate } = checkCertificate(root, session);
  const { bitmap } = decodeCertificate(certificate);
  const { header } = await fetchHeader(root, session);
  const alive = new Set(session.cluster.aliveNodes());
  const requests = new Map<number, readonly number[]>();
  const goneNodes: number[] = [];
  assignRows(session.chain.committee(session.bls), root).forEach((rows, member) => {
    const signed = ((bitmap[member >> 3]! >> (member & 7)) & 1) === 1;
    const node = nodeOf(session, member);
    if (signed && alive.has(node)) requests.set(node, rows);
    else if (signed) goneNodes.push(node);
  });
  const { verified, refusedRows } = await readAllRows(header, { session, requests });
  const { k, c } = header.geometry;
  if (verified.length < k) {
    const why = refusedRows.length > 0 ? `; ${refusedRows.map(describe).join(', ')}` : '';
    throw new NetworkError('rows_unavailable', `${verified.length} of ${k} needed rows${why}`);
  }
  const { profile } = session.chain.state;
  const scheme = await schemeOf(profile, session);
  const recovered = scheme.recoverBlob(verified, header);
  if (recovered.status === 'invalid') {
    throw new NetworkError('blob_invalid', 'the blob holds no payload', { reason: recovered.code });
  }
  return {
    payload: recovered.payload,
    rowBytes: (profile.elementPayloadBytes ?? 31) * c,
    refusedRows,
    goneNodes,
    rowsChecked: verified.length + refusedRows.length,
  };
}

function comparePart(
  expected: Uint8Array,
  { payload, rowBytes, part }: { payload: Uint8Array; rowBytes: number; part: number },
): void {
  const at = expected.findIndex((byte, i) => byte !== payload[i]);
  if (at < 0 && expected.length === payload.length) return;
  const row = Math.floor((at < 0 ? payload.length : at) / rowBytes);
  throw new NetworkError('file_mismatch', `the file differs from blob ${part} in row ${row}`, {
    row,
  });
}

function damagedRows(damaged: readonly string[]): NetworkError {
  const shown = damaged.slice(0, 20).join(', ');
  const more = damaged.length > 20 ? ` and ${damaged.length - 20} more` : '';
  const row = Number.parseInt(/row (\d+)/.exec(shown)![1]!, 10);
  return new NetworkError(
    'rows_damaged',
    `the file can be read, but nodes hold damaged or lost rows: ${shown}${more}`,
    { row },
  );
}

function describe({ node, row, code }: RefusedRow): string {
  return `node ${node} row ${row} (${code})`;
}
