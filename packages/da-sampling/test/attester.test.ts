import { describe, expect, it } from 'vitest';
import { decodeAttestation, encodeAttestation } from '../src/attestation.ts';
import { Attester, assignRows, DaError, isEquivocation, submitterAddress } from '../src/index.ts';
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
  toyBlob,
} from './fixture.ts';
import { encodeRawRows } from './raw-rows.ts';

const attester = (validator: number) =>
  new Attester({ ...POLICY, kzg, bls, secretKey: secretKeyOf(validator) });

describe('an attester', () => {
  const { payload, blob } = toyBlob(800);

  it('signs once every assigned row is verified, and not before', () => {
    const session = attester(1).open(blob.message);
    expect(session.assignedRows).toEqual(assignRows(COMMITTEE, blob.headerRoot)[1]);
    session.assignedRows.forEach((index, i) => {
      expect(session.missingRows()).toEqual(session.assignedRows.slice(i));
      expect(codeOf(() => session.attest())).toBe('rows_missing');
      session.add(blob.rowMessage(index));
    });
    const attestation = session.attest();
    expect(attestation.validator).toBe(1);
    expect(attestation.headerRoot).toEqual(blob.headerRoot);
  });

  it("does not count other members' rows", () => {
    const session = attester(1).open(blob.message);
    const own = new Set(session.assignedRows);
    for (let index = 0; index < 16; index++)
      if (!own.has(index)) session.add(blob.rowMessage(index));
    expect(session.missingRows()).toEqual(session.assignedRows);
    expect(codeOf(() => session.attest())).toBe('rows_missing');
  });

  it('takes the payload instead of rows', () => {
    const session = attester(2).open(blob.message);
    const rows = session.addPayload(payload);
    expect(rows.map(({ index }) => index)).toEqual(session.assignedRows);
    expect(session.attest().validator).toBe(2);
  });

  it('does not sign a bad opening even if all rows fit the commitments (no check A alone)', () => {
    const shape = { k: 4, n: 16, c: 7 };
    const dataRows = packPayload(payload, shape);
    const bent = encodeRawRows(dataRows, {
      byteLength: 800,
      shape,
      proof: () => kzg.openRow(dataRows[0]!, 5n).proof,
    });
    expect(codeOf(() => attester(0).open(bent.message))).toBe('opening_invalid');
  });

  it('names a submitter that signs two headers for one nonce, with evidence anybody can check', () => {
    const one = attester(0);
    one.open(blob.message);
    one.open(blob.message); // the same header again is no fault
    const second = toyBlob(800, { seed: 4242 }).blob;
    let evidence: DaError['evidence'];
    try {
      one.open(second.message);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DaError);
      expect((error as DaError).code).toBe('equivocation');
      evidence = (error as DaError).evidence;
    }
    const submitter = submitterAddress(SUBMITTER_KEY);
    expect(isEquivocation(evidence!, { domain: DOMAIN, submitter })).toBe(true);
    const same = { first: evidence!.first, second: evidence!.first };
    expect(isEquivocation(same, { domain: DOMAIN, submitter })).toBe(false);
    const unsigned = {
      ...evidence!,
      second: { ...evidence!.second, signature: new Uint8Array(65) },
    };
    expect(isEquivocation(unsigned, { domain: DOMAIN, submitter })).toBe(false);
    const framed = new Uint8Array(20).fill(1);
    expect(isEquivocation(evidence!, { domain: DOMAIN, submitter: framed })).toBe(false);
  });

  it('cannot be made to name a submitter by a header the submitter did not sign', () => {
    const one = attester(0);
    one.open(blob.message);
    const second = toyBlob(800, { seed: 4242 }).blob;
    const forged = { ...second.message, signature: flipped(second.message.signature, 3) };
    const code = codeOf(() => one.open(forged));
    expect(['submitter_mismatch', 'signature_malformed']).toContain(code);
  });

  it('without a seat does not sign, and disposed does nothing', () => {
    const outsider = new Attester({
      ...POLICY,
      kzg,
      bls,
      secretKey: bls.keyGen(new Uint8Array(32).fill(99)),
    });
    expect(codeOf(() => outsider.open(blob.message))).toBe('not_a_member');
    const gone = attester(0);
    const session = gone.open(blob.message);
    session.addPayload(payload);
    gone.dispose();
    expect(() => gone.open(blob.message)).toThrow('dispose');
    expect(() => session.attest()).toThrow('dispose');
  });
});

describe('attestations', () => {
  it('come back as they were and are refused truncated or longer', () => {
    const attestation = {
      headerRoot: new Uint8Array(32).fill(1),
      validator: 513,
      signature: new Uint8Array(96).fill(2),
    };
    const bytes = encodeAttestation(attestation);
    expect(bytes.length).toBe(130);
    expect(decodeAttestation(bytes)).toEqual(attestation);
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => decodeAttestation(bytes.slice(0, size)))).toBe('truncated');
    }
    expect(codeOf(() => decodeAttestation(new Uint8Array(131)))).toBe('trailing_bytes');
  });
});
