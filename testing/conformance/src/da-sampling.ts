/**
 * Conformance of `@barycenter/da-sampling`: one blob from payload to certificate, samples and back,
 * the same bytes on every runtime, and refusals by code. Counts are small, the curve is the real one.
 */
import { type Bls, createBls } from '@barycenter/bls';
import {
  type Attestation,
  Attester,
  aggregate,
  assignRows,
  type CellSource,
  type CheckedHeader,
  type Committee,
  checkHeader,
  committeeFailureBits,
  type DaError,
  decodeCertificate,
  decodeHeaderMessage,
  decodeRowMessage,
  EIP7594,
  type EncodedBlob,
  encodeBlob,
  encodeCertificate,
  encodeHeaderMessage,
  encodeRowMessage,
  geometry,
  type HeaderPolicy,
  LightClient,
  type Profile,
  RowVerifier,
  recoverBlob,
  type SampleReport,
  sampleCommittee,
  serveCell,
  type VerifiedRow,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { createKzg, type Kzg } from '@barycenter/kzg';
import { seededRandom } from '../../src/random.ts';
import { type Case, expectEqual, expectError, expectThrows, type Group, toHex } from './suite.ts';

const TOY: Profile = {
  name: 'conformance',
  id: 0xfff1,
  rowCount: 16,
  thresholdRows: 12,
  dataRowSteps: [{ maxElements: 4 * 4096, dataRows: 4 }],
};
const STAKES = [10n, 20n, 30n, 10n, 15n, 15n];
const PAYLOAD_BYTES = 5000;
/** SHA-256 of the header message and all row messages of the blob below, made on Node 24. */
const WIRE_DIGEST = 'af995a17cb878bf939c06fbf5f824ab000d49c0d5a78e01b6d618206d80dee2f';

export const daSampling: Group = { name: 'da-sampling', build };

type Scene = {
  readonly kzg: Kzg;
  readonly bls: Bls;
  readonly secretKeys: readonly Uint8Array[];
  readonly committee: Committee;
  readonly policy: HeaderPolicy;
  readonly payload: Uint8Array;
  readonly blob: EncodedBlob;
  readonly header: CheckedHeader;
};

async function build(): Promise<Case[]> {
  const scene = await setScene();
  return [
    { name: 'the wire bytes of a blob are the same everywhere', check: () => wireBytes(scene) },
    { name: 'messages survive their encoding', check: () => roundTrips(scene) },
    { name: 'any k verified rows give the payload back', check: () => recovery(scene) },
    { name: 'a flipped byte in a row is refused by its number', check: () => tamperedRow(scene) },
    { name: 'rows of two blobs do not mix', check: () => mixedRows(scene) },
    { name: 'enough attestations make a certificate that verifies', check: () => certify(scene) },
    { name: 'too few attestations make none', check: () => belowThreshold(scene) },
    { name: 'a light client accepts an available blob', check: () => available(scene) },
    { name: 'a light client refuses a withheld blob', check: () => withheld(scene) },
    { name: 'a header of another namespace or committee is refused', check: () => foreign(scene) },
    { name: 'the profile eip7594 is worth its published bits', check: publishedBits },
  ];
}

async function setScene(): Promise<Scene> {
  const [kzg, bls] = [await createKzg(), await createBls()];
  const domain = {
    chainId: 31_337n,
    registry: new Uint8Array(20).fill(0x11),
    namespace: new Uint8Array(32).fill(0x22),
  };
  const keys = STAKES.map((_, i) => bls.keyGen(new Uint8Array(32).fill(i + 1)));
  const committee = sampleCommittee({
    bls,
    domain,
    epoch: 7n,
    seed: new Uint8Array(32).fill(7),
    validators: STAKES.map((stake, i) => ({
      account: new Uint8Array(20).fill(0xa0 + i),
      publicKey: bls.publicKey(keys[i]!),
      stake,
    })),
    profile: TOY,
  });
  const byKey = new Map(keys.map((key) => [toHex(bls.publicKey(key)), key]));
  const secretKeys = committee.members.map(({ publicKey }) => byKey.get(toHex(publicKey))!);
  const policy: HeaderPolicy = {
    domain,
    committeeOf: (epoch) => (epoch === committee.epoch ? committee : undefined),
    profiles: [TOY],
  };
  const payload = seededRandom(0xda).bytes(PAYLOAD_BYTES);
  const blob = encode(payload, { kzg, committee, policy, nonce: 0n });
  const header = checkHeader(blob.message, { ...policy, kzg });
  return { kzg, bls, secretKeys, committee, policy, payload, blob, header };
}

function encode(
  payload: Uint8Array,
  options: { kzg: Kzg; committee: Committee; policy: HeaderPolicy; nonce: bigint },
): EncodedBlob {
  const { kzg, committee, policy, nonce } = options;
  const submitterKey = new Uint8Array(32).fill(0x33);
  const { domain } = policy;
  return encodeBlob(payload, { kzg, profile: TOY, domain, committee, nonce, submitterKey });
}

async function wireBytes({ blob }: Scene): Promise<void> {
  const parts = [encodeHeaderMessage(blob.message)];
  for (let i = 0; i < TOY.rowCount; i++) {
    parts.push(encodeRowMessage(blob.rowMessage(i), blob.geometry));
  }
  const joined = new Uint8Array(await new Blob(parts).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  expectEqual(toHex(digest), WIRE_DIGEST);
}

function roundTrips({ blob, policy, kzg }: Scene): void {
  const bytes = encodeHeaderMessage(blob.message);
  const header = checkHeader(decodeHeaderMessage(bytes), { ...policy, kzg });
  expectEqual(header.headerRoot, blob.headerRoot);
  for (const index of [0, 3, 4, 15]) {
    const row = encodeRowMessage(blob.rowMessage(index), blob.geometry);
    expectEqual(decodeRowMessage(row, blob.geometry), blob.rowMessage(index));
    expectError(() => decodeRowMessage(row.slice(0, -1), blob.geometry), { name: 'DaError' });
  }
  for (const size of [0, 1, 100, bytes.length - 1]) {
    expectError(() => decodeHeaderMessage(bytes.slice(0, size)), { name: 'DaError' });
  }
}

function recovery({ kzg, header, blob, payload }: Scene): void {
  const random = seededRandom(0xda01);
  const all = Array.from({ length: TOY.rowCount }, (_, i) => i);
  for (let trial = 0; trial < 4; trial++) {
    const rows = verified({ kzg, header, blob }, random.shuffle(all).slice(0, header.geometry.k));
    expectEqual(recoverBlob(rows, { kzg, header }), { status: 'ok', payload });
  }
  const few = verified({ kzg, header, blob }, [1, 2]);
  expectError(() => recoverBlob(few, { kzg, header }), { name: 'DaError', code: 'rows_missing' });
}

function tamperedRow({ kzg, header, blob }: Scene): void {
  const message = blob.rowMessage(9);
  const row = message.row.slice();
  row[row.length - 1]! ^= 1;
  const verifier = new RowVerifier({ kzg, header });
  const error = expectThrows(() => verifier.add({ ...message, row })) as Partial<DaError>;
  expectEqual([error.name, error.row], ['DaError', 9]);
}

function mixedRows(scene: Scene): void {
  const { kzg, header, policy } = scene;
  const other = encode(seededRandom(1).bytes(PAYLOAD_BYTES), { ...scene, nonce: 1n });
  const otherHeader = checkHeader(other.message, { ...policy, kzg });
  const ours = verified(scene, [0, 1, 2]);
  const theirs = verified({ kzg, header: otherHeader, blob: other }, [3]);
  const mix = [...ours, ...theirs];
  expectError(() => recoverBlob(mix, { kzg, header }), { name: 'DaError', code: 'rows_mixed' });
}

function certify(scene: Scene): void {
  const { bls, committee, header, policy } = scene;
  const attestations = scene.secretKeys.map((_, validator) => attest(scene, validator));
  const { certificate, signedSeats } = aggregate({ bls, committee, header, attestations });
  expectEqual(signedSeats, TOY.rowCount);
  const bytes = encodeCertificate(certificate!);
  const decoded = decodeCertificate(bytes);
  const options = { bls, committeeOf: policy.committeeOf, profiles: [TOY], header };
  expectEqual(verifyCertificate(decoded, options).ok, true);
  const later = { ...decoded, byteLength: decoded.byteLength + 1 };
  expectEqual(verifyCertificate(later, options), { ok: false, code: 'signature_invalid' });
  const unknown = { ...options, committeeOf: () => undefined };
  expectEqual(verifyCertificate(decoded, unknown), { ok: false, code: 'epoch_unknown' });
  expectError(() => decodeCertificate(bytes.slice(0, -1)), { name: 'DaError' });
}

function belowThreshold(scene: Scene): void {
  const { bls, committee, header } = scene;
  const attestations = [attest(scene, 0), attest(scene, 1)];
  const forged = { ...attestations[0]!, validator: 2 };
  const result = aggregate({ bls, committee, header, attestations: [...attestations, forged] });
  expectEqual(result.certificate, undefined);
  expectEqual(result.rejected, [{ validator: 2, code: 'signature_invalid' }]);
}

async function available(scene: Scene): Promise<void> {
  const all = Array.from({ length: TOY.rowCount }, (_, i) => i);
  const report = await sample(scene, all);
  expectEqual([report.status, report.resolved], ['available', report.samples]);
  expectEqual(report.confidence >= 0.999, true);
}

async function withheld(scene: Scene): Promise<void> {
  const report = await sample(scene, [0, 1, 2]);
  expectEqual([report.status, report.confidence], ['unavailable', 0]);
  expectEqual(report.unresolved.length > 0, true);
}

function foreign({ blob, policy, kzg }: Scene): void {
  const domain = { ...policy.domain, namespace: new Uint8Array(32).fill(0x99) };
  expectError(() => checkHeader(blob.message, { ...policy, domain, kzg }), {
    name: 'DaError',
    code: 'namespace_mismatch',
  });
  const committeeOf = (): undefined => undefined;
  expectError(() => checkHeader(blob.message, { ...policy, committeeOf, kzg }), {
    name: 'DaError',
    code: 'epoch_unknown',
  });
}

/** da-review.md, section 3: 144.9 bits at 25 % of stake. */
function publishedBits(): void {
  const { rowCount: n, thresholdRows } = EIP7594;
  const { k } = geometry(EIP7594, 1_000_000);
  const adversaryShare = { numerator: 1n, denominator: 4n };
  const bits = committeeFailureBits({ n, k, thresholdRows }, { adversaryShare });
  expectEqual(bits.toFixed(1), '144.9');
}

type Source = { readonly kzg: Kzg; readonly header: CheckedHeader; readonly blob: EncodedBlob };

function verified({ kzg, header, blob }: Source, indices: readonly number[]): VerifiedRow[] {
  const verifier = new RowVerifier({ kzg, header });
  for (const index of indices) verifier.add(blob.rowMessage(index));
  return [...verifier.finish()];
}

function attest(scene: Scene, validator: number): Attestation {
  const { kzg, bls, policy, blob, committee } = scene;
  const secretKey = scene.secretKeys[validator]!;
  const session = new Attester({ ...policy, kzg, bls, secretKey }).open(blob.message);
  expectEqual(session.assignedRows, assignRows(committee, blob.headerRoot)[validator]);
  for (const index of session.assignedRows) session.add(blob.rowMessage(index));
  return session.attest();
}

/** A light client that asks one honest source which has these rows. */
async function sample(scene: Scene, held: readonly number[]): Promise<SampleReport> {
  const { kzg, header } = scene;
  const rows = new Map(verified(scene, held).map((row) => [row.index, row]));
  const source: CellSource = {
    id: 'holder',
    rows: async () => held,
    cell: async ({ row, cellIndex }) => {
      const found = rows.get(row);
      return found && serveCell(found, cellIndex, { kzg });
    },
  };
  const saved = new Map<string, Uint8Array>();
  const random = seededRandom(0xda02);
  const client = new LightClient({
    kzg,
    header,
    confidence: 0.999,
    random: (size) => random.bytes(size),
    store: {
      load: async (key) => saved.get(key),
      save: async (key, bytes) => void saved.set(key, bytes),
    },
    sources: [source],
  });
  return client.sample();
}
