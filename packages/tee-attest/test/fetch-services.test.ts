import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import {
  createClient,
  fetchIntelCollateral,
  fetchManifest,
  fetchNrasKeys,
  fetchOcsp,
  fetchSnpAuthority,
  fetchVcek,
} from '../src/fetch.ts';
import { fakeClock, fakeSite, ok, type Reply } from './fake-service.ts';

const failure = (code: string) => expect.objectContaining({ name: 'TeeError', code });
const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x07);
const PEM = '-----BEGIN CERTIFICATE-----\nMII+/w==\n-----END CERTIFICATE-----\n';

function site(pages: Readonly<Record<string, Reply>>) {
  const { fetch, sent } = fakeSite(pages);
  return { client: createClient({ fetch, clock: fakeClock() }), sent };
}

describe('fetchIntelCollateral', () => {
  const chain = encodeURIComponent(PEM);
  const pages = (base: string, tee: string): Record<string, Reply> => ({
    [`${base}/${tee}/certification/v4/tcb?fmspc=00906ED50000&update=standard`]: ok('{tcb}', {
      'TCB-Info-Issuer-Chain': chain,
    }),
    [`${base}/${tee}/certification/v4/qe/identity?update=standard`]: ok('{qe}', {
      'SGX-Enclave-Identity-Issuer-Chain': chain,
    }),
    [`${base}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`]: ok(DER, {
      'SGX-PCK-CRL-Issuer-Chain': chain,
    }),
  });
  const INTEL = 'https://api.trustedservices.intel.com';
  const ROOT = 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der';
  const request = {
    tee: 'tdx',
    fmspc: Uint8Array.of(0, 0x90, 0x6e, 0xd5, 0, 0),
    ca: 'platform',
  } as const;
  const expected = {
    tcbInfo: { body: new TextEncoder().encode('{tcb}'), issuerChain: PEM },
    qeIdentity: { body: new TextEncoder().encode('{qe}'), issuerChain: PEM },
    pckCrl: DER,
    pckCrlIssuerChain: PEM,
    rootCrl: DER,
  };

  it('asks Intel for SGX and TDX and undoes the encoding of the chains', async () => {
    for (const tee of ['sgx', 'tdx'] as const) {
      const { client, sent } = site({ ...pages(INTEL, tee), [ROOT]: ok(DER) });
      const found = await fetchIntelCollateral(client, { ...request, tee });
      expect(found).toMatchObject({ value: expected, stale: false });
      expect(sent).toHaveLength(4);
    }
  });

  it('asks another service below its address, which may give lists in hexadecimal', async () => {
    const base = 'https://localhost:8081';
    const all = {
      ...pages(base, 'tdx'),
      [`${base}/sgx/certification/v4/rootcacrl`]: ok(`${bytesToHex(DER)}\n`),
    };
    const found = await fetchIntelCollateral(site(all).client, { ...request, baseUrl: base });
    expect(found.value).toEqual(expected);
    const elsewhere = { ...pages(base, 'tdx'), 'https://mirror.example/root': ok(DER) };
    const rootCrlUrl = 'https://mirror.example/root';
    const second = await fetchIntelCollateral(site(elsewhere).client, {
      ...request,
      baseUrl: base,
      rootCrlUrl,
    });
    expect(second.value).toEqual(expected);
  });

  it('asks for the early evaluation if told to', async () => {
    const early = Object.fromEntries(
      Object.entries(pages(INTEL, 'tdx')).map(([url, reply]) => [
        url.replace('update=standard', 'update=early'),
        reply,
      ]),
    );
    const { client } = site({ ...early, [ROOT]: ok(DER) });
    expect((await fetchIntelCollateral(client, { ...request, update: 'early' })).value).toEqual(
      expected,
    );
  });

  it('tells the age of the oldest answer, and asks only for what is old', async () => {
    const clock = fakeClock();
    const { fetch, sent } = fakeSite({
      ...pages(INTEL, 'tdx'),
      ...pages(INTEL, 'sgx'),
      [ROOT]: ok(DER),
    });
    const client = createClient({ fetch, clock });
    const first = await fetchIntelCollateral(client, request);
    clock.advance(60_000);
    const second = await fetchIntelCollateral(client, { ...request, tee: 'sgx' });
    expect(second.fetchedAt).toEqual(first.fetchedAt);
    expect(sent).toHaveLength(6);
  });

  it('keeps no answer without its chain, so that the next request is answered anew', async () => {
    const url = `${INTEL}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`;
    const good = pages(INTEL, 'tdx');
    const replies: Record<string, Reply> = { ...good, [ROOT]: ok(DER), [url]: ok(DER) };
    const { client } = site(replies);
    await expect(fetchIntelCollateral(client, request)).rejects.toThrow(failure('fetch_malformed'));
    replies[url] = good[url]!;
    expect((await fetchIntelCollateral(client, request)).value).toEqual(expected);
  });

  it('refuses answers without chains or lists', async () => {
    for (const [url, reply] of [
      [`${INTEL}/tdx/certification/v4/tcb?fmspc=00906ED50000&update=standard`, ok('{tcb}')],
      [
        `${INTEL}/tdx/certification/v4/qe/identity?update=standard`,
        ok('{qe}', { 'SGX-Enclave-Identity-Issuer-Chain': '%E0%A4%A' }),
      ],
      [`${INTEL}/sgx/certification/v4/pckcrl?ca=platform&encoding=der`, ok(DER)],
      [ROOT, ok('<html>')],
      [ROOT, ok('')],
      [ROOT, ok(Uint8Array.of(0xff))],
      [ROOT, ok('31')],
    ] as const) {
      const { client } = site({ ...pages(INTEL, 'tdx'), [ROOT]: ok(DER), [url]: reply });
      await expect(fetchIntelCollateral(client, request)).rejects.toThrow(
        failure('fetch_malformed'),
      );
    }
    const { client } = site({});
    await expect(fetchIntelCollateral(client, request)).rejects.toThrow(failure('fetch_not_found'));
    const fmspc = new Uint8Array(5);
    await expect(fetchIntelCollateral(client, { ...request, fmspc })).rejects.toThrow(RangeError);
  });
});

describe('AMD', () => {
  const KDS = 'https://kdsintf.amd.com';
  const chipId = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
  const tcb = { bootloader: 4, tee: 0, snp: 23, microcode: 213 };

  it('is asked for a VCEK by chip and reported versions', async () => {
    const path = `${bytesToHex(chipId)}?blSPL=04&teeSPL=00&snpSPL=23&ucodeSPL=213`;
    for (const product of ['Milan', 'Genoa'] as const) {
      const { client, sent } = site({ [`${KDS}/vcek/v1/${product}/${path}`]: ok(DER) });
      expect((await fetchVcek(client, { product, chipId, tcb })).value).toEqual(DER);
      await fetchVcek(client, { product, chipId, tcb });
      expect(sent).toHaveLength(1);
    }
  });

  it('is asked for a Turin VCEK by the short identifier, with the version of its FMC', async () => {
    const short = new Uint8Array(64);
    short.set(chipId.subarray(0, 8));
    const path = '0102030405060708?fmcSPL=01&blSPL=04&teeSPL=00&snpSPL=23&ucodeSPL=213';
    const { client } = site({ [`https://proxy.example/vcek/v1/Turin/${path}`]: ok(DER) });
    const request = { product: 'Turin', chipId: short, tcb: { ...tcb, fmc: 1 } } as const;
    const baseUrl = 'https://proxy.example';
    expect((await fetchVcek(client, { ...request, baseUrl })).value).toEqual(DER);
    await expect(fetchVcek(client, { ...request, tcb })).rejects.toThrow(RangeError);
    await expect(fetchVcek(client, { ...request, chipId })).rejects.toThrow(
      failure('fetch_request'),
    );
  });

  it('is not asked for what it cannot have', async () => {
    const { client, sent } = site({});
    const request = { product: 'Milan', chipId, tcb } as const;
    const masked = { ...request, chipId: new Uint8Array(64) };
    await expect(fetchVcek(client, masked)).rejects.toThrow(failure('fetch_request'));
    const short = { ...request, chipId: new Uint8Array(8) };
    await expect(fetchVcek(client, short)).rejects.toThrow(RangeError);
    for (const snp of [-1, 256, 1.5, Number.NaN])
      await expect(fetchVcek(client, { ...request, tcb: { ...tcb, snp } })).rejects.toThrow(
        RangeError,
      );
    expect(sent).toHaveLength(0);
    await expect(fetchVcek(client, request)).rejects.toThrow(failure('fetch_not_found'));
    expect(sent).toHaveLength(1);
  });

  it('is asked for the chain and the list of VCEKs and of VLEKs', async () => {
    for (const key of ['vcek', 'vlek'] as const) {
      const { client } = site({
        [`${KDS}/${key}/v1/Genoa/cert_chain`]: ok(PEM),
        [`${KDS}/${key}/v1/Genoa/crl`]: ok(DER),
      });
      const found = await fetchSnpAuthority(client, { product: 'Genoa', key });
      expect(found.value).toEqual({ chain: PEM, crl: DER });
    }
  });

  it('has its answers refused if they are of another kind', async () => {
    for (const [chain, crl] of [
      ['no chain', DER],
      [PEM, 'no list'],
    ] as const) {
      const { client } = site({
        [`${KDS}/vcek/v1/Milan/cert_chain`]: ok(chain),
        [`${KDS}/vcek/v1/Milan/crl`]: ok(crl),
      });
      await expect(fetchSnpAuthority(client, { product: 'Milan' })).rejects.toThrow(
        failure('fetch_malformed'),
      );
    }
  });
});

describe('NVIDIA', () => {
  const id = 'NV_GPU_DRIVER_GH100_550.144.03';
  const url = `https://rim.attestation.nvidia.com/v1/rim/${id}`;
  const xml = new TextEncoder().encode('<SoftwareIdentity/>');
  const envelope = {
    id,
    rim: btoa('<SoftwareIdentity/>'),
    sha256: bytesToHex(sha256(xml)),
    rim_format: 'TCG',
    last_updated: '2025-03-14T15:09:03.011000',
  };

  it('is asked for a manifest by its name', async () => {
    const { client } = site({ [url]: ok(JSON.stringify(envelope)) });
    expect((await fetchManifest(client, { id })).value).toEqual(xml);
    const mirror = site({ [`https://m.example/v1/rim/${id}`]: ok(JSON.stringify(envelope)) });
    const found = await fetchManifest(mirror.client, { id, baseUrl: 'https://m.example' });
    expect(found.value).toEqual(xml);
  });

  it('has its answer refused if it is another manifest, damaged, or none', async () => {
    for (const body of [
      '',
      '[]',
      'null',
      '{}',
      JSON.stringify({ ...envelope, id: 'NV_GPU_DRIVER_GH100_1.1' }),
      JSON.stringify({ ...envelope, rim_format: 'CORIM' }),
      JSON.stringify({ ...envelope, rim: '*' }),
      JSON.stringify({ ...envelope, rim: btoa('<other/>') }),
      JSON.stringify({ ...envelope, sha256: undefined }),
    ]) {
      const { client } = site({ [url]: ok(body) });
      await expect(fetchManifest(client, { id })).rejects.toThrow(failure('fetch_malformed'));
    }
  });

  it('is not asked for names that would change the address', async () => {
    const { client, sent } = site({});
    for (const bad of ['', 'ids', '../ids', 'NV_/..', 'NV_A?b', `NV_${'A'.repeat(200)}`, 'NV_A_..'])
      await expect(fetchManifest(client, { id: bad })).rejects.toThrow(failure('fetch_request'));
    expect(sent).toHaveLength(0);
  });

  it('is sent OCSP requests, each anew', async () => {
    const { client, sent } = site({ 'https://ocsp.ndis.nvidia.com': ok(DER) });
    const request = Uint8Array.of(0x30, 0x00);
    expect((await fetchOcsp(client, { request })).value).toEqual(DER);
    await fetchOcsp(client, { request });
    expect(sent.map(({ init }) => [init.method, init.body])).toEqual([
      ['POST', request],
      ['POST', request],
    ]);
  });

  it('is asked for the keys of its attestation service, per issuer', async () => {
    const { client } = site({
      'https://nras.attestation.nvidia.com/.well-known/jwks.json': ok('{"keys":[]}'),
      'https://other.example/.well-known/jwks.json': ok('{"keys":[1]}'),
      'https://broken.example/.well-known/jwks.json': ok('<html>'),
    });
    const text = async (issuer?: string) => {
      const { value } = await fetchNrasKeys(client, issuer === undefined ? {} : { issuer });
      return new TextDecoder().decode(value);
    };
    expect(await text()).toBe('{"keys":[]}');
    expect(await text('https://other.example')).toBe('{"keys":[1]}');
    await expect(text('https://broken.example')).rejects.toThrow(failure('fetch_malformed'));
  });
});
