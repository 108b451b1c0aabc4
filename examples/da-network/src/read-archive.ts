/** Reading from the archive: 10 of 14 shards, and proof that they are the payload of the header. */
import { type OpenedHeader, RowVerifier } from '@barycenter/da-sampling';
import { type CheckedShard, checkShard } from '@barycenter/erasure';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DATA_SHARDS, decodeShard, joinShards, SHARD_COUNT } from './archive.ts';
import { codeOf, NetworkError } from './errors.ts';
import { answeredBytes } from './received.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';
import { shuffle } from './shuffle.ts';

/**
 * The payload from the storage nodes: 10 Merkle-checked shards, decoded, and then encoded again to
 * prove that it is the payload of this header (the shards' root alone proves nothing about it).
 */
export async function readArchive(
  header: OpenedHeader,
  session: Session,
): Promise<{ payload: Uint8Array<ArrayBuffer>; source: 'archive'; receivedBytes: number }> {
  const root = header.headerRoot;
  const { archive } = session.chain.blob(root);
  if (archive === undefined) {
    throw new NetworkError('archive_unavailable', `${bytesToHex(root)} was never archived`);
  }
  const checked: CheckedShard[] = [];
  const refusals: string[] = [];
  let receivedBytes = 0;
  for (const node of shuffle(session.cluster.aliveStorage())) {
    if (checked.length === DATA_SHARDS) break;
    try {
      const bytes = answeredBytes(await session.cluster.askStorage('shard', { node, root }));
      receivedBytes += bytes.length;
      const { shard, proof } = decodeShard(bytes);
      const claim = { root: archive.root, index: node, shardCount: SHARD_COUNT, shard, proof };
      checked.push(checkShard(claim));
    } catch (error) {
      refusals.push(`${node}: ${codeOf(error)}`);
    }
  }
  if (checked.length < DATA_SHARDS) {
    const why = refusals.length === 0 ? '' : ` (${refusals.join(', ')})`;
    throw new NetworkError(
      'archive_unavailable',
      `${checked.length} of ${DATA_SHARDS} needed shards of ${bytesToHex(root)}${why}`,
    );
  }
  try {
    const payload = await joinShards(checked, archive.byteLength);
    session.progress.show('checking the archived payload against the header');
    const scheme = await schemeOf(session.chain.state.profile, session);
    new RowVerifier({ scheme, header }).addPayload(payload);
    session.progress.show(undefined);
    return { payload, source: 'archive', receivedBytes };
  } catch (cause) {
    throw new NetworkError(
      'archive_mismatch',
      `the archive of ${bytesToHex(root)} is not the payload of its header`,
      { reason: codeOf(cause), cause },
    );
  }
}
