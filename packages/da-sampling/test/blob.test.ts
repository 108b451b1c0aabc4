import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  Attester,
  aggregate,
  type CheckedHeader,
  checkHeader,
  decodeHeaderMessage,
  decodeRowMessage,
  EIP7594,
  encodeBlob,
  encodeHeaderMessage,
  encodeRowMessage,
  RowVerifier,
  recoverBlob,
  sampleCommittee,
  type VerifiedRow,
  verifyCertificate,
} from '../src/index.ts';
import { packPayload } from '../src/payload.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  DOMAIN,
  flipped,
  kzg,
  POLICY,
  SUBMITTER_KEY,
  secretKeyOf,
  TOY,
  toyBlob,
  VALIDATORS,
} from './fixture.ts';

const random = seededRandom(0xb10b);
const policy = { ...POLICY, kzg };

function verify(blob: ReturnType<typeof toyBlob>['blob']): {
  header: CheckedHeader;
  rows: VerifiedRow[];
} {
  const header = checkHeader(blob.message, policy);
  const verifier = new RowVerifier({ kzg, header });
  for (let index = 0; index < header.geometry.n; index++) verifier.add(blob.rowMessage(index));
  return { header, rows: verifier.finish() };
}

describe('a blob', () => {
  it('comes back from any k of its n rows over the wire, for lengths around every boundary', () => {
    for (const byteLength of [1, 30, 31, 32, 124, 125, 31 * 4 * 3, 31 * 4 * 3 + 1, 1000]) {
      const { payload, blob } = toyBlob(byteLength, { seed: byteLength });
      const message = decodeHeaderMessage(encodeHeaderMessage(blob.message));
      const header = checkHeader(message, policy);
      const verifier = new RowVerifier({ kzg, header });
      for (const index of random.shuffle([...Array(16).keys()]).slice(0, header.geometry.k)) {
        const bytes = encodeRowMessage(blob.rowMessage(index), header.geometry);
        verifier.add(decodeRowMessage(bytes, header.geometry));
      }
      const outcome = recoverBlob(verifier.finish(), { kzg, header });
      expect(outcome, `${byteLength} bytes`).toEqual({ status: 'ok', payload });
    }
  });

  it('is the same for 100 random k-subsets of its rows, in any order', () => {
    const { payload, blob } = toyBlob(500);
    const { header, rows } = verify(blob);
    for (let trial = 0; trial < 100; trial++) {
      const subset = random.shuffle(rows).slice(0, 4 + random.integer(3));
      expect(recoverBlob(subset, { kzg, header })).toEqual({ status: 'ok', payload });
    }
  });

  it('has the row coefficients of its commitments: every coded row commits to sum L_ij C_j', () => {
    const { blob } = toyBlob(200);
    const { header, rows } = verify(blob);
    for (const { index, row } of rows) {
      const coefficients = kzg.rowCoefficients(index, { dataRows: 4, rowCount: 16 });
      expect(kzg.commitRow(row)).toEqual(kzg.combineCommitments(header.commitments, coefficients));
    }
  });

  it('may be all zero: commitments and proof at infinity are accepted', () => {
    const { payload, blob } = toyBlob(200, { payload: new Uint8Array(200) });
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));
    expect(blob.message.commitments[0]).toEqual(infinity);
    expect(blob.header.openingProof).toEqual(infinity);
    const { header, rows } = verify(blob);
    expect(recoverBlob(rows, { kzg, header })).toEqual({ status: 'ok', payload });
  });

  it('may be constant in every row: the proof is at infinity, the commitments are not', () => {
    // A row that uses all 4,096 positions with one value is a constant polynomial.
    const payload = new Uint8Array(31 * 4 * 4096).fill(5);
    const { blob } = toyBlob(payload.length, { payload });
    expect(blob.header.openingProof).toEqual(Uint8Array.of(0xc0, ...new Uint8Array(47)));
    expect(blob.message.commitments[0]![0]! & 0x40).toBe(0);
    const header = checkHeader(blob.message, policy);
    const row = new RowVerifier({ kzg, header }).add(blob.rowMessage(9));
    expect(row.index).toBe(9);
  });

  it('cannot be encoded empty, too long, or for a committee of other size', () => {
    expect(() => toyBlob(0)).toThrow(RangeError);
    expect(() => toyBlob(31 * 4 * 4096 + 1)).toThrow(RangeError);
    const committee = sampleCommittee({
      bls,
      domain: DOMAIN,
      epoch: 7n,
      seed: new Uint8Array(32),
      validators: VALIDATORS,
      profile: EIP7594,
    });
    const options = {
      kzg,
      profile: TOY,
      domain: DOMAIN,
      committee,
      nonce: 0n,
      submitterKey: SUBMITTER_KEY,
    };
    expect(() => encodeBlob(random.bytes(10), options)).toThrow(RangeError);
  });

  it('works at profile eip7594 with all 1,024 rows of a small payload', () => {
    const committee = sampleCommittee({
      bls,
      domain: DOMAIN,
      epoch: 7n,
      seed: new Uint8Array(32),
      validators: VALIDATORS,
      profile: EIP7594,
    });
    const payload = random.bytes(31 * 300);
    const blob = encodeBlob(payload, {
      kzg,
      profile: EIP7594,
      domain: DOMAIN,
      committee,
      nonce: 0n,
      submitterKey: SUBMITTER_KEY,
    });
    expect(blob.geometry).toEqual({ k: 64, n: 1024, c: 5 });
    const header = checkHeader(blob.message, { kzg, domain: DOMAIN, committeeOf: () => committee });
    const verifier = new RowVerifier({ kzg, header });
    for (const index of random.shuffle([...Array(1024).keys()]).slice(0, 64)) {
      verifier.add(blob.rowMessage(index));
    }
    expect(recoverBlob(verifier.finish(), { kzg, header })).toEqual({ status: 'ok', payload });
  });
});

describe('recoverBlob', () => {
  const { blob } = toyBlob(500);
  const { header, rows } = verify(blob);

  it('refuses too few rows, a row twice, rows of two headers and unverified rows', () => {
    const other = verify(toyBlob(500, { nonce: 1n }).blob);
    const options = { kzg, header };
    expect(codeOf(() => recoverBlob(rows.slice(0, 3), options))).toBe('rows_missing');
    expect(codeOf(() => recoverBlob([...rows.slice(0, 3), rows[0]!], options))).toBe(
      'rows_duplicate',
    );
    expect(codeOf(() => recoverBlob([...rows.slice(0, 3), other.rows[3]!], options))).toBe(
      'rows_mixed',
    );
    const lookalike = { ...rows[3]! };
    expect(codeOf(() => recoverBlob([...rows.slice(0, 3), lookalike], options))).toBe(
      'row_not_verified',
    );
    expect(() => recoverBlob(rows, { kzg, header: { ...header } })).toThrow(TypeError);
  });
});

describe('an INVALID payload', () => {
  it('is certified but INVALID for every reader over 100 random k-subsets', async () => {
    const { encodeRawRows } = await import('./raw-rows.ts');
    const shape = { k: 4, n: 16, c: 5 };
    const overflow = packPayload(random.bytes(600), shape);
    overflow[2]![0] = 1;
    const padded = packPayload(random.bytes(620), shape);
    for (const [dataRows, byteLength, code] of [
      [overflow, 600, 'element_overflow'],
      [padded, 610, 'padding_nonzero'],
    ] as const) {
      const invalid = encodeRawRows(dataRows, { byteLength, shape });
      const { header: checked, rows: all } = verify(invalid);
      const attestations = COMMITTEE.members.map((_, validator) => {
        const session = new Attester({ ...policy, bls, secretKey: secretKeyOf(validator) }).open(
          invalid.message,
        );
        for (const index of session.assignedRows) session.add(invalid.rowMessage(index));
        return session.attest();
      });
      const { certificate } = aggregate({
        bls,
        committee: COMMITTEE,
        header: checked,
        attestations,
      });
      expect(verifyCertificate(certificate!, { ...policy, bls, header: checked })).toMatchObject({
        ok: true,
      });
      for (let trial = 0; trial < 100; trial++) {
        const subset = random.shuffle(all).slice(0, 4);
        expect(recoverBlob(subset, { kzg, header: checked })).toEqual({ status: 'invalid', code });
      }
    }
  });
});

describe('RowVerifier', () => {
  const { payload, blob } = toyBlob(700);
  const header = checkHeader(blob.message, policy);

  it('refuses a row with any altered byte and names it', () => {
    const message = blob.rowMessage(11);
    for (const at of [0, 1, 31, 32, message.row.length - 1]) {
      const altered = { ...message, row: flipped(message.row, at) };
      try {
        new RowVerifier({ kzg, header }).add(altered);
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ name: 'DaError', code: 'row_not_committed', row: 11 });
      }
    }
  });

  it('refuses an altered branch, another index and wrong shapes', () => {
    const verifier = new RowVerifier({ kzg, header });
    const message = blob.rowMessage(3);
    const add = (changes: object) => () => verifier.add({ ...message, ...changes });
    expect(codeOf(add({ branch: message.branch.map((h, i) => (i === 2 ? flipped(h) : h)) }))).toBe(
      'row_not_committed',
    );
    expect(codeOf(add({ index: 4 }))).toBe('row_not_committed');
    expect(codeOf(add({ index: 16 }))).toBe('row_index');
    expect(codeOf(add({ index: -1 }))).toBe('row_index');
    expect(codeOf(add({ row: message.row.slice(32) }))).toBe('row_length');
    expect(codeOf(add({ branch: message.branch.slice(1) }))).toBe('row_branch_length');
    expect(codeOf(add({ branch: [...message.branch, message.branch[0]] }))).toBe(
      'row_branch_length',
    );
    expect(verifier.finish()).toEqual([]);
  });

  it('keeps a copy: changing the message afterwards changes nothing', () => {
    const verifier = new RowVerifier({ kzg, header });
    const message = blob.rowMessage(3);
    const mine = { ...message, row: message.row.slice() };
    const row = verifier.add(mine);
    mine.row.fill(0);
    expect(row.row).toEqual(message.row);
    expect(verifier.add(message)).toBe(row);
    const buffer = Buffer.from(blob.rowMessage(5).row);
    const other = verifier.add({ ...blob.rowMessage(5), row: buffer });
    buffer.fill(0);
    expect(other.row).toEqual(blob.rowMessage(5).row);
  });

  it('takes no header that checkHeader did not return', () => {
    expect(() => new RowVerifier({ kzg, header: { ...header } })).toThrow(TypeError);
  });

  it('derives every row from the payload, and refuses another payload', () => {
    const verifier = new RowVerifier({ kzg, header });
    const rows = verifier.addPayload(payload);
    expect(rows).toHaveLength(16);
    for (const row of rows) expect(row.row).toEqual(blob.rowMessage(row.index).row);
    expect(codeOf(() => verifier.addPayload(payload.slice(1)))).toBe('payload_mismatch');
    expect(codeOf(() => verifier.addPayload(flipped(payload, 9)))).toBe('payload_mismatch');
    expect(recoverBlob(rows.slice(9), { kzg, header })).toEqual({ status: 'ok', payload });
  });
});
