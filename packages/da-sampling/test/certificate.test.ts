import { describe, expect, it } from 'vitest';
import { type Attestation, attestationMessage, attestationTag } from '../src/attestation.ts';
import {
  Attester,
  aggregate,
  type Certificate,
  type Committee,
  checkHeader,
  decodeCertificate,
  encodeCertificate,
  verifyCertificate,
} from '../src/index.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  committeeFor,
  DOMAIN,
  flipped,
  kzg,
  POLICY,
  secretKeyOf,
  TOY,
  toyBlob,
} from './fixture.ts';

const { payload, blob } = toyBlob(900);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const MEMBERS = COMMITTEE.members.length;

function attest(validator: number): Attestation {
  const attester = new Attester({ ...POLICY, kzg, bls, secretKey: secretKeyOf(validator) });
  const session = attester.open(blob.message);
  session.addPayload(payload);
  return session.attest();
}

const ALL = Array.from({ length: MEMBERS }, (_, validator) => attest(validator));
const collect = (attestations: readonly Attestation[]) =>
  aggregate({ bls, committee: COMMITTEE, header, attestations });
const CERTIFICATE = collect(ALL).certificate!;
const judge = (certificate: Certificate, changes: object = {}) =>
  verifyCertificate(certificate, {
    bls,
    committeeOf: POLICY.committeeOf,
    profiles: [TOY],
    ...changes,
  });
const codeFor = (certificate: Certificate, changes: object = {}) => {
  const verdict = judge(certificate, changes);
  return verdict.ok ? 'ok' : verdict.code;
};

describe('aggregate', () => {
  it('certifies at the threshold, with a verdict that says what it is worth', () => {
    const result = collect(ALL);
    expect(result).toMatchObject({ signedSeats: 16, neededSeats: 12, rejected: [] });
    const verdict = judge(CERTIFICATE);
    expect(verdict).toMatchObject({
      ok: true,
      signedSeats: 16,
      neededSeats: 12,
      toleratedAdversarySeats: 12,
    });
    expect(verdict.ok && verdict.failureBits).toBeGreaterThan(1);
  });

  it('makes no certificate below the threshold, and any set at or above it is one', () => {
    const outcomes = new Set<boolean>();
    for (let set = 1; set < 2 ** MEMBERS; set++) {
      const signers = ALL.filter(({ validator }) => (set >> validator) & 1);
      const seats = signers.reduce(
        (sum, { validator }) => sum + COMMITTEE.members[validator]!.seats,
        0,
      );
      if (set % 5 !== 0) continue; // every fifth of the 63 sets: both sides of the threshold occur
      const { certificate, signedSeats } = collect(signers);
      expect(signedSeats).toBe(seats);
      expect(certificate !== undefined).toBe(seats >= 12);
      outcomes.add(certificate !== undefined);
      if (certificate) expect(judge(certificate)).toMatchObject({ ok: true, signedSeats: seats });
    }
    expect(outcomes).toEqual(new Set([true, false]));
  });

  it('names bad signatures, keeps the others, and certifies without the bad ones', () => {
    const bad = { ...ALL[1]!, signature: ALL[2]!.signature };
    const malformed = { ...ALL[0]!, signature: new Uint8Array(96).fill(1) };
    const result = collect([malformed, bad, ...ALL.slice(2)]);
    expect(result.rejected).toEqual([
      { validator: 0, code: 'signature_invalid' },
      { validator: 1, code: 'signature_invalid' },
    ]);
    const seats = COMMITTEE.members.slice(2).reduce((sum, member) => sum + member.seats, 0);
    expect(result.signedSeats).toBe(seats);
    expect(result.certificate !== undefined).toBe(seats >= 12);
  });

  it('names unknown validators, duplicates and attestations of another blob', () => {
    const other = { ...ALL[1]!, headerRoot: new Uint8Array(32) };
    const result = collect([{ ...ALL[0]!, validator: MEMBERS }, other, ALL[0]!, ALL[0]!]);
    expect(result.rejected).toEqual([
      { validator: MEMBERS, code: 'validator_unknown' },
      { validator: 1, code: 'other_header' },
      { validator: 0, code: 'validator_duplicate' },
    ]);
    expect(result.signedSeats).toBe(COMMITTEE.members[0]!.seats);
  });

  it('is not displaced by a forged attestation that comes before the real one', () => {
    const forged = { ...ALL[3]!, signature: ALL[4]!.signature };
    const result = collect([forged, ...ALL]);
    expect(result.rejected).toEqual([{ validator: 3, code: 'signature_invalid' }]);
    expect(result.signedSeats).toBe(16);
  });

  it('refuses a header made for another committee', () => {
    const other = { bls, committee: committeeFor(8n), header, attestations: ALL };
    expect(codeOf(() => aggregate(other))).toBe('committee_mismatch');
  });
});

describe('verifyCertificate refuses', () => {
  it('a change of any signed field: profile, length, blob, and another committee of the epoch', () => {
    expect(codeFor({ ...CERTIFICATE, headerRoot: flipped(CERTIFICATE.headerRoot) })).toBe(
      'signature_invalid',
    );
    expect(codeFor({ ...CERTIFICATE, byteLength: 901 })).toBe('signature_invalid');
    const twin = { ...TOY, id: TOY.id + 1 };
    expect(codeFor({ ...CERTIFICATE, profile: twin.id }, { profiles: [TOY, twin] })).toBe(
      'signature_invalid',
    );
    expect(codeFor({ ...CERTIFICATE, signature: flipped(CERTIFICATE.signature, 0, 5) })).toBe(
      'signature_invalid',
    );
    const later = committeeFor(7n);
    const reseeded: Committee = { ...later, root: flipped(later.root) };
    expect(codeFor(CERTIFICATE, { committeeOf: () => reseeded })).toBe('signature_invalid');
  });

  it('replay on another chain, registry, namespace or epoch', () => {
    for (const domain of [
      { ...DOMAIN, chainId: 1n },
      { ...DOMAIN, registry: new Uint8Array(20) },
      { ...DOMAIN, namespace: new Uint8Array(32) },
    ]) {
      // the same members and the same root: only the signed domain differs
      const committee: Committee = { ...COMMITTEE, domain };
      expect(codeFor(CERTIFICATE, { committeeOf: () => committee })).toBe('signature_invalid');
    }
    const eighth: Committee = { ...COMMITTEE, epoch: 8n };
    expect(codeFor({ ...CERTIFICATE, epoch: 8n }, { committeeOf: () => eighth })).toBe(
      'signature_invalid',
    );
    expect(codeFor(CERTIFICATE, { committeeOf: () => eighth })).toBe('committee_mismatch');
    expect(codeFor({ ...CERTIFICATE, epoch: 8n })).toBe('epoch_unknown');
  });

  it('profiles that are not pinned, whatever the message says of itself', () => {
    expect(codeFor(CERTIFICATE, { profiles: [] })).toBe('profile_not_pinned');
    expect(codeFor(CERTIFICATE, { profiles: undefined })).toBe('profile_not_pinned');
    const wide = { ...TOY, rowCount: 32 };
    expect(codeFor(CERTIFICATE, { profiles: [wide] })).toBe('committee_mismatch');
    expect(codeFor({ ...CERTIFICATE, byteLength: 0 })).toBe('geometry_mismatch');
    expect(codeFor({ ...CERTIFICATE, byteLength: 31 * 4 * 4096 + 1 })).toBe('geometry_mismatch');
  });

  it('bitmaps of a wrong length, with high bits, empty, or below the threshold', () => {
    const withBitmap = (...bytes: number[]) =>
      codeFor({ ...CERTIFICATE, bitmap: Uint8Array.from(bytes) });
    expect(withBitmap()).toBe('bitmap_length');
    expect(withBitmap(0x3f, 0)).toBe('bitmap_length');
    expect(withBitmap(0)).toBe('no_signers');
    expect(withBitmap(0x7f)).toBe('bitmap_high_bits');
    expect(withBitmap(0x01)).toBe('below_threshold');
  });

  it('bits of members that did not sign', () => {
    const some = collect(ALL.slice(1)).certificate!;
    expect(judge(some).ok).toBe(true);
    expect(codeFor({ ...some, bitmap: CERTIFICATE.bitmap })).toBe('signature_invalid');
    expect(codeFor({ ...CERTIFICATE, bitmap: some.bitmap })).toBe('signature_invalid');
  });

  it('infinity as signature, and a certificate of another blob', () => {
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(95));
    expect(codeFor({ ...CERTIFICATE, signature: infinity })).toBe('signature_invalid');
    expect(codeFor(CERTIFICATE, { header: { headerRoot: new Uint8Array(32) } })).toBe(
      'header_mismatch',
    );
    expect(codeFor(CERTIFICATE, { header })).toBe('ok');
    expect(codeFor({ ...CERTIFICATE, headerRoot: new Uint8Array(31) })).toBe('header_mismatch');
  });

  it("signatures made under Ethereum's or the registration tag", () => {
    const { profile, byteLength } = header.header;
    const message = attestationMessage(
      { headerRoot: header.headerRoot, profile, byteLength },
      COMMITTEE,
    );
    const sign = (dst?: Uint8Array) =>
      bls.aggregateSignatures(
        ALL.map(({ validator }) => bls.sign(secretKeyOf(validator), message, dst ? { dst } : {})),
      );
    expect(codeFor({ ...CERTIFICATE, signature: sign(attestationTag()) })).toBe('ok');
    expect(codeFor({ ...CERTIFICATE, signature: sign() })).toBe('signature_invalid');
    const registration = new TextEncoder().encode(
      'BARYCENTER_DA_POP_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_',
    );
    expect(codeFor({ ...CERTIFICATE, signature: sign(registration) })).toBe('signature_invalid');
  });
});

describe('hostile certificate and attestation objects', () => {
  it('get a verdict, never an exception, whatever type their fields have', () => {
    const fields: object[] = [
      { byteLength: 300.5 },
      { byteLength: Number.NaN },
      { byteLength: '900' },
      { signature: undefined },
      { signature: new Uint8Array(95) },
      { bitmap: null },
      { bitmap: [63] },
      { headerRoot: null },
      { epoch: 7 },
      { epoch: null },
      { profile: null },
    ];
    for (const changes of fields) {
      const verdict = judge({ ...CERTIFICATE, ...changes } as unknown as Certificate);
      expect(verdict.ok, JSON.stringify(changes)).toBe(false);
    }
  });

  it('are left out of an aggregate with a code', () => {
    const bad = [{ validator: 'length' }, { validator: 0.5 }, { headerRoot: null }].map(
      (changes) => ({ ...ALL[0]!, ...changes }) as unknown as Attestation,
    );
    const result = collect([...bad, ...ALL]);
    expect(result.signedSeats).toBe(16);
    expect(result.rejected.map(({ code }) => code)).toEqual(bad.map(() => 'validator_unknown'));
    const unsigned = [null, 'ff', new Uint8Array(95)].map(
      (signature) => ({ ...ALL[0]!, signature }) as unknown as Attestation,
    );
    expect(collect([...unsigned, ...ALL]).rejected).toEqual(
      unsigned.map(() => ({ validator: 0, code: 'signature_invalid' })),
    );
  });
});

describe('certificate bytes', () => {
  it('come back as they were: 142 bytes and the bitmap', () => {
    const bytes = encodeCertificate(CERTIFICATE);
    expect(bytes.length).toBe(143);
    expect(decodeCertificate(bytes)).toEqual(CERTIFICATE);
    expect(judge(decodeCertificate(bytes)).ok).toBe(true);
    const large = { ...CERTIFICATE, bitmap: new Uint8Array(25) };
    expect(encodeCertificate(large).length).toBe(167); // da-review.md §5.1, V = 200
  });

  it('never make verifyCertificate throw, and never verify, when any bit is flipped', () => {
    const bytes = encodeCertificate(CERTIFICATE);
    for (let at = 0; at < bytes.length; at += 3) {
      const verdict = judge(decodeCertificate(flipped(bytes, at, at % 8)));
      expect(verdict.ok, `byte ${at}`).toBe(false);
    }
  });

  it('are refused when too short or with a bitmap beyond the bound', () => {
    for (const size of [0, 1, 96, 142]) {
      expect(codeOf(() => decodeCertificate(new Uint8Array(size)))).toBe('truncated');
    }
    expect(codeOf(() => decodeCertificate(new Uint8Array(142 + 8193)))).toBe('bitmap_length');
    const shortened = decodeCertificate(
      encodeCertificate({ ...CERTIFICATE, bitmap: new Uint8Array(3) }),
    );
    expect(codeFor(shortened)).toBe('bitmap_length');
  });
});
