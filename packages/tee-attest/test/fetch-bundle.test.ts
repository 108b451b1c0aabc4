import { seededRandom } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import {
  type Answer,
  type Bundle,
  bundleHash,
  createClient,
  decodeBundle,
  encodeBundle,
  fetchManifest,
  fetchSnpAuthority,
  MAX_BUNDLE_BYTES,
  MAX_BUNDLE_ENTRIES,
  offlineClient,
  recordAnswers,
} from '../src/fetch.ts';
import { fakeClock, fakeSite, ok } from './fake-service.ts';

const failure = (code: string) => expect.objectContaining({ name: 'TeeError', code });
const answer = (body: Uint8Array, headers: Record<string, string> = {}): Answer => ({
  body,
  headers,
  fetchedAt: new Date('2026-06-01T00:00:00Z'),
});
const EXAMPLE: Bundle = {
  evidence: new Map([
    ['report.bin', Uint8Array.of(1, 2, 3)],
    ['quote.bin', new Uint8Array()],
  ]),
  answers: new Map([
    ['intel/rootcrl', answer(Uint8Array.of(0x30, 0x00))],
    ['intel/pckcrl/platform', answer(Uint8Array.of(0x30), { b: '2', a: '1' })],
  ]),
};

describe('a bundle', () => {
  it('has one form, whatever the order in which it was filled', () => {
    const bytes = encodeBundle(EXAMPLE);
    const turned = {
      evidence: new Map([...EXAMPLE.evidence].reverse()),
      answers: new Map([...EXAMPLE.answers].reverse()),
    };
    expect(encodeBundle(turned)).toEqual(bytes);
    expect(bytesToHex(bundleHash(bytes))).toBe(
      'c1e9d70a0350fe535861f17debb245ad43b948f6af36f6db8a9061f7a64d1b7d',
    );
    expect(bundleHash(bytes)).toEqual(sha256(bytes));
  });

  it('is read back as it was written, at random sizes', () => {
    const random = seededRandom(61);
    for (let i = 0; i < 100; i++) {
      const names = () =>
        Array.from({ length: random.integer(6) }, () => bytesToHex(random.bytes(3)));
      const bundle = {
        evidence: new Map(names().map((name) => [name, random.bytes(random.integer(20_000))])),
        answers: new Map(
          names().map((key) => [key, answer(random.bytes(random.integer(99)), { key })]),
        ),
      };
      expect(decodeBundle(encodeBundle(bundle)), `seed ${random.seed}, round ${i}`).toEqual(bundle);
    }
  });

  it('is refused in any other form', () => {
    const text = new TextDecoder().decode(encodeBundle(EXAMPLE));
    const refused = (changed: string) => {
      expect(changed).not.toBe(text);
      expect(() => decodeBundle(new TextEncoder().encode(changed))).toThrow(
        failure('bundle_malformed'),
      );
    };
    for (const [from, to] of [
      ['{', ' {'],
      [',', ', '],
      ['"version":1', '"version":2'],
      ['"version":1', '"version":1,"version":1'],
      ['"version":1', '"version":1,"extra":0'],
      ['tee-bundle', 'tee-bundles'],
      ['AQID', 'AQI'],
      ['AQID', 'AQ ID'],
      ['AQID', 'AQI_'],
      ['"quote.bin"', '"report.bin"'],
      ['"quote.bin"', '"z.bin"'],
      ['"quote.bin"', '7'],
      ['"intel/pckcrl/platform"', '"intel/rootcrl"'],
      ['"intel/pckcrl/platform"', 'null'],
      ['["a","1"],["b","2"]', '["b","2"],["a","1"]'],
      ['["a","1"]', '["a"]'],
      ['["a","1"]', '["a","1","1"]'],
      ['["a","1"]', '"a"'],
      ['1780272000000', '1780272000000.5'],
      ['1780272000000', '1.780272e12'],
      ['1780272000000', '"now"'],
      ['1780272000000', '1e99'],
      ['"evidence":[', '"evidence":[null,'],
      ['"evidence":', '"proof":'],
      ['quote.bin', 'q'.repeat(513)],
    ] as const)
      refused(text.replace(from, to));
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff), new TextEncoder().encode('[]')])
      expect(() => decodeBundle(bytes)).toThrow(failure('bundle_malformed'));
    for (let length = 1; length < text.length; length += 7) refused(text.slice(0, -length));
  });

  it('has bounds, in writing as in reading', () => {
    const many = (count: number) =>
      new Map(Array.from({ length: count }, (_, i) => [`${i}`, new Uint8Array()]));
    const answers = new Map<string, Answer>();
    encodeBundle({ evidence: many(MAX_BUNDLE_ENTRIES), answers });
    const headers = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`h${i}`, '']));
    for (const bundle of [
      { evidence: many(MAX_BUNDLE_ENTRIES + 1), answers },
      { evidence: new Map([['n'.repeat(513), new Uint8Array()]]), answers },
      { evidence: many(0), answers: new Map([['a', answer(new Uint8Array(), headers)]]) },
      { evidence: new Map([['a', new Uint8Array(MAX_BUNDLE_BYTES)]]), answers },
    ])
      expect(() => encodeBundle(bundle)).toThrow(RangeError);
    expect(() => decodeBundle(new Uint8Array(MAX_BUNDLE_BYTES + 1))).toThrow(
      failure('bundle_malformed'),
    );
  });

  it('never crashes its reader', () => {
    const random = seededRandom(8);
    const bytes = encodeBundle(EXAMPLE);
    for (let i = 0; i < 500; i++) {
      const changed = Uint8Array.from(bytes);
      changed[random.integer(bytes.length)]! ^= 1 << random.integer(8);
      try {
        // What is still read must be written the same: there is one form only.
        expect(encodeBundle(decodeBundle(changed))).toEqual(changed);
      } catch (error) {
        expect(error, `seed ${random.seed}, round ${i}`).toEqual(failure('bundle_malformed'));
      }
      expect(() => decodeBundle(random.bytes(random.integer(400)))).toThrow(
        failure('bundle_malformed'),
      );
    }
  });

  it('lets the same requests be answered without a network, however much later', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
    const { fetch, sent } = fakeSite({
      'https://kdsintf.amd.com/vcek/v1/Milan/cert_chain': ok(pem),
      'https://kdsintf.amd.com/vcek/v1/Milan/crl': ok(Uint8Array.of(0x30, 0x00)),
    });
    const recording = recordAnswers(createClient({ fetch, clock: fakeClock() }));
    const online = await fetchSnpAuthority(recording.client, { product: 'Milan' });
    const bytes = encodeBundle({ evidence: new Map(), answers: recording.answers });
    const client = offlineClient(decodeBundle(bytes));
    expect(await fetchSnpAuthority(client, { product: 'Milan' })).toEqual(online);
    expect(sent).toHaveLength(2);
    await expect(fetchSnpAuthority(client, { product: 'Genoa' })).rejects.toThrow(
      failure('fetch_not_found'),
    );
  });

  it('gives answers that are checked like those of a network', async () => {
    const id = 'NV_GPU_DRIVER_GH100_550.144.03';
    const client = offlineClient({
      answers: new Map([
        [`nvidia/rim/${id}`, answer(new Uint8Array(MAX_BUNDLE_BYTES))],
        ['amd/vcek/Milan/crl', answer(Uint8Array.of(0x31))],
        ['nvidia/rim/NV_A', answer(new TextEncoder().encode('{}'))],
      ]),
    });
    await expect(fetchManifest(client, { id })).rejects.toThrow(failure('fetch_too_large'));
    const crl = client.get({
      key: 'amd/vcek/Milan/crl',
      url: '',
      maxBytes: 1,
      maxAgeMs: 0,
      check: () => {
        throw new TeeError('fetch_malformed', 'refused');
      },
    });
    await expect(crl).rejects.toThrow(failure('fetch_malformed'));
    await expect(fetchManifest(client, { id: 'NV_A' })).rejects.toThrow(failure('fetch_malformed'));
  });

  it('records no more answers than it can hold', async () => {
    const { client } = recordAnswers({
      get: async () => ({ ...answer(new Uint8Array()), stale: false }),
    });
    const request = { url: '', maxBytes: 1, maxAgeMs: 0 };
    for (let i = 0; i < MAX_BUNDLE_ENTRIES; i++) await client.get({ ...request, key: `${i}` });
    await client.get({ ...request, key: '0' });
    await expect(client.get({ ...request, key: 'one more' })).rejects.toThrow(RangeError);
  });
});
