import { createBls } from '@barycenter/bls';
import {
  checkHeader,
  EIP7594,
  encodeBlob,
  MAX_BLOB_BYTES,
  RowVerifier,
  sampleCommittee,
} from '@barycenter/da-sampling';
import { createKzg, FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';

const kzg = await createKzg();
const bls = await createBls();
kzg.buildTables();
const random = seededRandom(1);
const domain = { chainId: 1n, registry: random.bytes(20), namespace: random.bytes(32) };
const validators = Array.from({ length: 16 }, () => ({
  account: random.bytes(20),
  publicKey: bls.publicKey(bls.keyGen(random.bytes(32))),
  stake: 32n,
}));
const committee = sampleCommittee({
  bls,
  domain,
  epoch: 1n,
  seed: random.bytes(32),
  validators,
  profile: EIP7594,
});
const bytes = Number(process.argv[2] ?? MAX_BLOB_BYTES);
const payload = random.bytes(bytes);
const cpu = <T>(label: string, f: () => T, n = 1): T => {
  let best = Infinity;
  let r!: T;
  for (let i = 0; i < n; i++) {
    const a = process.cpuUsage();
    r = f();
    const d = process.cpuUsage(a);
    best = Math.min(best, (d.user + d.system) / 1000);
  }
  console.log(label, best.toFixed(2));
  return r;
};
const blob = cpu(
  'encodeBlob',
  () =>
    encodeBlob(payload, {
      kzg,
      profile: EIP7594,
      domain,
      committee,
      nonce: 1n,
      submitterKey: new Uint8Array(32).fill(7),
    }),
  Number(process.argv[3] ?? 1),
);
const policy = { domain, committeeOf: () => committee, kzg };
const header = cpu('checkHeader', () => checkHeader(blob.message, policy), 7);
const m = Array.from({ length: 64 }, (_, i) => blob.rowMessage(5 + 16 * i));
cpu(
  '64 rows',
  () => {
    const v = new RowVerifier({ kzg, header });
    for (const x of m) v.add(x);
  },
  7,
);
const row = m[40]!.row;
cpu(
  '256 evaluateRow',
  () => {
    for (let i = 0; i < 256; i++) kzg.evaluateRow(row, header.weights);
  },
  3,
);
cpu('extendRows evals', () => kzg.extendRows(blob.message.evaluations, { rowCount: 1024 }), 5);
cpu('checkCommitments', () => kzg.checkCommitments(blob.message.commitments), 5);
cpu('weights', () => kzg.evaluationWeights(12345n, 4096), 5);
console.log(kzg.backend(), process.memoryUsage().rss / 2 ** 20);

if (process.argv[4]) {
  const { packPayload } = await import('../packages/da-sampling/src/payload.ts');
  const data = cpu('pack', () => packPayload(payload, blob.geometry));
  cpu('256 commitRow', () => data.map((r: Uint8Array) => kzg.commitRow(r)));
  const coded = cpu('extend', () => kzg.extendRows(data, { rowCount: 1024 }));
  const { buildRowTree } = await import('../packages/da-sampling/src/rows.ts');
  cpu('tree', () => buildRowTree(coded));
  cpu('combine', () =>
    kzg.combineRows(
      data,
      data.map(
        (_: unknown, i: number) =>
          (BigInt(i) * 0x1234567890abcdef1234567890abcdefn) % FIELD_MODULUS,
      ),
    ),
  );
  cpu('256 evals', () => data.map((r: Uint8Array) => kzg.evaluateRow(r, header.weights)));
  cpu('open', () => kzg.openRow(data[3]!, 12345n), 3);
}
