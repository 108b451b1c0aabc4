import { seededRandom } from '@barycenter/testing';
import { der, explicit, octets, oid, sequence } from '@barycenter/testing/der-writer';
import { testKey } from '@barycenter/testing/synthetic-ca';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../src/certificate.ts';
import { TeeError } from '../src/errors.ts';
import { type NvidiaOptions, verifyNvidiaDevice } from '../src/nvidia/device.ts';
import { ocspRequest, ocspRequests } from '../src/nvidia/ocsp-request.ts';
import { MAX_OCSP_BYTES, parseOcspResponse } from '../src/nvidia/ocsp-response.ts';
import type { OcspAnswer } from '../src/nvidia/revocation.ts';
import {
  type Device,
  type Issued,
  issue,
  NONCE,
  NOW,
  type TestAnswer,
  testAnswer,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
  wrapBasic,
} from './synthetic-device.ts';

const OCSP_SIGNING = { oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.9')) };
const NO_CHECK = { oid: '1.3.6.1.5.5.7.48.1.5', value: der(0x05) };

let vendor: Vendor;
let gpu: Device;
let report: Uint8Array;
let options: NvidiaOptions;
beforeAll(async () => {
  vendor = await testVendor();
  gpu = await testDevice(vendor, 'GH100');
  report = await testReport(gpu);
  options = { now: NOW, nonce: NONCE, trust: vendor.trust, manifests: 'unchecked' };
});

type Changes = Omit<TestAnswer, 'about' | 'issuer'>;

/** An answer about certificate `i` of the chain. */
const answer = (i: 0 | 1 | 2 | 3, changes: Changes = {}): Promise<Uint8Array<ArrayBuffer>> =>
  testAnswer({ about: gpu.chain[i], issuer: gpu.chain[i + 1] as Issued, ...changes });

/** Answers about all certificates between leaf and root; that about the device is changed. */
async function answers(changes: Changes = {}): Promise<OcspAnswer[]> {
  const all = await Promise.all([answer(1, changes), answer(2), answer(3)]);
  return all.map((response) => ({ response }));
}

const verify = (ocsp: readonly OcspAnswer[], changed: Partial<NvidiaOptions> = {}) =>
  verifyNvidiaDevice({ report, chain: gpu.pem }, { ocsp }, { ...options, ...changed });

async function codeOf(...given: Parameters<typeof verify>): Promise<string> {
  const result = await verify(...given);
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  return result.ok ? 'ok' : result.code;
}

const changedCode = async (changes: Changes): Promise<string> => codeOf(await answers(changes));

/** A responder that the provisioner named, or not. */
const responder = (
  issuer: Issued = gpu.chain[2],
  changes: Parameters<typeof issue>[2] = {},
): Promise<Issued> =>
  issue('NVIDIA OCSP Responder', issuer, {
    authority: undefined,
    extensions: [OCSP_SIGNING, NO_CHECK],
    ...changes,
  });

describe('revocation answers', () => {
  it('that are good for all certificates between leaf and root are enough', async () => {
    const result = await verify(await answers());
    expect(result.ok && result.facts.revocationChecked).toBe(true);
    expect(result.ok && result.facts.expiresAt).toEqual(new Date(NOW.getTime() + 86_400_000));
  });

  it('about one of them missing or about others are not enough, unless nobody asked', async () => {
    const [device, ...rest] = await answers();
    expect(await codeOf([])).toBe('ocsp_missing');
    expect(await codeOf(rest)).toBe('ocsp_certificate_mismatch');
    expect(await codeOf([device as OcspAnswer])).toBe('ocsp_certificate_mismatch');
    const other = await testDevice(vendor, 'GH100');
    const foreign = await testAnswer({ about: other.chain[1], issuer: other.chain[2] });
    expect(await codeOf([{ response: foreign }, ...rest])).toBe('ocsp_certificate_mismatch');
    const leaf = { response: await answer(0) };
    expect(await codeOf([leaf, ...rest])).toBe('ocsp_certificate_mismatch');
    const lax = await verify(rest, { revocation: 'unchecked' });
    expect(lax.ok && lax.facts.revocationChecked).toBe(false);
  });

  it('about the same serial number of another issuer mean another certificate', async () => {
    const other = await issue('NVIDIA GH100 Provisioner ICA 1', vendor.identities.GH100);
    const [, ...rest] = await answers();
    const response = await testAnswer({ about: gpu.chain[1], issuer: other });
    expect(await codeOf([{ response }, ...rest])).toBe('ocsp_certificate_mismatch');
  });

  it('name certificates by SHA-1 or SHA-384', async () => {
    expect(await changedCode({ hash: 'SHA-1' })).toBe('ok');
    expect(await changedCode({ hash: 'SHA-384' })).toBe('ok');
  });

  it('of revoked, held and unknown certificates are refusals, asked for or not', async () => {
    expect(await changedCode({ status: 'revoked' })).toBe('certificate_revoked');
    expect(await changedCode({ status: 'hold' })).toBe('certificate_revoked');
    expect(await changedCode({ status: 'unknown' })).toBe('ocsp_unknown');
    const revoked = [{ response: await answer(3, { status: 'revoked' }) }];
    expect(await codeOf(revoked, { revocation: 'unchecked' })).toBe('certificate_revoked');
  });

  it('that disagree about one certificate are refused in any order', async () => {
    const good = await answers();
    const revoked = { response: await answer(2, { status: 'revoked' }) };
    expect(await codeOf([...good, revoked])).toBe('certificate_revoked');
    expect(await codeOf([revoked, ...good])).toBe('certificate_revoked');
  });

  it('hold from thisUpdate and producedAt until nextUpdate, which they must state', async () => {
    const soon = new Date(NOW.getTime() + 1000);
    const past = new Date(NOW.getTime() - 1000);
    expect(await changedCode({ thisUpdate: NOW, producedAt: NOW, nextUpdate: NOW })).toBe('ok');
    expect(await changedCode({ thisUpdate: soon })).toBe('ocsp_not_yet_valid');
    expect(await changedCode({ producedAt: soon })).toBe('ocsp_not_yet_valid');
    expect(await changedCode({ nextUpdate: past })).toBe('ocsp_expired');
    expect(await changedCode({ nextUpdate: undefined })).toBe('ocsp_malformed');
  });

  it('repeat the nonce of their request', async () => {
    const nonce = Uint8Array.from({ length: 32 }, (_, i) => i);
    const [, ...rest] = await answers();
    const asked = async (given: Uint8Array | undefined) => {
      const response = await answer(1, given === undefined ? {} : { nonce: given });
      return codeOf([{ response, nonce }, ...rest]);
    };
    expect(await asked(nonce)).toBe('ok');
    expect(await asked(nonce.slice().reverse())).toBe('ocsp_nonce_mismatch');
    expect(await asked(undefined)).toBe('ocsp_nonce_mismatch');
  });

  it('are signed by the issuer, named or known by its key', async () => {
    expect(await changedCode({ responderBy: 'key' })).toBe('ok');
    const other = await testKey('P-384');
    expect(await changedCode({ signer: other })).toBe('ocsp_signature_invalid');
    expect(await changedCode({ responder: gpu.chain[3] })).toBe('ocsp_responder_unauthorised');
  });

  it('are signed by a responder that the issuer itself named', async () => {
    const named = await responder();
    const delegated = { responder: named, certificates: [named] };
    expect(await changedCode(delegated)).toBe('ok');
    expect(await changedCode({ ...delegated, responderBy: 'key' })).toBe('ok');
    expect(await changedCode({ responder: named })).toBe('ocsp_responder_unauthorised');
    expect(await changedCode({ ...delegated, signer: gpu.chain[2].key })).toBe(
      'ocsp_signature_invalid',
    );
  });

  it('are not signed by a responder of another authority, or one that nobody named', async () => {
    const refused = async (one: Issued): Promise<void> => {
      const changes = { responder: one, certificates: [one] };
      expect(await changedCode(changes)).toBe('ocsp_responder_unauthorised');
    };
    await refused(await responder(gpu.chain[3]));
    await refused(await responder(gpu.chain[2], { extensions: [] }));
    const client = { oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.2')) };
    await refused(await responder(gpu.chain[2], { extensions: [client] }));
    await refused(await responder(gpu.chain[2], { keyUsage: [5] }));
    await refused(await responder(gpu.chain[2], { signer: await testKey('P-384') }));
    await refused(await responder(gpu.chain[2], { issuer: gpu.chain[3].subject }));
    const critical = { oid: '1.2.3', critical: true, value: sequence() };
    await refused(await responder(gpu.chain[2], { extensions: [OCSP_SIGNING, critical] }));
  });

  it('end with the responder that signed them', async () => {
    const notAfter = new Date(NOW.getTime() + 60_000);
    const short = await responder(gpu.chain[2], { notAfter });
    const result = await verify(await answers({ responder: short, certificates: [short] }));
    expect(result.ok && result.facts.expiresAt).toEqual(notAfter);
    const late = await responder(gpu.chain[2], { notAfter: new Date(NOW.getTime() - 1000) });
    expect(await changedCode({ responder: late, certificates: [late] })).toBe('chain_expired');
    const early = await responder(gpu.chain[2], { notBefore: new Date(NOW.getTime() + 1000) });
    expect(await changedCode({ responder: early, certificates: [early] })).toBe(
      'chain_not_yet_valid',
    );
  });

  it('with any bit changed are refused', async () => {
    const named = await responder();
    const random = seededRandom(6960);
    for (const changes of [{}, { responder: named, certificates: [named] }] as const) {
      const [device, ...rest] = await answers(changes);
      const bytes = (device as OcspAnswer).response;
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        if (process.env.BARYCENTER_LONG === undefined && random.integer(16) !== 0) continue;
        const response = Uint8Array.from(bytes);
        response[bit >> 3] = (response[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await codeOf([{ response }, ...rest]), `bit ${bit}, seed ${random.seed}`).not.toBe(
          'ok',
        );
      }
    }
  });

  it('are at most 16', async () => {
    const [one] = await answers();
    expect(await codeOf(Array(17).fill(one))).toBe('ocsp_malformed');
  });
});

describe('an OCSP response', () => {
  const parseCode = (bytes: Uint8Array): string => {
    try {
      parseOcspResponse(bytes);
      return 'ok';
    } catch (error) {
      if (!(error instanceof TeeError)) throw error;
      return error.code;
    }
  };

  it('cut short, or with bytes after it, is refused', async () => {
    const bytes = await answer(1);
    expect(parseCode(bytes)).toBe('ok');
    for (let length = 0; length < bytes.length; length++)
      expect(parseCode(bytes.subarray(0, length))).toBe('ocsp_malformed');
    expect(parseCode(Uint8Array.from([...bytes, 0]))).toBe('ocsp_malformed');
    expect(parseCode(new Uint8Array(MAX_OCSP_BYTES + 1))).toBe('ocsp_malformed');
  });

  it('that only says why there is no answer is told apart', () => {
    for (const status of [1, 2, 3, 5, 6])
      expect(parseCode(sequence(der(0x0a, Uint8Array.of(status))))).toBe('ocsp_unsuccessful');
    expect(parseCode(sequence(der(0x0a)))).toBe('ocsp_unsuccessful');
  });

  it('of another kind, or with a critical extension, is refused', async () => {
    const other = sequence(
      der(0x0a, Uint8Array.of(0)),
      explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.9'), octets(sequence()))),
    );
    expect(parseCode(other)).toBe('ocsp_malformed');
    expect(parseCode(wrapBasic(sequence()))).toBe('ocsp_malformed');
    const extension = sequence(oid('1.2.3'), der(0x01, Uint8Array.of(0xff)), octets(der(0x05)));
    expect(await changedCode({ extensions: [extension] })).toBe('ocsp_malformed');
  });

  it('of random bytes is refused and nothing else', () => {
    const random = seededRandom(6961);
    for (let round = 0; round < 500; round++) {
      const bytes = random.bytes(random.integer(round % 50 === 0 ? 1_000_000 : 2000));
      expect(parseCode(bytes), `seed ${random.seed}, round ${round}`).toMatch(/^ocsp_/);
    }
  });

  it('says the same to pkijs', async () => {
    const certificate = (issued: Issued) =>
      pkijs.Certificate.fromBER(issued.certificate.slice().buffer);
    const [device, provisioner] = [certificate(gpu.chain[1]), certificate(gpu.chain[2])];
    for (const [status, number] of [
      ['good', 0],
      ['revoked', 1],
      ['unknown', 2],
    ] as const) {
      const bytes = await answer(1, { status, hash: 'SHA-1' });
      const oracle = pkijs.OCSPResponse.fromBER(bytes.slice().buffer);
      const found = await oracle.getCertificateStatus(device, provisioner);
      expect(found).toMatchObject({ isForCertificate: true, status: number });
      expect(parseOcspResponse(bytes).statuses[0]?.status).toBe(status);
    }
  });
});

describe('an OCSP request', () => {
  it('names a certificate the way pkijs reads and writes it', async () => {
    const [certificate, issuer] = [gpu.chain[1], gpu.chain[2]].map((issued) =>
      parseCertificate(issued.certificate),
    ) as [ReturnType<typeof parseCertificate>, ReturnType<typeof parseCertificate>];
    const nonce = Uint8Array.from({ length: 32 }, (_, i) => i);
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384'] as const) {
      const request = ocspRequest({ certificate, issuer }, { hash, nonce });
      const oracle = pkijs.OCSPRequest.fromBER(request.buffer);
      const expected = new pkijs.CertID();
      await expected.createForCertificate(
        pkijs.Certificate.fromBER(gpu.chain[1].certificate.slice().buffer),
        {
          hashAlgorithm: hash,
          issuerCertificate: pkijs.Certificate.fromBER(gpu.chain[2].certificate.slice().buffer),
        },
      );
      const [single] = oracle.tbsRequest.requestList;
      expect(single?.reqCert.isEqual(expected)).toBe(true);
      const [extension] = oracle.tbsRequest.requestExtensions ?? [];
      expect(extension?.extnID).toBe('1.3.6.1.5.5.7.48.1.2');
      const inner = asn1js.fromBER(
        extension?.extnValue.valueBlock.valueHexView.slice().buffer ?? new ArrayBuffer(),
      ).result as asn1js.OctetString;
      expect(inner.valueBlock.valueHexView).toEqual(nonce);
    }
    const plain = pkijs.OCSPRequest.fromBER(ocspRequest({ certificate, issuer }).buffer);
    expect(plain.tbsRequest.requestExtensions).toBeUndefined();
    expect(plain.tbsRequest.requestList).toHaveLength(1);
  });

  it('is made for each certificate that can be revoked', () => {
    const requests = ocspRequests(gpu.pem, { from: 1 });
    const parsed = gpu.chain.map((issued) => parseCertificate(issued.certificate));
    expect(requests).toEqual(
      [1, 2, 3].map((i) => {
        const [certificate, issuer] = parsed.slice(i, i + 2);
        if (certificate === undefined || issuer === undefined) throw new Error('none');
        return ocspRequest({ certificate, issuer });
      }),
    );
    expect(ocspRequests(gpu.pem)).toHaveLength(4);
    expect(() => ocspRequests('none')).toThrow(TeeError);
  });

  it('has a nonce of 1 to 32 bytes', () => {
    const [certificate, issuer] = [gpu.chain[1], gpu.chain[2]].map((issued) =>
      parseCertificate(issued.certificate),
    ) as [ReturnType<typeof parseCertificate>, ReturnType<typeof parseCertificate>];
    for (const size of [0, 33])
      expect(() => ocspRequest({ certificate, issuer }, { nonce: new Uint8Array(size) })).toThrow(
        RangeError,
      );
  });
});
