import { describe, expect, it } from 'vitest';
import { checkHeader } from '../src/check-header.ts';
import { committeesInTime } from '../src/epoch-committees.ts';
import { type EpochSchedule, epochStart, isSigned } from '../src/epochs.ts';
import { Attester, aggregate, encodeBlob } from '../src/index.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  committeeFor,
  DOMAIN,
  kzg,
  POLICY,
  SUBMITTER_KEY,
  secretKeyOf,
  TOY,
  toyBlob,
} from './fixture.ts';

const SCHEDULE: EpochSchedule = {
  genesisSeconds: 0,
  epochSeconds: 100,
  graceSeconds: 30,
  signMarginSeconds: 10,
  beaconLeadSeconds: 20,
  retentionSeconds: 500,
};
const { epoch } = COMMITTEE;
const START = epochStart(SCHEDULE, epoch);
const committees = new Map([[epoch, COMMITTEE]]);

describe('committeesInTime', () => {
  it('answers for a known epoch from its start to the end of grace, signers a margin less', () => {
    for (let now = START - 20; now < START + 150; now++) {
      const options = { schedule: SCHEDULE, committees, nowSeconds: () => now };
      const judge = committeesInTime(options);
      const signer = committeesInTime({ ...options, rule: isSigned });
      expect(judge(epoch)).toBe(now >= START && now < START + 130 ? COMMITTEE : undefined);
      expect(signer(epoch)).toBe(now >= START && now < START + 120 ? COMMITTEE : undefined);
    }
  });

  it('knows nothing of any other number, however large', () => {
    const committeeOf = committeesInTime({
      schedule: SCHEDULE,
      committees,
      nowSeconds: () => START,
    });
    for (const other of [epoch + 1n, 0n, -1n, 2n ** 64n - 1n]) {
      expect(committeeOf(other)).toBeUndefined();
    }
  });

  it('lets a node sign blobs of both epochs around a boundary, each for its own committee', () => {
    const next = committeeFor(epoch + 1n);
    const both = new Map([...committees, [next.epoch, next]]);
    const committeeOf = committeesInTime({
      schedule: SCHEDULE,
      committees: both,
      nowSeconds: () => START + 110,
      rule: isSigned,
    });
    const attester = new Attester({ ...POLICY, committeeOf, kzg, bls, secretKey: secretKeyOf(2) });
    [COMMITTEE, next].forEach((committee, i) => {
      const payload = new Uint8Array(50).fill(i);
      const options = { kzg, profile: TOY, domain: DOMAIN, submitterKey: SUBMITTER_KEY };
      const blob = encodeBlob(payload, { ...options, committee, nonce: BigInt(i) });
      const session = attester.open(blob.message);
      session.addPayload(payload);
      const attestations = [session.attest()];
      const { header } = session;
      const { signedSeats, rejected } = aggregate({ bls, committee, header, attestations });
      expect([signedSeats, rejected]).toEqual([session.assignedRows.length, []]);
    });
  });

  it('makes a header of an expired epoch epoch_unknown, before any curve operation', () => {
    const { blob } = toyBlob(50);
    const at = (now: number) => ({
      ...POLICY,
      kzg,
      committeeOf: committeesInTime({ schedule: SCHEDULE, committees, nowSeconds: () => now }),
    });
    expect(checkHeader(blob.message, at(START + 129)).headerRoot).toEqual(blob.headerRoot);
    expect(codeOf(() => checkHeader(blob.message, at(START + 130)))).toBe('epoch_unknown');
    expect(codeOf(() => checkHeader(blob.message, at(START - 1)))).toBe('epoch_unknown');
  });
});
