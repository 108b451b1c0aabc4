import type { Bls } from '@barycenter/bls';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  AttestationSession,
  assignRows,
  checkHeader,
  deliveryBytes,
  encodeHeaderMessage,
  encodeRowMessage,
  type Geometry,
  geometry,
  kzgScheme,
  PROFILES,
  type Profile,
  planDeliveries,
  sampleCommittee,
} from '../src/index.ts';
import { COMMITTEE, DOMAIN, kzg, POLICY, toyBlob } from './fixture.ts';

const [EIP7594] = PROFILES as [Profile];
const random = seededRandom(0xde11);
const bls = { aggregatePublicKeys: () => new Uint8Array(48) } as unknown as Bls;

/** V equal validators. */
function committeeOf(count: number, profile: Profile) {
  const seed = random.bytes(32);
  const validators = Array.from({ length: count }, () => ({
    account: random.bytes(20),
    publicKey: random.bytes(48),
    stake: 10n,
  }));
  return sampleCommittee({ bls, domain: DOMAIN, epoch: 1n, seed, validators, profile });
}

/** Bytes of all deliveries of one blob; who holds what does not depend on its geometry. */
function wireBytes(
  committee: ReturnType<typeof committeeOf>,
): (blob: { geometry: Geometry; byteLength: number }) => number {
  const headerRoot = new Uint8Array(32);
  const rows = assignRows(committee, headerRoot);
  return (blob) =>
    rows
      .map((own, validator) => {
        const form = own.length >= blob.geometry.k ? 'payload' : 'rows';
        return deliveryBytes({ validator, rows: own, form }, blob);
      })
      .reduce((sum, bytes) => sum + bytes, 0);
}

describe('a delivery', () => {
  it('is the payload for members with at least k seats, rows for the others, each row once', () => {
    const shape = { k: 4, n: 16, c: 3 };
    const plan = planDeliveries(COMMITTEE, { headerRoot: new Uint8Array(32), geometry: shape });
    expect(plan.map(({ validator }) => validator)).toEqual(COMMITTEE.members.map((_, i) => i));
    plan.forEach(({ form, rows }, i) => {
      expect(rows).toHaveLength(COMMITTEE.members[i]!.seats);
      expect(form).toBe(rows.length >= 4 ? 'payload' : 'rows');
    });
    const forms = new Set(plan.map(({ form }) => form));
    expect(forms.size).toBe(2);
    expect(plan.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual([...Array(16).keys()]);
  });

  it('is enough to attest: the payload gives the rows of the member', () => {
    const { payload, blob } = toyBlob(300);
    const header = checkHeader(blob.message, { ...POLICY, kzg });
    for (const { form, rows } of planDeliveries(COMMITTEE, blob)) {
      const sign = () => ({
        headerRoot: blob.headerRoot,
        validator: 0,
        signature: new Uint8Array(96),
      });
      const session = new AttestationSession({
        scheme: kzgScheme(kzg),
        header,
        assignedRows: rows,
        sign,
      });
      if (form === 'payload') session.addPayload(payload);
      else for (const row of rows) session.add(blob.rowMessage(row));
      expect(session.missingRows()).toEqual([]);
    }
  });

  it('has the length of its encoded messages, where no coded row happens to be short', () => {
    const { payload, blob } = toyBlob(300);
    for (const delivery of planDeliveries(COMMITTEE, blob)) {
      const rows = delivery.rows.map((row) =>
        encodeRowMessage(blob.rowMessage(row), blob.geometry),
      );
      const body = delivery.form === 'payload' ? [payload] : rows;
      const bytes = [encodeHeaderMessage(blob.message), ...body].reduce(
        (sum, message) => sum + message.length,
        0,
      );
      expect(deliveryBytes(delivery, { ...blob, byteLength: 300 })).toBe(bytes);
    }
  });
});

describe('the small-blob rule', () => {
  it('gives the wire bytes of da-review.md §4 for profile eip7594', () => {
    const sizes = [1000, 7936, 2 ** 15, 2 ** 16, 2 ** 18, 2 ** 20, 2 ** 22, 31 * 2 ** 20];
    const table = {
      16: [23, 17, 19, 16, 6.7, 4.8, 4.3, 4.1],
      64: [90, 67, 38, 24, 10.6, 5.7, 4.5, 4.1],
      200: [282, 210, 60, 46, 21, 8.4, 5.2, 4.2],
    };
    for (const [count, factors] of Object.entries(table)) {
      const wire = wireBytes(committeeOf(Number(count), EIP7594));
      sizes.forEach((byteLength, i) => {
        const factor = wire({ geometry: geometry(EIP7594, byteLength), byteLength }) / byteLength;
        expect(factor / factors[i]!, `${count} validators, ${byteLength} bytes`).toBeCloseTo(1, 1);
      });
    }
  });

  it('costs at most 1.7 times the best k, at every size and for 16, 64 and 200 validators', () => {
    for (const profile of PROFILES) {
      const largest = profile.dataRowSteps.at(-1)!.dataRows;
      const powers = Array.from({ length: Math.log2(largest) + 1 }, (_, i) => 2 ** i);
      for (const count of [16, 64, 200]) {
        const wire = wireBytes(committeeOf(count, profile));
        for (let elements = 1; elements <= 2 ** 20; elements = Math.ceil(elements * 1.19)) {
          const byteLength = 31 * elements;
          const bytes = (k: number) =>
            wire({
              geometry: { k, n: profile.rowCount, c: Math.ceil(elements / k) },
              byteLength,
            });
          const best = Math.min(...powers.filter((k) => elements <= 4096 * k).map(bytes));
          const ours = bytes(geometry(profile, byteLength).k);
          expect(ours / best, `${profile.name}, ${count}, ${byteLength} bytes`).toBeLessThan(1.7);
        }
      }
    }
  });
});
