import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVectors, vectorsFolder } from '@barycenter/testing';
import { testCertificate } from '@barycenter/testing/synthetic-ca';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../src/certificate.ts';
import { portableCrypto } from '../src/crypto.ts';
import { verifyNvidiaDevice } from '../src/nvidia/device.ts';
import { ocspRequest } from '../src/nvidia/ocsp-request.ts';
import { manifestOcspRequests, verifyReferenceManifest } from '../src/nvidia/rim.ts';
import { createManifestCache } from '../src/nvidia/rim-cache.ts';
import { RIM_VECTORS, rimCases } from './cases/nvidia-rim.ts';
import { type Issued, NOW, type TestAnswer, testAnswer } from './synthetic-device.ts';
import {
  body,
  manifest,
  NAMES,
  RIM_NOW as now,
  type RimAuthority,
  resource,
  rimAuthority,
} from './synthetic-rim.ts';

const folder = vectorsFolder('tee');
const real = (path: string) =>
  new Uint8Array(readFileSync(join(findVectors('tee')!, 'nvidia', path)));

let authority: RimAuthority;
beforeAll(async () => {
  authority = await rimAuthority();
});

async function codeOf(
  xml: Uint8Array | string,
  { trust } = authority,
  at: Date = now,
): Promise<string> {
  const bytes = typeof xml === 'string' ? new TextEncoder().encode(xml) : xml;
  const result = await verifyReferenceManifest(bytes, { now: at, trust });
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  return result.ok ? 'ok' : result.code;
}

async function text(options?: Parameters<typeof manifest>[1]): Promise<string> {
  return new TextDecoder().decode(await manifest(authority, options));
}

describe.runIf(folder !== undefined)('published manifests', () => {
  for (const { name, run } of rimCases(real)) it(name, run);

  it('are found the same by signatures in JavaScript', async () => {
    const crypto = portableCrypto();
    for (const { path, now: at } of RIM_VECTORS.slice(3, 10)) {
      const options = { now: new Date(at) };
      const [web, portable] = await Promise.all([
        verifyReferenceManifest(real(path), options),
        verifyReferenceManifest(real(path), { ...options, crypto }),
      ]);
      expect(portable).toEqual(web);
    }
  });

  it('give the hashes that stand in the file, index by index', async () => {
    const xml = real('switch-ls10/vbios_rim.xml');
    const result = await verifyReferenceManifest(xml, { now });
    const facts = result.ok ? result.facts : undefined;
    expect(facts?.sha256).toEqual(sha256(xml));
    expect(facts?.expiresAt).toEqual(new Date('2027-11-02T23:59:59Z'));
    const source = new TextDecoder().decode(xml);
    const written = [
      ...source.matchAll(/index="(\d+)" active="(\w+)" alternatives="(\d)"(.*?) name/g),
    ];
    expect(written).toHaveLength(64);
    for (const [, index, active, count, hashes] of written) {
      const found = facts?.measurements.find((one) => one.index === Number(index));
      expect(found?.active).toBe(active === 'True');
      expect(found?.size).toBe(48);
      const values = [...hashes!.matchAll(/Hash\d="([0-9a-f]{96})"/g)].map(([, hash]) => hash);
      expect(values).toHaveLength(Number(count));
      expect(found?.alternatives.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(values);
    }
  });
});

describe('a manifest of a synthetic hierarchy', () => {
  it('is accepted under its own root and refused under the production root', async () => {
    const xml = await manifest(authority);
    expect(await codeOf(xml)).toBe('ok');
    const result = await verifyReferenceManifest(xml, { now });
    expect(result).toMatchObject({ ok: false, code: 'chain_untrusted_root' });
  });

  it('may be laid out in any way that has the same canonical form, with the same facts', async () => {
    const plain = await manifest(authority);
    const relaid = new TextDecoder()
      .decode(plain)
      .replaceAll(' index=', '\n\t index = ')
      .replaceAll('></Resource>', ' />')
      .replaceAll('name="m"', "name='&#109;'")
      .concat('\n\n');
    const trust = authority.trust;
    const [left, right] = await Promise.all([
      verifyReferenceManifest(plain, { now, trust }),
      verifyReferenceManifest(new TextEncoder().encode(relaid), { now, trust }),
    ]);
    if (!left.ok || !right.ok) throw new Error('refused');
    const { sha256: leftHash, ...leftFacts } = left.facts;
    const { sha256: rightHash, ...rightFacts } = right.facts;
    expect(rightFacts).toEqual(leftFacts);
    expect(rightHash).not.toEqual(leftHash);
  });

  it('says nothing by elements of another vocabulary', async () => {
    const foreign = '<h:Meta colloquialVersion="999.99.99"></h:Meta><h:Payload></h:Payload>';
    const xml = await manifest(authority, { content: foreign + body() });
    const result = await verifyReferenceManifest(xml, { now, trust: authority.trust });
    expect(result).toMatchObject({ ok: true, facts: { version: '550.90.07' } });
  });

  it('is refused if its contents, its digest or its signature were changed', async () => {
    const xml = await text();
    expect(await codeOf(xml.replace('550.90.07', '550.90.08'))).toBe('xml_digest_mismatch');
    expect(await codeOf(xml.replace('abab', 'abac'))).toBe('xml_digest_mismatch');
    expect(await codeOf(xml.replace('<Meta', ' <Meta'))).toBe('xml_digest_mismatch');
    const digest = /DigestValue>(.)/.exec(xml)![1]!;
    const changed = xml.replace(/DigestValue>./, `DigestValue>${digest === 'A' ? 'B' : 'A'}`);
    expect(await codeOf(changed)).toBe('xml_signature_invalid');
    const other = new TextDecoder().decode(await manifest(await rimAuthority()));
    const stolen = /<ds:SignatureValue>.*?<\/ds:SignatureValue>/.exec(other)![0];
    const forged = xml.replace(/<ds:SignatureValue>.*?<\/ds:SignatureValue>/, stolen);
    expect(await codeOf(forged)).toBe('xml_signature_invalid');
  });

  it('is refused without a signature, with two, and with one that is no child of the root', async () => {
    const xml = await text();
    const signature = /<ds:Signature .*<\/ds:Signature>/.exec(xml)![0];
    expect(await codeOf(xml.replace(signature, ''))).toBe('xml_signature_missing');
    expect(await codeOf(xml.replace(signature, signature + signature))).toBe(
      'xml_signature_repeated',
    );
    const inside = xml.replace(signature, '').replace('</Payload>', `${signature}</Payload>`);
    expect(await codeOf(inside)).toBe('xml_signature_misplaced');
    expect(await codeOf(signature)).toBe('xml_signature_misplaced');
  });

  it('is refused if it wraps a signed manifest inside another', async () => {
    const xml = await text();
    const swid = 'xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"';
    const forged = body({ meta: '<Meta colloquialVersion="999.99.99"></Meta>', resources: '' });
    const around = `<SoftwareIdentity ${swid} tagId="x">${forged}${xml}</SoftwareIdentity>`;
    expect(await codeOf(around)).toBe('xml_signature_misplaced');
    const [start, signature] = [
      xml.split('<Meta')[0]!,
      /<ds:Signature .*<\/ds:Signature>/.exec(xml)![0],
    ];
    const signed = xml.replace(signature, '');
    const object = signature.replace(
      '</ds:Signature>',
      `<ds:Object>${signed}</ds:Object></ds:Signature>`,
    );
    expect(await codeOf(`${start}${forged}${object}</SoftwareIdentity>`)).toBe(
      'xml_signature_profile',
    );
  });

  const outside: readonly (readonly [string, string | RegExp, string])[] = [
    ['a reference to a part of the document', 'URI=""', 'URI="#signed"'],
    ['a reference without address', ' URI=""', ''],
    ['a reference with an identifier', 'URI=""', 'Id="x" URI=""'],
    ['a reference with a type', 'URI=""', 'URI="" Type="http://example.org/x"'],
    ['two references', /(<ds:Reference.*<\/ds:Reference>)/, '$1$1'],
    ['no reference', /<ds:Reference.*<\/ds:Reference>/, ''],
    ['another transform', /#enveloped-signature/, '#base64'],
    [
      'exclusive canonicalisation of the document',
      /(<ds:Transform Algorithm="http:\/\/www.w3.org\/)2006\/12\/xml-c14n11/,
      '$12001/10/xml-exc-c14n#',
    ],
    ['a third transform', /(<ds:Transform .*?<\/ds:Transform>)/, '$1$1'],
    ['Canonical XML with comments', /xml-c14n11/, 'xml-c14n11#WithComments'],
    ['Canonical XML 1.0', /2006\/12\/xml-c14n11/, 'TR/2001/REC-xml-c14n-20010315'],
    ['a transform with parameters', '</ds:Transform>', '<ds:XPath>1</ds:XPath></ds:Transform>'],
    ['a digest by SHA-256', /xmldsig-more#sha384/, 'xmlenc#sha256'],
    ['a signature by HMAC', 'ecdsa-sha384', 'hmac-sha384'],
    ['a signature by ECDSA with SHA-256', 'ecdsa-sha384', 'ecdsa-sha256'],
    ['a signature with an identifier', '<ds:Signature ', '<ds:Signature Id="x" '],
    ['a key beside the certificates', '<ds:KeyInfo>', '<ds:KeyInfo><ds:KeyName>x</ds:KeyName>'],
    ['a second set of certificates', '</ds:KeyInfo>', '<ds:X509Data></ds:X509Data></ds:KeyInfo>'],
    ['no certificates', /<ds:X509Cert.*<\/ds:X509Certificate>/, ''],
    ['seven certificates', /(<ds:X509Certificate>.*?<\/ds:X509Certificate>)/, '$1$1$1$1'],
    ['another kind of certificate', /X509Certificate>/g, 'X509CRL>'],
    ['text between the parts', '<ds:KeyInfo>', 'x<ds:KeyInfo>'],
    ['an element in another namespace', '<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="urn:x">'],
    ['a signature value that is no base64', '<ds:SignatureValue>', '<ds:SignatureValue>*'],
    ['a short signature value', /SignatureValue>.{64}/, 'SignatureValue>'],
    ['a short digest', /DigestValue>.{4}/, 'DigestValue>'],
    ['a digest with an element', '<ds:DigestValue>', '<ds:DigestValue><x/>'],
    ['a certificate with an attribute', '<ds:X509Certificate>', '<ds:X509Certificate a="">'],
  ];
  for (const [name, from, to] of outside) {
    it(`is refused as outside the signature profile with ${name}`, async () => {
      const xml = await text();
      const changed = xml.replace(from, to);
      expect(changed).not.toBe(xml);
      expect(await codeOf(changed)).toBe('xml_signature_profile');
    });
  }

  it('is refused with a document type, entity, comment, CDATA section or instruction', async () => {
    const xml = await text();
    expect(await codeOf(`<!DOCTYPE x [<!ENTITY a "b">]>${xml}`)).toBe('xml_forbidden');
    expect(await codeOf(`<?xml version="1.0"?>${xml}`)).toBe('xml_forbidden');
    expect(await codeOf(xml.replace('550.90.07', '&version;'))).toBe('xml_forbidden');
    expect(await codeOf(xml.replace('<Payload>', '<Payload><!-- -->'))).toBe('xml_forbidden');
    expect(await codeOf(xml.replace('<Payload>', '<Payload><![CDATA[]]>'))).toBe('xml_forbidden');
    expect(await codeOf(xml.replace('<Payload>', '<Payload><?a b?>'))).toBe('xml_forbidden');
    expect(await codeOf(xml.replace('DigestValue>', 'DigestValue><!---->'))).toBe('xml_forbidden');
  });

  it('is refused if its chain has a wrong role, length, order or link', async () => {
    for (const at of [0, 1, 2]) {
      const names = NAMES.map((name, i) => (i === at ? 'NVIDIA Firmware Signer' : name));
      const other = await rimAuthority({ names });
      expect(await codeOf(await manifest(other), other)).toBe('chain_wrong_role');
    }
    const short = await rimAuthority({ names: [NAMES[0], NAMES[2], NAMES[3]] });
    expect(await codeOf(await manifest(short), short)).toBe('chain_length');
    const { signer, chain } = authority;
    const [first, second, third, root] = chain as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(await codeOf(await manifest({ signer, chain: [first] }))).toBe('chain_length');
    const swapped = { signer, chain: [first, third, second, root] };
    expect(await codeOf(await manifest(swapped))).toBe('chain_issuer_mismatch');
    const foreign = (await rimAuthority()).chain;
    const unlinked = { signer, chain: [first, foreign[1]!, third, root] };
    expect(await codeOf(await manifest(unlinked))).toBe('chain_signature_invalid');
    const rootless = { signer, chain: [first, second, third, foreign[3]!] };
    expect(await codeOf(await manifest(rootless))).toBe('chain_untrusted_root');
  });

  it('is refused if the signer has another kind of key or may not sign documents', async () => {
    for (const options of [{ signerUsage: [5, 6] }, { signerKind: 'P-256' as const }]) {
      const other = await rimAuthority(options);
      const { signer } = authority;
      const { chain, trust } = other;
      expect(await codeOf(await manifest({ signer, chain }), { ...other, trust })).toBe(
        'rim_signature_key',
      );
    }
  });

  it('is judged at the given time, and a program without a clock is told so', async () => {
    const xml = await manifest(authority);
    expect(await codeOf(xml, authority, new Date('2025-12-31T23:59:59Z'))).toBe(
      'chain_not_yet_valid',
    );
    expect(await codeOf(xml, authority, new Date('2036-01-01T00:00:01Z'))).toBe('chain_expired');
    for (const bad of [undefined, 1_780_000_000, new Date(Number.NaN)]) {
      await expect(verifyReferenceManifest(xml, { now: bad as Date })).rejects.toThrow(TypeError);
    }
  });

  it('is refused if a certificate is none', async () => {
    const chain = [...authority.chain.slice(0, 3), Uint8Array.of(0x30, 0x00)];
    expect(await codeOf(await manifest({ signer: authority.signer, chain }))).toBe('der_malformed');
  });

  const malformed: readonly (readonly [string, Parameters<typeof manifest>[1]])[] = [
    ['another root element', { root: 'SoftwareIdentities' }],
    ['a root element of another vocabulary', { root: 'h:SoftwareIdentity' }],
    ['no tag identifier', { attributes: 'tagid="x"' }],
    ['an empty tag identifier', { attributes: 'tagId=""' }],
    ['no Meta', { content: body({ meta: '' }) }],
    ['two Metas', { content: body({ meta: '<Meta a="1"></Meta><Meta a="2"></Meta>' }) }],
    ['two Payloads', { content: `${body()}<Payload></Payload>` }],
    ['no version', { content: body({ meta: '<Meta product="GH100"></Meta>' }) }],
    [
      'a version of nothing',
      { content: body({ meta: '<Meta colloquialVersion="latest"></Meta>' }) },
    ],
    ['no measurements', { content: body({ resources: '' }) }],
    ['one index twice', { content: body({ resources: resource(3) + resource(3) }) }],
    ['an index beyond a byte', { content: body({ resources: resource(255) }) }],
    [
      'an index that is no number',
      { content: body({ resources: resource(0).replace('index="0"', 'index="00"') }) },
    ],
    ['a hash of another length', { content: body({ resources: resource(0, 'ab') }) }],
    ['a hash that is none', { content: body({ resources: resource(0, 'xy'.repeat(48)) }) }],
    [
      'more alternatives than hashes',
      { content: body({ resources: resource(0).replace('atives="1"', 'atives="2"') }) },
    ],
    [
      'no alternatives',
      { content: body({ resources: resource(0).replace('atives="1"', 'atives="0"') }) },
    ],
    [
      'neither alternatives nor hashes',
      {
        content: body({
          resources: resource(0)
            .replace('atives="1"', 'atives="0"')
            .replace(/ h:Hash0="\w+"/, ''),
        }),
      },
    ],
    [
      'a resource of another vocabulary',
      { content: body({ resources: resource(0).replaceAll('Resource', 'h:Resource') }) },
    ],
    [
      'hashes that do not count from 0',
      { content: body({ resources: resource(0).replace('Hash0', 'Hash1') }) },
    ],
    [
      'neither an active nor an inactive measurement',
      { content: body({ resources: resource(0).replace('True', 'true') }) },
    ],
    [
      'a resource of another type',
      { content: body({ resources: resource(0).replace('"Measurement"', '"Version"') }) },
    ],
    [
      'something else in the Payload',
      { content: body({ resources: `${resource(0)}<File></File>` }) },
    ],
    [
      'something inside a Resource',
      { content: body({ resources: resource(0).replace('></R', '>x</R') }) },
    ],
  ];
  for (const [name, options] of malformed) {
    it(`is refused, though genuine, with ${name}`, async () => {
      expect(await codeOf(await manifest(authority, options))).toBe('rim_malformed');
    });
  }
});

describe('revocation of the signer', () => {
  const issued = (i: number): Issued => ({
    subject: NAMES[i]!,
    key: authority.keys[i]!,
    certificate: authority.chain[i]!,
    serial: i + 1,
  });
  const at = NOW;
  const answers = (changed: number, changes: Omit<TestAnswer, 'about' | 'issuer'> = {}) =>
    Promise.all(
      [0, 1, 2].map(async (i) => ({
        response: await testAnswer({
          about: issued(i),
          issuer: issued(i + 1),
          ...(i === changed ? changes : {}),
        }),
      })),
    );

  it('is asked about by one request per certificate but the root', async () => {
    const requests = manifestOcspRequests(await manifest(authority));
    const [signer, issuer] = authority.chain.map(parseCertificate);
    expect(requests).toHaveLength(3);
    expect(requests[0]).toEqual(ocspRequest({ certificate: signer!, issuer: issuer! }));
  });

  it('is told by answers, and by nothing if there are none', async () => {
    const { trust } = authority;
    const xml = await manifest(authority);
    const cache = createManifestCache();
    const options = { now: at, trust };
    const soon = new Date(at.getTime() + 60_000);
    const ocsp = await answers(1, { nextUpdate: soon });
    for (const verify of [verifyReferenceManifest, cache.verify, cache.verify]) {
      const unasked = await verify(xml, options);
      expect(unasked).toMatchObject({ ok: true, facts: { revocationChecked: false } });
      const asked = await verify(xml, { ...options, ocsp });
      expect(asked).toMatchObject({
        ok: true,
        facts: { revocationChecked: true, expiresAt: soon },
      });
    }
  });

  it('is a refusal, as are missing, unknown and old answers, from the cache too', async () => {
    const { trust } = authority;
    const xml = await manifest(authority);
    const cache = createManifestCache();
    await cache.verify(xml, { now: at, trust });
    for (const i of [0, 1, 2]) {
      for (const [ocsp, code] of [
        [[], 'ocsp_missing'],
        [(await answers(i)).filter((_, j) => j !== i), 'ocsp_certificate_mismatch'],
        [await answers(i, { status: 'revoked' }), 'certificate_revoked'],
        [await answers(i, { status: 'unknown' }), 'ocsp_unknown'],
        [await answers(i, { nextUpdate: new Date(at.getTime() - 1000) }), 'ocsp_expired'],
      ] as const) {
        const options = { now: at, trust, ocsp };
        expect(await verifyReferenceManifest(xml, options)).toMatchObject({ ok: false, code });
        expect(await cache.verify(xml, options)).toMatchObject({ ok: false, code });
      }
    }
  });
});

describe.runIf(folder !== undefined)('published devices and manifests together', () => {
  for (const [path, at, nonceHex] of [
    [
      'hopper-545.00-full',
      '2024-06-01T00:00:00Z',
      '4cff7f5380ead8fad8ec2c531c110aca4302a88f603792801a8ca29ee151af2e',
    ],
    [
      'switch-ls10',
      '2026-06-01T00:00:00Z',
      '931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb',
    ],
  ] as const) {
    it(`${path} has the measurements that its genuine manifests demand`, async () => {
      const time = new Date(at);
      const load = async (name: string) => {
        const file = `${path}/${name}`;
        if (!existsSync(join(folder!, 'nvidia', file))) return undefined;
        const result = await verifyReferenceManifest(real(file), { now: time });
        if (!result.ok) throw new Error(result.code);
        return result.facts;
      };
      const [driverRim, vbiosRim] = [await load('driver_rim.xml'), await load('vbios_rim.xml')];
      const chain = new TextDecoder().decode(real(`${path}/chain.pem`));
      const result = await verifyNvidiaDevice(
        { report: real(`${path}/report.bin`), chain },
        { driverRim, vbiosRim },
        {
          now: time,
          nonce: Uint8Array.from(Buffer.from(nonceHex, 'hex')),
          revocation: 'unchecked',
          sampleNonce: 'accepted',
        },
      );
      // 21 of the driver and 12 of the VBIOS, less the video decoder's, which is off.
      const compared = path === 'switch-ls10' ? 31 : 32;
      expect(result).toMatchObject({ ok: true, facts: { measurements: { compared } } });
    });
  }
});

describe('a manifest cache', () => {
  it('checks a file once, and its times and roots at every use', async () => {
    const cache = createManifestCache();
    const { trust } = authority;
    const xml = await manifest(authority);
    const first = await cache.verify(xml, { now, trust });
    const second = await cache.verify(xml, { now, trust });
    expect(first.ok && second.ok && second.facts === first.facts).toBe(true);
    expect(second.checks.map(({ id }) => id)).not.toContain('nvidia.rim.signature');
    const late = await cache.verify(xml, { now: new Date('2036-06-01T00:00:00Z'), trust });
    expect(late).toMatchObject({ ok: false, code: 'chain_expired' });
    const early = await cache.verify(xml, { now: new Date('2020-06-01T00:00:00Z'), trust });
    expect(early).toMatchObject({ ok: false, code: 'chain_not_yet_valid' });
    const elsewhere = await cache.verify(xml, { now });
    expect(elsewhere).toMatchObject({ ok: false, code: 'chain_untrusted_root' });
    expect(cache.count).toBe(1);
  });

  it('keeps no refusal, and at most as many manifests as it may', async () => {
    const cache = createManifestCache({ capacity: 2 });
    const { trust } = authority;
    const files = await Promise.all(
      [0, 1, 2].map((index) =>
        manifest(authority, { content: body({ resources: resource(index) }) }),
      ),
    );
    const known = async (i: number) => {
      const { checks } = await cache.verify(files[i]!, { now, trust });
      return checks.some(({ id }) => id === 'nvidia.rim.known');
    };
    expect((await cache.verify(files[0]!.subarray(1), { now, trust })).ok).toBe(false);
    expect(cache.count).toBe(0);
    expect([await known(0), await known(1), await known(0), await known(2)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(cache.count).toBe(2);
    expect(await known(0)).toBe(true);
    expect(await known(1)).toBe(false);
  });

  it('refuses a capacity that is none, and files that are too long', async () => {
    for (const capacity of [0, -1, 1.5, Number.NaN])
      expect(() => createManifestCache({ capacity })).toThrow(RangeError);
    const cache = createManifestCache();
    const long = await cache.verify(new Uint8Array(1_048_576), { now });
    expect(long).toMatchObject({ ok: false, code: 'xml_too_large' });
  });
});

it('a signer certificate that an end entity issued is refused', async () => {
  const { signer, chain, trust } = authority;
  const forged = await testCertificate({
    subject: NAMES[0],
    issuer: NAMES[0],
    key: signer,
    signer,
  });
  const long = { signer, chain: [forged, ...chain] };
  expect(await codeOf(await manifest(long), { ...authority, trust })).toBe('chain_not_ca');
});
