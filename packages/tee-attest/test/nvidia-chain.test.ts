import { seededRandom } from '@barycenter/testing';
import { integer, octets, oid, sequence } from '@barycenter/testing/der-writer';
import { testKey } from '@barycenter/testing/synthetic-ca';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNvidiaChain } from '../src/nvidia/chain.ts';
import {
  compositeId,
  type Device,
  type Issued,
  issue,
  NOW,
  pemOf,
  tcbInfo,
  testDevice,
  testVendor,
  type Vendor,
} from './synthetic-device.ts';

let vendor: Vendor;
let gpu: Device;
beforeAll(async () => {
  vendor = await testVendor();
  gpu = await testDevice(vendor, 'GH100');
});

async function codeOf(pem: string, { now = NOW, trust = vendor.trust } = {}): Promise<string> {
  const result = await prepareNvidiaChain(pem, { now, trust });
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  return result.ok ? 'ok' : result.code;
}

describe('a chain of a device', () => {
  it('tells architecture, kind, firmware and device', async () => {
    for (const [architecture, kind] of [
      ['GH100', 'gpu'],
      ['GB100', 'gpu'],
      ['LS_10', 'switch'],
    ] as const) {
      const device = await testDevice(vendor, architecture);
      const result = await prepareNvidiaChain(device.pem, { now: NOW, trust: vendor.trust });
      if (!result.ok) throw new Error(result.code);
      const { identity } = result.facts;
      expect(identity).toMatchObject({ architecture, kind, fwid: device.fwid });
      expect(identity.ueid).toBe(String(device.chain[0].serial));
    }
  });

  it('names the device by the key that the provisioner certified, whatever firmware runs', async () => {
    const key = await testKey('P-384');
    const ids = await Promise.all(
      [{ key }, { key }, {}].map(async (device) => {
        const { pem } = await testDevice(vendor, 'GH100', { device });
        const result = await prepareNvidiaChain(pem, { now: NOW, trust: vendor.trust });
        return result.ok && Buffer.from(result.facts.identity.deviceId).toString('hex');
      }),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('has five certificates', async () => {
    const [leaf, device, ...rest] = gpu.chain;
    expect(await codeOf(pemOf(gpu.chain.slice(0, 4)))).toBe('chain_length');
    expect(await codeOf(pemOf([leaf, device, device, ...rest]))).toBe('chain_length');
    expect(await codeOf(pemOf(Array(9).fill(leaf)))).toBe('pem_malformed');
  });

  it('has them leaf first', async () => {
    expect(await codeOf(pemOf([...gpu.chain].reverse()))).toBe('chain_wrong_role');
    const [leaf, device, ...rest] = gpu.chain;
    expect(await codeOf(pemOf([device, leaf, ...rest]))).toBe('chain_wrong_role');
  });

  it('ends in a pinned root, not in another of the same name', async () => {
    const other = await testVendor();
    expect(await codeOf(gpu.pem, { trust: other.trust })).toBe('chain_untrusted_root');
    const forged = pemOf([...gpu.chain.slice(0, 4), other.root]);
    expect(await codeOf(forged)).toBe('chain_untrusted_root');
    expect(await codeOf(forged, { trust: other.trust })).toBe('chain_signature_invalid');
  });

  it('has the names of its roles, all of one architecture', async () => {
    const named = (options: Parameters<typeof testDevice>[2]) =>
      testDevice(vendor, 'GH100', options).then(({ pem }) => codeOf(pem));
    expect(await named({ deviceName: 'GX100 A01 GSP BROM' })).toBe('chain_wrong_role');
    expect(await named({ deviceName: 'GH100 A01 GSP FMC LF' })).toBe('chain_wrong_role');
    expect(await named({ leafName: 'GH100 A01 GSP BROM' })).toBe('chain_wrong_role');
    expect(await named({ leafName: 'GB100 A01 GSP FMC LF' })).toBe('chain_wrong_role');
    expect(await named({ deviceName: 'constructor BROM' })).toBe('chain_wrong_role');
    for (const name of ['NVIDIA GH100 Provisioner ICA 1 Test', 'NVIDIA GH100 Provisioner ICA']) {
      const other = await issue(name, vendor.identities.GH100);
      const provisioners = { ...vendor.provisioners, GH100: other };
      const { pem } = await testDevice({ ...vendor, provisioners }, 'GH100');
      expect(await codeOf(pem)).toBe('chain_wrong_role');
    }
  });

  it('cannot pass one architecture off as another', async () => {
    const [leaf, device] = (await testDevice(vendor, 'GB100')).chain;
    const { GH100: provisioner } = vendor.provisioners;
    const spoofed = [leaf, device, provisioner, vendor.identities.GH100, vendor.root];
    expect(await codeOf(pemOf(spoofed))).toBe('chain_wrong_role');
    const wrongIdentity = [...gpu.chain.slice(0, 3), vendor.identities.GB100, vendor.root];
    expect(await codeOf(pemOf(wrongIdentity))).toBe('chain_wrong_role');
    const renamed = await testDevice(vendor, 'GH100', {
      deviceName: 'GB100 A01 GSP BROM',
      leafName: 'GB100 A01 GSP FMC LF',
    });
    expect(await codeOf(renamed.pem)).toBe('chain_wrong_role');
  });

  it('has a leaf that signs and issues nothing, below authorities', async () => {
    const usage = await testDevice(vendor, 'GH100', { leaf: { keyUsage: [5] } });
    expect(await codeOf(usage.pem)).toBe('chain_wrong_role');
    const authority = await testDevice(vendor, 'GH100', { leaf: { authority: {}, keyUsage: [0] } });
    expect(await codeOf(authority.pem)).toBe('chain_wrong_role');
    const plain = await testDevice(vendor, 'GH100', { device: { authority: undefined } });
    expect(await codeOf(plain.pem)).toBe('chain_not_ca');
  });

  it('has the signature of each next certificate', async () => {
    const other = await testDevice(vendor, 'GH100');
    const [leaf] = gpu.chain;
    expect(await codeOf(pemOf([leaf, ...other.chain.slice(1)]))).toBe('gpu_fwid_mismatch');
    const provisioner = await issue('NVIDIA GH100 Provisioner ICA 1', vendor.identities.GH100);
    const replaced = [...gpu.chain.slice(0, 2), provisioner, ...gpu.chain.slice(3)];
    expect(await codeOf(pemOf(replaced))).toBe('chain_signature_invalid');
    const renamed = await issue('NVIDIA GH100 Provisioner ICA 2', vendor.identities.GH100);
    const foreign = [...gpu.chain.slice(0, 2), renamed, ...gpu.chain.slice(3)];
    expect(await codeOf(pemOf(foreign))).toBe('chain_issuer_mismatch');
  });

  it('is judged at the given time', async () => {
    expect(await codeOf(gpu.pem, { now: new Date('2025-12-31T23:59:59Z') })).toBe(
      'chain_not_yet_valid',
    );
    expect(await codeOf(gpu.pem, { now: new Date('2036-01-01T00:00:01Z') })).toBe('chain_expired');
  });

  it('that is no PEM, or too much, is refused', async () => {
    for (const text of ['', 'no PEM', gpu.pem.slice(20), `${gpu.pem}x`, ' '.repeat(20_000)])
      expect(await codeOf(text)).toBe('pem_malformed');
  });
});

describe('random bytes', () => {
  it('as a chain are refused and nothing else', async () => {
    const random = seededRandom(1422);
    const issued = (bytes: Uint8Array<ArrayBuffer>): Issued => ({
      ...gpu.chain[0],
      certificate: bytes,
    });
    for (let round = 0; round < 100; round++) {
      const pem = pemOf(gpu.chain.map(() => issued(random.bytes(1 + random.integer(1500)))));
      expect(await codeOf(pem), `seed ${random.seed}`).toMatch(/^(pem|der|certificate)_malformed$/);
      const text = String.fromCharCode(...random.bytes(random.integer(1000)));
      expect(await codeOf(text), `seed ${random.seed}`).toBe('pem_malformed');
    }
    const large = new TextDecoder('latin1').decode(random.bytes(1_000_000));
    expect(await codeOf(large)).toBe('pem_malformed');
  });

  it('in place of a part of a certificate are refused and nothing else', async () => {
    const random = seededRandom(1423);
    for (let round = 0; round < 300; round++) {
      const i = random.integer(5);
      const chain = gpu.chain.map((one, at) => {
        if (at !== i) return one;
        const certificate = one.certificate.slice();
        const start = random.integer(certificate.length - 8);
        certificate[start] = (certificate[start] ?? 0) ^ (1 + random.integer(255));
        certificate.set(random.bytes(random.integer(7)), start + 1);
        return { ...one, certificate };
      });
      expect(await codeOf(pemOf(chain)), `seed ${random.seed}, round ${round}`).not.toBe('ok');
    }
  });
});

describe('the firmware identifier', () => {
  const withExtensions = async (
    extensions: NonNullable<NonNullable<Parameters<typeof testDevice>[2]>['extensions']>,
  ): Promise<string> => {
    const { pem } = await testDevice(vendor, 'GH100', { extensions });
    return codeOf(pem);
  };
  const sha384 = '2.16.840.1.101.3.4.2.2';
  const composite = (version: number, spki: Uint8Array, hash: string, fwid: Uint8Array) => [
    {
      oid: '2.23.133.5.4.1',
      value: sequence(integer(version), spki, sequence(oid(hash), octets(fwid))),
    },
  ];

  it('stands in one extension of either form', async () => {
    expect(await withExtensions(compositeId)).toBe('ok');
    expect(await withExtensions(tcbInfo)).toBe('ok');
    expect(await withExtensions(() => [])).toBe('gpu_fwid_mismatch');
    const both = (...given: Parameters<typeof tcbInfo>) => [
      ...tcbInfo(...given),
      ...compositeId(...given),
    ];
    expect(await withExtensions(both)).toBe('gpu_fwid_mismatch');
  });

  it('may be in a critical extension, which no other may', async () => {
    const critical = (...given: Parameters<typeof compositeId>) =>
      compositeId(...given).map((one) => ({ ...one, critical: true }));
    expect(await withExtensions(critical)).toBe('ok');
    const unknown = (...given: Parameters<typeof compositeId>) => [
      ...compositeId(...given),
      { oid: '2.23.133.5.4.9', critical: true, value: sequence() },
    ];
    expect(await withExtensions(unknown)).toBe('chain_critical_extension');
  });

  it('belongs to the key that issued the leaf', async () => {
    const other = await testKey('P-384');
    expect(await withExtensions((_, fwid) => compositeId(other, fwid))).toBe('gpu_fwid_mismatch');
  });

  it('is of SHA-384, in version 1', async () => {
    expect(await withExtensions((key, fwid) => composite(1, key.spki, sha384, fwid))).toBe('ok');
    expect(await withExtensions((key, fwid) => composite(2, key.spki, sha384, fwid))).toBe(
      'gpu_fwid_mismatch',
    );
    const short = await withExtensions((key, fwid) =>
      composite(1, key.spki, sha384, fwid.subarray(1)),
    );
    expect(short).toBe('gpu_fwid_mismatch');
    const sha512 = '2.16.840.1.101.3.4.2.3';
    expect(await withExtensions((key, fwid) => composite(1, key.spki, sha512, fwid))).toBe(
      'gpu_fwid_mismatch',
    );
    const empty = await withExtensions(() => [{ oid: '2.23.133.5.4.1.1', value: sequence() }]);
    expect(empty).toBe('gpu_fwid_mismatch');
    const garbage = await withExtensions(() => [
      { oid: '2.23.133.5.4.1', value: Uint8Array.of(0x30, 0x05) },
    ]);
    expect(garbage).toBe('der_malformed');
  });
});
