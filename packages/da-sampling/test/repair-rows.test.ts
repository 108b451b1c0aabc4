import { seededRandom } from '@barycenter/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  checkHeader,
  EIP7594,
  encodeBlob,
  isVerifiedRow,
  RowVerifier,
  repairRows,
  sampleCommittee,
  type VerifiedRow,
  ZG,
} from '../src/index.ts';
import { bls, codeOf, DOMAIN, kzg, POLICY, SUBMITTER_KEY, toyBlob, VALIDATORS } from './fixture.ts';
import { encodeRawRows } from './raw-rows.ts';

const SEED = 0x4e_9a14;
const random = seededRandom(SEED);
const { blob } = toyBlob(700);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const verifier = new RowVerifier({ kzg, header });
const rows = Array.from({ length: 16 }, (_, index) => verifier.add(blob.rowMessage(index)));

describe('repairRows', () => {
  it(`makes any lost rows from any k others, with their branches (seed ${SEED})`, () => {
    for (let trial = 0; trial < 30; trial++) {
      const given = random.shuffle(rows).slice(0, 4 + random.integer(4));
      const wanted = random.shuffle([...Array(16).keys()]).slice(0, 1 + random.integer(5));
      const made = repairRows(given, { kzg, header, wanted });
      made.forEach((row, i) => {
        expect(isVerifiedRow(row)).toBe(true);
        expect({ ...row }).toEqual({ ...rows[wanted[i]!] });
      });
    }
  });

  it('makes rows of profiles whose tree has empty leaves, and no more rows than it needs', () => {
    for (const [profile, most] of [
      [EIP7594, 40],
      [ZG, 200],
    ] as const) {
      const seed = random.bytes(32);
      const committee = sampleCommittee({
        bls,
        domain: DOMAIN,
        epoch: 7n,
        seed,
        validators: VALIDATORS,
        profile,
      });
      const encoded = encodeBlob(random.bytes(31 * 1000), {
        kzg,
        profile,
        domain: DOMAIN,
        committee,
        nonce: 0n,
        submitterKey: SUBMITTER_KEY,
      });
      const checked = checkHeader(encoded.message, {
        kzg,
        domain: DOMAIN,
        committeeOf: () => committee,
      });
      const own = new RowVerifier({ kzg, header: checked });
      const { k, n } = checked.geometry;
      const all = random.shuffle([...Array(n).keys()]);
      const given = all.slice(0, k).map((index) => own.add(encoded.rowMessage(index)));
      const lost = all.at(-1)!;
      const combine = vi.spyOn(kzg, 'combineRows');
      const [row] = repairRows(given, { kzg, header: checked, wanted: [lost] });
      expect(combine.mock.calls.length).toBeLessThan(most);
      combine.mockRestore();
      expect(row!.row).toEqual(encoded.rowMessage(lost).row);
    }
  });

  it('takes only verified rows of one header, at least k, and wants rows that exist', () => {
    const options = { kzg, header, wanted: [9] };
    expect(codeOf(() => repairRows(rows.slice(0, 3), options))).toBe('rows_missing');
    expect(codeOf(() => repairRows([rows[0]!, ...rows.slice(0, 4)], options))).toBe(
      'rows_duplicate',
    );
    const lookalike = [{ ...rows[0]! } as VerifiedRow, ...rows.slice(1, 4)];
    expect(codeOf(() => repairRows(lookalike, options))).toBe('row_not_verified');
    for (const wanted of [[16], [-1], [0.5]]) {
      expect(() => repairRows(rows, { ...options, wanted })).toThrow(RangeError);
    }
  });

  it('finds out that the disperser committed to something else: the row is lost to everybody', () => {
    const data = rows.slice(0, 4).map(({ row }) => row);
    const bad = encodeRawRows(data, {
      byteLength: 700,
      shape: header.geometry,
      codedRows: (honest) => honest.map((row, i) => (i === 12 ? honest[13]! : row)),
    });
    const checked = checkHeader(bad.message, { ...POLICY, kzg });
    const own = new RowVerifier({ kzg, header: checked });
    const given = [0, 5, 6, 10].map((index) => own.add(bad.rowMessage(index)));
    expect(codeOf(() => repairRows(given, { kzg, header: checked, wanted: [12] }))).toBe(
      'row_not_committed',
    );
    expect(repairRows(given, { kzg, header: checked, wanted: [3] })[0]!.index).toBe(3);
  });
});
