import {
  type EncodedBlob,
  encodeHeaderMessage,
  HEADER_BYTES,
  submitterAddress,
} from '@barycenter/da-sampling';
import { commitShards } from '@barycenter/erasure';
import { seededRandom } from '@barycenter/testing';
import { beforeAll, expect, test } from 'vitest';
import { encodeShard, SHARD_COUNT, shardPayload } from '../src/archive.ts';
import { isArchiveSignature, signArchive } from '../src/archive-signature.ts';
import { readKey, submitterFile } from '../src/folders.ts';
import type { StorageMethods } from '../src/protocol.ts';
import type { StorageNode } from '../src/storage-node.ts';
import { certificateFor, copyOf, createBase, encodeAs } from './one-process.ts';

type Offer = StorageMethods['archive']['input'];

const base = createBase(2);
const random = seededRandom(20_261_131);
const payload = random.bytes(1000);
const NODE = 3;
let blob: EncodedBlob;
let submitterKey: Uint8Array;
/** What the network's submitter sends to storage node 3. */
let honest: Offer;

beforeAll(async () => {
  submitterKey = readKey(submitterFile(base().folder));
  blob = encodeAs(base(), { payload, nonce: 0n });
  const header = encodeHeaderMessage(blob.message);
  const certificate = await certificateFor(base(), { blob, header, payload });
  honest = { header, certificate, ...(await archiveOf(payload)) };
});

/** Shards of any bytes, signed as their archive under the certified header. */
async function archiveOf(
  bytes: Uint8Array,
  key = submitterKey,
): Promise<Pick<Offer, 'archiveRoot' | 'archiveSignature' | 'shard'>> {
  const { record, shards } = await shardPayload(bytes);
  return signed({ archiveRoot: record.root, shard: encodeShard(shards[NODE]!) }, key);
}

function signed<T extends { archiveRoot: Uint8Array }>(
  parts: T,
  key: Uint8Array,
): T & { archiveSignature: Uint8Array } {
  const { domain } = base().chain.state;
  const claim = { domain, headerRoot: blob.headerRoot, archiveRoot: parts.archiveRoot };
  return { ...parts, archiveSignature: signArchive(claim, key) };
}

/** Why a storage node refused. */
async function reasonRefused(node: StorageNode, offer: Offer): Promise<string> {
  try {
    await node.archive(offer);
  } catch (error) {
    const { code, reason } = error as { code: string; reason?: string };
    return reason ?? code;
  }
  return 'accepted';
}

/** What somebody who knows the public certificate can send, and how it is refused. */
async function forgeries(): Promise<readonly [string, Offer][]> {
  const junk = random.bytes(payload.length);
  const broken = (from: number, to?: number): Uint8Array =>
    Uint8Array.from(honest.header).fill(0xff, from, to);
  const lists = HEADER_BYTES + 65;
  const attacker = random.bytes(32);
  const { archiveSignature } = honest;
  return [
    ['signature_malformed', { ...honest, header: broken(HEADER_BYTES) }],
    ['commitments_mismatch', { ...honest, header: broken(lists, lists + 48) }],
    ['evaluations_mismatch', { ...honest, header: broken(lists + 48) }],
    ['archive_unsigned', { ...honest, ...(await archiveOf(junk, attacker)) }],
    ['archive_unsigned', { ...honest, ...(await archiveOf(junk)), archiveSignature }],
    ['archive_unsigned', { ...honest, archiveSignature: new Uint8Array(65) }],
    ['archive_unsigned', { ...honest, archiveSignature: archiveSignature.subarray(1) }],
    ['archive_unsigned', { ...honest, archiveRoot: random.bytes(32) }],
  ];
}

test('junk under a public certificate is refused by a node that holds nothing yet', async () => {
  const network = copyOf(base());
  const node = network.storage(NODE);
  const before = network.storageBytes(NODE);
  for (const [reason, offer] of await forgeries()) {
    expect(await reasonRefused(node, offer), reason).toBe(reason);
    expect(network.storageBytes(NODE), reason).toBe(before);
  }
  expect(await reasonRefused(node, honest)).toBe('accepted');
});

test('junk displaces neither the shard nor the header that is held, and grows no log', async () => {
  const network = copyOf(base());
  const node = network.storage(NODE);
  const root = blob.headerRoot;
  expect(await reasonRefused(node, honest)).toBe('accepted');
  const size = network.storageBytes(NODE);
  for (const [reason, offer] of await forgeries()) {
    const isSameShard = offer.shard === honest.shard;
    const expected = isSameShard ? 'accepted' : 'other_shard';
    expect(await reasonRefused(node, offer), reason).toBe(expected);
  }
  // Not even the submitter replaces what it archived first.
  const own = await archiveOf(random.bytes(payload.length));
  expect(await reasonRefused(node, { ...honest, ...own })).toBe('other_shard');
  for (let i = 0; i < 3; i++) expect(await reasonRefused(node, honest)).toBe('accepted');
  node.close();
  const restarted = network.storage(NODE);
  expect(await reasonRefused(restarted, honest)).toBe('accepted');
  expect(await reasonRefused(restarted, { ...honest, ...own })).toBe('other_shard');
  expect(Buffer.compare(restarted.shard({ root }), honest.shard)).toBe(0);
  expect(Buffer.compare(restarted.archivedHeader({ root }), honest.header)).toBe(0);
  expect(network.storageBytes(NODE)).toBe(size);
});

test('only what is certified, of the right size and at its own index is archived', async () => {
  const network = copyOf(base());
  const node = network.storage(NODE);
  const before = network.storageBytes(NODE);
  const other = Uint8Array.from(honest.certificate);
  other[0]! ^= 1;
  const altered = Uint8Array.from(honest.certificate);
  altered[32 + 8 + 2]! ^= 1; // byteLength
  // A submitter may sign what it likes; the length of its shards follows from the header.
  const long = Array.from({ length: SHARD_COUNT }, () => random.bytes(200_000));
  const { root, proofs } = commitShards(long);
  const shard = encodeShard({ shard: long[NODE]!, proof: proofs[NODE]! });
  const cases: readonly [string, Offer][] = [
    ['header_mismatch', { ...honest, certificate: other }],
    ['signature_invalid', { ...honest, certificate: altered }],
    ['truncated', { ...honest, certificate: honest.certificate.subarray(0, 100) }],
    ['shard_length', { ...honest, ...signed({ archiveRoot: root, shard }, submitterKey) }],
    ['message_refused', { ...honest, shard: new Uint8Array(0) }],
  ];
  for (const [reason, offer] of cases) {
    expect(await reasonRefused(node, offer), reason).toBe(reason);
  }
  expect(await reasonRefused(network.storage(NODE + 1), honest)).toBe('proof_mismatch');
  for (const field of Object.keys(honest) as (keyof Offer)[]) {
    for (const wrong of [null, undefined, 'text', 7, [], {}] as never[]) {
      expect(await reasonRefused(node, { ...honest, [field]: wrong }), field).toBe('bad_form');
    }
  }
  expect(network.storageBytes(NODE)).toBe(before);
});

test('an archive signature holds for its root, header, domain and submitter, and for no other', () => {
  const { domain } = base().chain.state;
  const { archiveRoot, archiveSignature } = honest;
  const submitter = submitterAddress(submitterKey);
  const claim = { domain, headerRoot: blob.headerRoot, archiveRoot, submitter };
  expect(isArchiveSignature(archiveSignature, claim)).toBe(true);
  const flipped = (bytes: Uint8Array) =>
    Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte));
  const others = [
    { archiveRoot: flipped(archiveRoot) },
    { headerRoot: flipped(blob.headerRoot) },
    { submitter: flipped(submitter) },
    { domain: { ...domain, chainId: domain.chainId + 1n } },
    { domain: { ...domain, registry: flipped(domain.registry) } },
    { domain: { ...domain, namespace: flipped(domain.namespace) } },
  ];
  for (const other of others) {
    expect(isArchiveSignature(archiveSignature, { ...claim, ...other })).toBe(false);
  }
  for (let at = 0; at < 65; at++) {
    const bytes = Uint8Array.from(archiveSignature);
    bytes[at]! ^= 1;
    expect(isArchiveSignature(bytes, claim), `flip at ${at}`).toBe(false);
  }
  // The header's own signature is none over an archive, whatever its root.
  expect(isArchiveSignature(blob.message.signature, claim)).toBe(false);
});
