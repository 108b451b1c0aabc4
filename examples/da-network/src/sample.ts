/**
 * `sample ID`: a light client. It reads no row: it checks certificate and header, draws its cells
 * once, keeps the draw under `light/`, and asks the nodes for those cells with their proofs: in every
 * run for all of them, because what was there yesterday says nothing about today.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CellSource,
  DaError,
  LightClient,
  type OpenedHeader,
  type SampleReport,
  type SampleStore,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { writeFileAtomic } from './atomic-file.ts';
import { resolveContent } from './content.ts';
import { NetworkError } from './errors.ts';
import { lightFolder } from './folders.ts';
import { checkCertificate, fetchHeader } from './read-header.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';

/** The light client's connection, as the nodes' transport names it. */
const PEER = 'light client';

/** Confidence unless the user says. */
export const DEFAULT_CONFIDENCE = 0.999_999;

/** One sampled blob in the report. */
export interface SampledBlob extends SampleReport {
  readonly headerRoot: string;
}

/** What `sample` reports. */
export interface SampleResult {
  readonly id: string;
  readonly status: 'available' | 'unavailable';
  /** Cells over all blobs. */
  readonly samples: number;
  /** The least of the blobs' confidences. */
  readonly confidence: number;
  readonly blobs: readonly SampledBlob[];
}

/** Samples everything behind an identifier; throws `NetworkError` 'unavailable' if a blob is not. */
export async function sample(
  id: string,
  { session, confidence }: { session: Session; confidence: number },
): Promise<SampleResult> {
  const content = await resolveContent(id, { session });
  const roots = content.manifest
    ? [content.identifier.headerRoot, ...content.roots]
    : content.roots;
  const blobs: SampledBlob[] = [];
  for (const root of roots) {
    checkCertificate(root, session);
    const { header } = await fetchHeader(root, session);
    const report = await sampleBlob(header, { session, confidence });
    blobs.push({ headerRoot: bytesToHex(root), ...report });
    if (report.status === 'unavailable') {
      throw new NetworkError(
        'unavailable',
        `${report.unresolved.length} of ${report.samples} sampled cells of ${bytesToHex(root)} could not be seen or rebuilt`,
      );
    }
  }
  return {
    id,
    status: 'available',
    samples: blobs.reduce((sum, blob) => sum + blob.samples, 0),
    confidence: Math.min(...blobs.map((blob) => blob.confidence)),
    blobs,
  };
}

/** Runs the light client over one checked header; the nodes are its sources. */
export async function sampleBlob(
  header: OpenedHeader,
  { session, confidence }: { session: Session; confidence: number },
): Promise<SampleReport> {
  const { cluster, progress, folder } = session;
  let seen = 0;
  const sources = cluster.aliveNodes().map(
    (node): CellSource => ({
      id: `node ${node}`,
      cell: async ({ headerRoot: root, row, cellIndex: cell }) => {
        const answer = await cluster.askNode('cell', { node, root, row, cell, peer: PEER });
        progress.show(`sampling: ${++seen} cells received`);
        return answer;
      },
      rows: (root) => cluster.askNode('held', { node, root }),
    }),
  );
  const client = new LightClient({
    scheme: await schemeOf(session.chain.state.profile, session),
    header,
    confidence,
    random: (size) => randomBytes(size),
    store: fileStore(lightFolder(folder)),
    sources,
  });
  try {
    return await client.sample();
  } catch (cause) {
    if (!(cause instanceof DaError)) throw cause;
    throw new NetworkError('state_damaged', `the light client's samples: ${cause.message}`, {
      reason: cause.code,
      cause,
    });
  } finally {
    progress.show(undefined);
  }
}

/** Samples as one file per blob, replaced atomically. */
function fileStore(folder: string): SampleStore {
  mkdirSync(folder, { recursive: true });
  return {
    load: async (key) => {
      const path = join(folder, key);
      return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
    },
    save: async (key, bytes) => writeFileAtomic(join(folder, key), bytes),
  };
}
