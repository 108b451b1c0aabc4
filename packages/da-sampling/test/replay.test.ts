/**
 * Replay across every signed field (da.md §7): what is signed once counts nowhere else. Each list of
 * changes is compared with the fields that exist, so that a new field cannot be left out.
 */
import { describe, expect, it } from 'vitest';
import { type AttestedBlob, attestationMessage, attestationTag } from '../src/attestation.ts';
import {
  aggregate,
  type BlobHeader,
  type Committee,
  checkHeader,
  checkRegistrations,
  createRegistration,
  DaError,
  type Domain,
  headerRoot,
  submitterAddress,
} from '../src/index.ts';
import { recoverSubmitter } from '../src/submitter.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  DOMAIN,
  flipped,
  kzg,
  POLICY,
  SECRET_KEYS,
  SUBMITTER_KEY,
  secretKeyOf,
  toyBlob,
  VALIDATORS,
} from './fixture.ts';

const { blob } = toyBlob(900);

/** Every field of a domain, changed. */
const DOMAINS: Readonly<Record<keyof Domain, Domain>> = {
  chainId: { ...DOMAIN, chainId: DOMAIN.chainId + 1n },
  registry: { ...DOMAIN, registry: flipped(DOMAIN.registry) },
  namespace: { ...DOMAIN, namespace: flipped(DOMAIN.namespace) },
};

describe('an attestation', () => {
  const header = checkHeader(blob.message, { ...POLICY, kzg });
  const own: AttestedBlob = {
    headerRoot: header.headerRoot,
    profile: header.header.profile,
    byteLength: header.header.byteLength,
  };
  const signed = (message: Uint8Array, validator = 1) => ({
    headerRoot: header.headerRoot,
    validator,
    signature: bls.sign(secretKeyOf(validator), message, { dst: attestationTag() }),
  });
  const judge = (attestation: ReturnType<typeof signed>) =>
    aggregate({ bls, committee: COMMITTEE, header, attestations: [attestation] });

  it('signed for another chain, registry, namespace, epoch, committee, blob, profile or length is named and left out', () => {
    const blobs: Readonly<Record<keyof AttestedBlob, AttestedBlob>> = {
      headerRoot: { ...own, headerRoot: flipped(own.headerRoot) },
      profile: { ...own, profile: own.profile ^ 1 },
      byteLength: { ...own, byteLength: own.byteLength + 1 },
    };
    const committees: Readonly<Record<string, Committee>> = {
      ...Object.fromEntries(
        Object.entries(DOMAINS).map(([name, domain]) => [name, { ...COMMITTEE, domain }]),
      ),
      epoch: { ...COMMITTEE, epoch: COMMITTEE.epoch + 1n },
      root: { ...COMMITTEE, root: flipped(COMMITTEE.root) },
    };
    const messages = [
      ...Object.values(blobs).map((changed) => attestationMessage(changed, COMMITTEE)),
      ...Object.values(committees).map((changed) => attestationMessage(own, changed)),
    ];
    const honest = attestationMessage(own, COMMITTEE);
    expect(judge(signed(honest)).rejected).toEqual([]);
    expect(new Set([honest, ...messages].map(String)).size).toBe(9);
    for (const message of messages) {
      const { rejected, signedSeats } = judge(signed(message));
      expect([rejected, signedSeats]).toEqual([[{ validator: 1, code: 'signature_invalid' }], 0]);
    }
  });

  it('of one member does not count as that of another', () => {
    const foreign = { ...signed(attestationMessage(own, COMMITTEE)), validator: 2 };
    expect(judge(foreign).rejected).toEqual([{ validator: 2, code: 'signature_invalid' }]);
  });
});

describe("a submitter's signature", () => {
  it('counts for no header that differs in any field', () => {
    const { header, signature } = blob.message;
    const submitter = submitterAddress(SUBMITTER_KEY);
    const changes: Readonly<Record<keyof BlobHeader, BlobHeader>> = {
      version: { ...header, version: 3 },
      profile: { ...header, profile: header.profile ^ 1 },
      geometry: { ...header, geometry: { ...header.geometry, c: header.geometry.c + 1 } },
      byteLength: { ...header, byteLength: header.byteLength + 1 },
      namespace: { ...header, namespace: flipped(header.namespace) },
      submitter: { ...header, submitter: flipped(header.submitter) },
      nonce: { ...header, nonce: header.nonce + 1n },
      epoch: { ...header, epoch: header.epoch + 1n },
      committeeRoot: { ...header, committeeRoot: flipped(header.committeeRoot) },
      commitmentsRoot: { ...header, commitmentsRoot: flipped(header.commitmentsRoot) },
      rowsRoot: { ...header, rowsRoot: flipped(header.rowsRoot) },
      evaluationsHash: { ...header, evaluationsHash: flipped(header.evaluationsHash) },
      openingProof: { ...header, openingProof: flipped(header.openingProof) },
    };
    expect(Object.keys(changes).sort()).toEqual(Object.keys(header).sort());
    const signerOf = (changed: BlobHeader, domain: Domain) => {
      try {
        return recoverSubmitter({ headerRoot: headerRoot(changed), signature }, domain);
      } catch (error) {
        expect((error as DaError).code).toBe('signature_malformed');
        return undefined;
      }
    };
    expect(signerOf(header, DOMAIN)).toEqual(submitter);
    for (const [field, changed] of Object.entries(changes)) {
      expect(signerOf(changed, DOMAIN), field).not.toEqual(submitter);
    }
    const { namespace: _inHeader, ...domains } = DOMAINS;
    for (const [field, domain] of Object.entries(domains)) {
      expect(signerOf(header, domain), field).not.toEqual(submitter);
    }
  });
});

describe('a proof of possession', () => {
  it('counts for no other chain, registry, account or key', () => {
    const secretKey = SECRET_KEYS[0]!;
    const account = VALIDATORS[0]!.account;
    const registration = createRegistration({ bls, domain: DOMAIN, account, secretKey });
    const check = (changes: object, domain = DOMAIN) =>
      codeOf(() => {
        checkRegistrations([{ ...registration, ...changes }], { bls, domain });
        throw new DaError('bad_form', 'accepted');
      });
    expect(check({})).toBe('bad_form'); // accepted: the throw of this test
    const { namespace: _shared, ...domains } = DOMAINS; // one registration serves all namespaces
    for (const [field, domain] of Object.entries(domains)) {
      expect(check({}, domain), field).toBe('possession_invalid');
    }
    expect(check({ account: flipped(account) })).toBe('possession_invalid');
    expect(check({ publicKey: VALIDATORS[1]!.publicKey })).toBe('possession_invalid');
  });
});
