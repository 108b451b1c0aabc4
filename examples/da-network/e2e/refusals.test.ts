/** Bad input from outside: every refusal has its code, and none of them changes what is stored. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assignRows,
  decodeCertificate,
  type EncodedBlob,
  encodeBlob,
  encodeCertificate,
  encodeHeaderMessage,
  encodeRowMessage,
  isEquivocation,
  STRONG,
} from '@barycenter/da-sampling';
import type { Kzg } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { CHAIN_FILE, Chain, type ChainState } from '../src/chain.ts';
import { archivePayload, certify, disperse, encodePayload, nodeOf } from '../src/disperse.ts';
import { decodeEvidence } from '../src/equivocation.ts';
import { nodeFile, readKey, storageFolder, submitterFile } from '../src/folders.ts';
import { get } from '../src/get.ts';
import { formatIdentifier } from '../src/identifier.ts';
import { acquireLock } from '../src/lock.ts';
import { encodeManifest } from '../src/manifest.ts';
import { createProgress } from '../src/progress.ts';
import { put } from '../src/put.ts';
import type { Session } from '../src/session.ts';
import { verify } from '../src/verify.ts';
import { codeRejected } from '../test/scratch.ts';
import { inSession, NODES, prepareNetwork } from './prepared.ts';

const prepared = prepareNetwork();
const random = seededRandom(20_261_121);

function read(session: Session, id: string, archive = false) {
  const output = join(session.folder, 'out.bin');
  return get(id, { session, output, options: { archive } });
}

/** Encodes as the network's submitter would, with chosen parts. */
async function encodeAs(
  session: Session,
  { nonce, kzg, payload }: { nonce: bigint; kzg?: Kzg; payload: Uint8Array },
): Promise<EncodedBlob> {
  return encodeBlob(payload, {
    kzg: kzg ?? (await session.kzg()),
    profile: session.chain.state.profile,
    domain: session.chain.state.domain,
    committee: session.chain.committee(session.bls),
    nonce,
    submitterKey: readKey(submitterFile(session.folder)),
  });
}

/** Takes a payload all the way to a certificate. */
async function certified(session: Session, payload: Uint8Array) {
  const blob = await encodePayload(payload, session);
  return { blob, ...(await certify(await disperse({ blob, payload }, session), session)) };
}

test('an identifier that nobody certified is unknown', async () => {
  const { folder } = prepared();
  await inSession(folder, async (session) => {
    const id = formatIdentifier({ kind: 'blob', headerRoot: random.bytes(32) });
    expect(await codeRejected(() => read(session, id))).toBe('identifier_unknown');
    expect(existsSync(join(folder, 'out.bin'))).toBe(false);
  });
});

test('empty and unreadable files are refused before a nonce is used', async () => {
  const { folder } = prepared();
  await inSession(folder, async (session) => {
    const before = session.chain.state.submitter.nonce;
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const storing = (file: string) => () => put(file, { session, partBytes: 1000 });
    expect(await codeRejected(storing(empty))).toBe('file_empty');
    expect(await codeRejected(storing(join(folder, 'missing')))).toBe('file_unreadable');
    expect(await codeRejected(storing(folder))).toBe('file_unreadable');
    expect(session.chain.state.submitter.nonce).toBe(before);
  });
});

test('an output that cannot be written is refused, and an old file survives a failed get', async () => {
  const { folder, small } = prepared();
  await inSession(folder, async (session) => {
    const output = join(folder, 'no', 'such', 'folder', 'out');
    const writing = get(small.id, { session, output, options: {} });
    expect(await codeRejected(() => writing)).toBe('output_unwritable');
    writeFileSync(join(folder, 'out.bin'), 'old');
    const id = formatIdentifier({ kind: 'manifest', headerRoot: small.root });
    expect(await codeRejected(() => read(session, id))).toBe('manifest_malformed');
    expect(readFileSync(join(folder, 'out.bin'), 'utf8')).toBe('old');
  });
});

test('verify refuses another file and names the first row that differs', async () => {
  const { folder, large } = prepared();
  await inSession(folder, async (session) => {
    const other = join(folder, 'other');
    const bytes = readFileSync(large.file);
    bytes[31 * 5 * 10 + 3]! ^= 1; // k = 64 rows of c = 5 elements of 31 bytes: row 10
    writeFileSync(other, bytes);
    const verifying = verify(other, { session, id: large.id });
    await expect(verifying).rejects.toMatchObject({ code: 'file_mismatch', row: 10 });
    writeFileSync(other, bytes.subarray(1));
    const shorter = verify(other, { session, id: large.id });
    expect(await codeRejected(() => shorter)).toBe('file_mismatch');
  });
});

test('a certificate of another chain, namespace, epoch, seed or committee is refused', async () => {
  const { folder, small } = prepared();
  const { state } = Chain.load(folder);
  const { domain, validators } = state;
  const others: readonly [string, Partial<ChainState>][] = [
    ['signature_invalid', { domain: { ...domain, chainId: 1n } }],
    ['signature_invalid', { domain: { ...domain, namespace: new Uint8Array(32) } }],
    ['epoch_unknown', { epoch: 2n }],
    ['signature_invalid', { seed: new Uint8Array(32) }],
    [
      'signature_invalid',
      { validators: validators.map((v, i) => ({ ...v, stake: BigInt(i + 9) })) },
    ],
  ];
  for (const [reason, change] of others) {
    Chain.create(folder, { ...state, ...change });
    await inSession(folder, async (session) => {
      await expect(read(session, small.id), Object.keys(change)[0]!).rejects.toMatchObject({
        code: 'certificate_refused',
        reason,
      });
    });
  }
  Chain.create(folder, state);
  await inSession(folder, async (session) => {
    expect((await read(session, small.id)).bytes).toBe(1000);
  });
});

test('an altered certificate is refused: bitmap, signers, signature, length, other blob', async () => {
  const { folder, small, large } = prepared();
  await inSession(folder, async (session) => {
    const record = session.chain.blob(small.root);
    const good = decodeCertificate(record.certificate);
    // Stakes are random: of four members the two least hold half of the seats at most, below the
    // threshold of 70 %, and the three greatest hold three quarters at least, above it.
    const { members } = session.chain.committee(session.bls);
    const bySeats = members
      .map(({ seats }, member) => ({ seats, bit: 1 << member }))
      .sort((one, other) => one.seats - other.seats);
    const twoLeast = Uint8Array.of(bySeats[0]!.bit | bySeats[1]!.bit);
    const allButLeast = Uint8Array.of(0x0f ^ bySeats[0]!.bit);
    const reasonOf = async (certificate: Uint8Array): Promise<string | undefined> => {
      session.chain.recordBlob(small.root, { ...record, certificate });
      const error = await read(session, small.id).then(
        () => undefined,
        (cause: { code: string; reason: string }) => cause,
      );
      return error && `${error.code}: ${error.reason}`;
    };
    const changed = (change: Partial<typeof good>) => encodeCertificate({ ...good, ...change });
    const refused = (reason: string) => `certificate_refused: ${reason}`;
    const cases: readonly [Uint8Array, string][] = [
      [changed({ bitmap: Uint8Array.of(0x0f, 0) }), 'bitmap_length'],
      [changed({ bitmap: Uint8Array.of(0x1f) }), 'bitmap_high_bits'],
      [changed({ bitmap: Uint8Array.of(0) }), 'no_signers'],
      [changed({ bitmap: twoLeast }), 'below_threshold'],
      [changed({ bitmap: allButLeast }), 'signature_invalid'],
      [changed({ profile: 2 }), 'profile_not_pinned'],
      [changed({ byteLength: good.byteLength + 1 }), 'signature_invalid'],
      [record.certificate.subarray(0, 100), 'truncated'],
      [session.chain.blob(large.root).certificate, 'header_mismatch'],
    ];
    for (const [certificate, reason] of cases) {
      expect(await reasonOf(certificate)).toBe(refused(reason));
    }
    expect(await reasonOf(record.certificate)).toBeUndefined();
  });
});

test('a second header for a nonce is refused, and from then on the node says that it has proof', async () => {
  const { folder, small } = prepared();
  const second = async (session: Session) => {
    const payload = random.bytes(50);
    const { message } = await encodeAs(session, { nonce: 0n, payload }); // the nonce of `small`
    return { node: 1, header: encodeHeaderMessage(message), payload };
  };
  await inSession(folder, async (session) => {
    const { cluster, chain } = session;
    const input = await second(session);
    expect(await codeRejected(() => cluster.askNode('disperse', input))).toBe('equivocation');
    const [proof] = await cluster.askNode('equivocations', { node: 1 });
    const { domain, submitter } = chain.state;
    const judged = { domain, submitter: submitter.address };
    expect(isEquivocation(decodeEvidence(proof!), judged)).toBe(true);
    expect((await read(session, small.id)).bytes).toBe(1000);
  });
  const warnings: string[] = [];
  const options = { progress: createProgress({ write: (text) => warnings.push(text) }) };
  await inSession(folder, async () => undefined, options);
  expect(warnings).toEqual([
    'warning: DA node 1: proof that the submitter signed two headers for a nonce\n',
  ]);
});

test('with too many nodes silent nothing is certified, and the next put works', async () => {
  const { folder, small } = prepared();
  await inSession(folder, async (session) => {
    const setAll = async (withhold: boolean) => {
      for (const node of [1, 2]) await session.cluster.askNode('withhold', { node, withhold });
    };
    await setAll(true);
    const { root } = small;
    expect(await codeRejected(() => session.cluster.askNode('header', { node: 1, root }))).toBe(
      'node_withholds',
    );
    const known = session.chain.state.blobs.size;
    const storing = () => put(small.file, { session, partBytes: 1_000_000 });
    await expect(storing()).rejects.toMatchObject({
      code: 'not_certified',
      message: expect.stringContaining('node 1: node_withholds'),
    });
    expect(session.chain.state.blobs.size).toBe(known);
    await setAll(false);
    expect((await storing()).id).not.toBe(small.id);
  });
});

test('with 5 storage nodes gone the archive is incomplete, but the blob is certified', async () => {
  const { folder, small } = prepared();
  for (const node of [1, 2, 3, 4, 5]) rmSync(storageFolder(folder, node), { recursive: true });
  await inSession(folder, async (session) => {
    const error = await put(small.file, { session, partBytes: 1_000_000 }).then(
      () => undefined,
      (cause: { code: string; message: string }) => cause,
    );
    expect(error!.code).toBe('archive_incomplete');
    const id = `blob:${/blob ([0-9a-f]{64}) is certified/.exec(error!.message)![1]}`;
    expect((await read(session, id)).source).toBe('nodes');
    expect(await codeRejected(() => read(session, id, true))).toBe('archive_unavailable');
  });
});

test('an archive of another payload is caught by the reader', async () => {
  const { folder, large } = prepared();
  await inSession(folder, async (session) => {
    const payload = random.bytes(1000);
    const own = await certified(session, payload);
    // A submitter archives other bytes of the same length under its certified header.
    const other = Uint8Array.from(payload).reverse();
    await archivePayload({ payload: other, certified: own }, session);
    const id = formatIdentifier({ kind: 'blob', headerRoot: own.blob.headerRoot });
    await expect(read(session, id, true)).rejects.toMatchObject({
      code: 'archive_mismatch',
      reason: 'payload_mismatch',
    });
    expect((await read(session, id)).source).toBe('nodes');
    expect((await read(session, large.id, true)).source).toBe('archive');
  });
});

test('a manifest that does not fit its parts is refused, and nothing is written', async () => {
  const { folder, small, large } = prepared();
  await inSession(folder, async (session) => {
    const headerRoots = [large.root, small.root];
    const sizes = { totalBytes: 10_000, partBytes: 9000, headerRoots };
    const store = async (manifest: Parameters<typeof encodeManifest>[0]) => {
      const { blob } = await certified(session, encodeManifest(manifest));
      return formatIdentifier({ kind: 'manifest', headerRoot: blob.headerRoot });
    };
    const wrongHash = await store({ ...sizes, sha256: random.bytes(32) });
    expect(await codeRejected(() => read(session, wrongHash))).toBe('manifest_mismatch');
    const wrongSize = await store({ ...sizes, totalBytes: 10_001, sha256: random.bytes(32) });
    expect(await codeRejected(() => read(session, wrongSize))).toBe('manifest_mismatch');
    expect(existsSync(join(folder, 'out.bin'))).toBe(false);
  });
});

test('a blob that its submitter packed wrongly is certified and yet no payload for any reader', async () => {
  const { folder } = prepared();
  await inSession(folder, async (session) => {
    const kzg = await session.kzg();
    let first = true;
    // The submitter's own kernel sets a byte above 31 of an element before it commits.
    const bent: Kzg = {
      ...kzg,
      commitRow: (row) => {
        if (first) row[0] = 1;
        first = false;
        return kzg.commitRow(row);
      },
    };
    const payload = random.bytes(9000);
    const nonce = session.chain.takeNonce();
    const blob = await encodeAs(session, { nonce, kzg: bent, payload });
    // Nodes that are sent the payload see the lie; nodes that are sent rows cannot.
    const honest = await disperse({ blob, payload }, session);
    expect(honest.refused.map(({ code }) => code)).toEqual(Array(NODES).fill('payload_mismatch'));
    const header = encodeHeaderMessage(blob.message);
    const assigned = assignRows(session.chain.committee(session.bls), blob.headerRoot);
    const attestations = await Promise.all(
      assigned.map((indices, member) => {
        const rows = indices.map((row) => encodeRowMessage(blob.rowMessage(row), blob.geometry));
        return session.cluster.askNode('disperse', { node: nodeOf(session, member), header, rows });
      }),
    );
    await certify({ ...honest, attestations, refused: [] }, session);
    const id = formatIdentifier({ kind: 'blob', headerRoot: blob.headerRoot });
    await expect(read(session, id)).rejects.toMatchObject({
      code: 'blob_invalid',
      reason: 'element_overflow',
    });
  });
});

test('a state folder has one user, one network, and no network is written over another', async () => {
  const { folder, small } = prepared();
  const doNothing = async () => undefined;
  const lock = acquireLock(folder);
  expect(await codeRejected(() => inSession(folder, doNothing))).toBe('state_locked');
  lock.release();
  const more = { create: true, nodes: 5 };
  expect(await codeRejected(() => inSession(folder, doNothing, more))).toBe('node_count_mismatch');
  const other = { create: true, profile: STRONG };
  expect(await codeRejected(() => inSession(folder, doNothing, other))).toBe('profile_mismatch');
  const chain = join(folder, CHAIN_FILE);
  renameSync(chain, `${chain}.away`);
  expect(await codeRejected(() => inSession(folder, doNothing))).toBe('state_missing');
  const key = readFileSync(nodeFile(folder, 0));
  expect(await codeRejected(() => inSession(folder, doNothing, { create: true }))).toBe(
    'state_damaged',
  );
  expect(readFileSync(nodeFile(folder, 0)).equals(key)).toBe(true);
  renameSync(`${chain}.away`, chain);
  writeFileSync(join(folder, 'file'), '');
  expect(
    await codeRejected(() => inSession(join(folder, 'file', 'state'), doNothing, { create: true })),
  ).toBe('state_unwritable');
  await inSession(folder, async (session) => {
    expect((await read(session, small.id)).bytes).toBe(1000);
  });
});

test('a killed node answers nothing, and an unknown method is our own defect', async () => {
  const { folder, small } = prepared();
  await inSession(folder, async ({ cluster }) => {
    await cluster.askNode('kill', { node: 2 });
    expect(cluster.aliveNodes()).toEqual([0, 1, 3]);
    expect(existsSync(nodeFile(folder, 2))).toBe(false);
    const root = small.root;
    expect(await codeRejected(() => cluster.askNode('held', { node: 2, root }))).toBe('node_gone');
    const absent = cluster.askNode('header', { node: 0, root: random.bytes(32) });
    expect(await codeRejected(() => absent)).toBe('record_absent');
    const defect = cluster.askNode('constructor' as 'held', { node: 0, root });
    expect(await codeRejected(() => defect)).toBe('internal');
  });
});
