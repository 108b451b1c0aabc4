/**
 * Conformance of the hash-only scheme of `@barycenter/da-sampling`: the same bytes with and without
 * WebAssembly, the same answers as through KZG, and refusals by code.
 */
import { type Bls, createBls } from '@barycenter/bls';
import {
  Attester,
  aggregate,
  authenticateHeader,
  type CommitmentScheme,
  createZoda,
  type DaError,
  decodeHeaderMessage,
  decodeRowMessage,
  type EncodedBlob,
  encodeHeaderMessage,
  encodeRowMessage,
  type HeaderPolicy,
  LightClient,
  type OpenedHeader,
  RowVerifier,
  sampleCommittee,
  verifyCertificate,
  ZODA,
} from '@barycenter/da-sampling';
import { seededRandom } from '../../src/random.ts';
import { type Case, expectEqual, expectError, expectThrows, type Group, toHex } from './suite.ts';

const PAYLOAD_BYTES = 80_000;
/** SHA-256 of the header message and all row messages of the blob below, made on Node 24. */
const WIRE_DIGEST = 'd0fc26017970d3c386f132591979961954d0565913b1b6d6bc00c3409b53845a';

export const daZoda: Group = { name: 'da-zoda', build };

type Scene = {
  readonly bls: Bls;
  readonly zoda: CommitmentScheme;
  readonly secretKey: Uint8Array;
  readonly policy: HeaderPolicy;
  readonly payload: Uint8Array;
  readonly blob: EncodedBlob;
  readonly header: OpenedHeader;
};

async function build(): Promise<Case[]> {
  const scene = await setScene();
  return [
    { name: 'the wire bytes of a blob are the same everywhere', check: () => wireBytes(scene) },
    { name: 'any k verified rows give the payload back', check: () => recovery(scene) },
    { name: 'a flipped byte in a row is refused by its number', check: () => tamperedRow(scene) },
    { name: 'a flipped byte in a checksum is refused', check: () => tamperedChecksum(scene) },
    { name: 'an attester signs, and its certificate verifies', check: () => certify(scene) },
    { name: 'a light client samples rows', check: () => sampling(scene) },
  ];
}

async function setScene(): Promise<Scene> {
  const bls = await createBls();
  const zoda = createZoda();
  const domain = {
    chainId: 31_337n,
    registry: new Uint8Array(20).fill(0x11),
    namespace: new Uint8Array(32).fill(0x22),
  };
  const secretKey = bls.keyGen(new Uint8Array(32).fill(1));
  const account = new Uint8Array(20).fill(0xa0);
  const committee = sampleCommittee({
    bls,
    domain,
    epoch: 7n,
    seed: new Uint8Array(32).fill(7),
    validators: [{ account, publicKey: bls.publicKey(secretKey), stake: 1n }],
    profile: ZODA,
  });
  const policy: HeaderPolicy = {
    domain,
    committeeOf: (epoch) => (epoch === committee.epoch ? committee : undefined),
    profiles: [ZODA],
  };
  const payload = seededRandom(0x20da).bytes(PAYLOAD_BYTES);
  const submitterKey = new Uint8Array(32).fill(0x33);
  const options = { profile: ZODA, domain, committee, nonce: 0n, submitterKey };
  const blob = zoda.encodeBlob(payload, options);
  const message = decodeHeaderMessage(encodeHeaderMessage(blob.message));
  const header = zoda.openHeader(authenticateHeader(message, policy));
  return { bls, zoda, secretKey, policy, payload, blob, header };
}

async function wireBytes({ blob }: Scene): Promise<void> {
  const parts = [encodeHeaderMessage(blob.message)];
  for (let i = 0; i < blob.geometry.n; i++) {
    parts.push(encodeRowMessage(blob.rowMessage(i), blob.geometry));
  }
  const joined = new Uint8Array(await new Blob(parts).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  expectEqual(toHex(digest), WIRE_DIGEST);
}

function recovery({ zoda, header, blob, payload }: Scene): void {
  const random = seededRandom(0x20db);
  const all = Array.from({ length: header.geometry.n }, (_, i) => i);
  const verifier = new RowVerifier({ scheme: zoda, header });
  for (const index of random.shuffle(all).slice(0, header.geometry.k)) {
    const bytes = encodeRowMessage(blob.rowMessage(index), header.geometry);
    verifier.add(decodeRowMessage(bytes, header.geometry));
  }
  const rows = verifier.finish();
  expectEqual(zoda.recoverBlob(rows, header), { status: 'ok', payload });
  expectError(() => zoda.recoverBlob(rows.slice(1), header), {
    name: 'DaError',
    code: 'rows_missing',
  });
}

function tamperedRow({ zoda, header, blob }: Scene): void {
  const message = blob.rowMessage(900);
  const row = message.row.slice();
  row[5]! ^= 1;
  const verifier = new RowVerifier({ scheme: zoda, header });
  const error = expectThrows(() => verifier.add({ ...message, row })) as Partial<DaError>;
  expectEqual([error.name, error.code, error.row], ['DaError', 'row_not_committed', 900]);
}

function tamperedChecksum({ blob, policy }: Scene): void {
  const bytes = encodeHeaderMessage(blob.message);
  bytes[bytes.length - 3]! ^= 1;
  expectError(() => authenticateHeader(decodeHeaderMessage(bytes), policy), {
    name: 'DaError',
    code: 'evaluations_mismatch',
  });
}

function certify({ bls, zoda, secretKey, policy, blob, header }: Scene): void {
  const session = new Attester({ ...policy, scheme: zoda, bls, secretKey }).open(blob.message);
  for (const index of session.assignedRows) session.add(blob.rowMessage(index));
  const committee = policy.committeeOf(7n)!;
  const attestations = [session.attest()];
  const { certificate } = aggregate({ bls, committee, header, attestations });
  expectEqual(verifyCertificate(certificate!, { ...policy, bls, header }).ok, true);
  // Without its profile pinned, a hash-only blob is nobody's.
  const { committeeOf } = policy;
  expectEqual(verifyCertificate(certificate!, { bls, committeeOf, header }), {
    ok: false,
    code: 'profile_not_pinned',
  });
}

async function sampling({ zoda, header, blob }: Scene): Promise<void> {
  const verifier = new RowVerifier({ scheme: zoda, header });
  const saved = new Map<string, Uint8Array>();
  const client = new LightClient({
    scheme: zoda,
    header,
    targetBits: 20,
    random: seededRandom(0x20dc).bytes,
    store: {
      load: async (key) => saved.get(key),
      save: async (key, bytes) => void saved.set(key, bytes),
    },
    sources: [
      {
        id: 'holder',
        rows: async () => Array.from({ length: header.geometry.n }, (_, i) => i),
        cell: async ({ row, cellIndex }) =>
          zoda.samples.serve(verifier.add(blob.rowMessage(row)), cellIndex),
      },
    ],
  });
  const report = await client.sample();
  expectEqual([report.status, report.resolved], ['available', client.sampleCount]);
}
