import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNvidiaChain } from '../src/nvidia/chain.ts';
import {
  type NvidiaFleetDevice,
  type NvidiaFleetOptions,
  verifyNvidiaFleet,
} from '../src/nvidia/fleet.ts';
import {
  type Device,
  gpuFields,
  linkedGpuFields,
  NONCE,
  NOW,
  switchFields,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
} from './synthetic-device.ts';

const PDI = [1, 2].map((byte) => new Uint8Array(8).fill(byte));
const GPU_IDS = [11, 12].map((byte) => new Uint8Array(8).fill(byte));

let vendor: Vendor;
let gpus: readonly Device[];
let switches: readonly Device[];
let options: Omit<NvidiaFleetOptions, 'expected'>;
beforeAll(async () => {
  vendor = await testVendor();
  const make = (name: 'GH100' | 'LS_10') =>
    Promise.all([testDevice(vendor, name), testDevice(vendor, name)]);
  [gpus, switches] = await Promise.all([make('GH100'), make('LS_10')]);
  options = {
    now: NOW,
    nonce: NONCE,
    trust: vendor.trust,
    revocation: 'unchecked',
    manifests: 'unchecked',
  };
});

const evidence = (report: Uint8Array, { pem }: Device): NvidiaFleetDevice => ({
  evidence: { report, chain: pem },
  collateral: {},
});

const plain = (nonce = NONCE): Promise<NvidiaFleetDevice[]> =>
  Promise.all(
    gpus.map(async (gpu) => evidence(await testReport(gpu, gpuFields(gpu), { nonce }), gpu)),
  );

/** Two GPUs that see `seen`, two switches that see `gpuIds`. */
const linked = (seen = PDI, gpuIds: readonly (typeof PDI)[] = [GPU_IDS, GPU_IDS]) =>
  Promise.all([
    ...gpus.map(async (gpu) => evidence(await testReport(gpu, linkedGpuFields(gpu, seen)), gpu)),
    ...switches.map(async (node, i) => {
      const fields = switchFields(PDI[i] ?? NONCE, gpuIds[i] ?? []);
      return evidence(await testReport(node, fields, { blocks: 31 }), node);
    }),
  ]);

async function codeOf(
  devices: readonly NvidiaFleetDevice[],
  [gpuCount, switchCount]: readonly [number, number],
  changed: Partial<NvidiaFleetOptions> = {},
): Promise<string> {
  const expected = { gpus: gpuCount, switches: switchCount };
  const result = await verifyNvidiaFleet(devices, { ...options, expected, ...changed });
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  return result.ok ? 'ok' : result.code;
}

describe('the devices of a host', () => {
  it('are verified together and listed in the order of their identifiers', async () => {
    const devices = await plain();
    const expected = { gpus: 2, switches: 0 };
    const [one, other] = await Promise.all([
      verifyNvidiaFleet(devices, { ...options, expected }),
      verifyNvidiaFleet([...devices].reverse(), { ...options, expected }),
    ]);
    if (!one.ok || !other.ok) throw new Error('refused');
    const ids = one.facts.devices.map(({ deviceId }) => bytesToHex(deviceId));
    expect(ids).toEqual([...ids].sort());
    expect(other.facts.devices.map(({ deviceId }) => bytesToHex(deviceId))).toEqual(ids);
    expect(one.facts.expiresAt).toEqual(new Date('2036-01-01T00:00:00Z'));
  });

  it('are as many of each kind as expected', async () => {
    const devices = await plain();
    expect(await codeOf(devices, [2, 0])).toBe('ok');
    expect(await codeOf(devices.slice(1), [2, 0])).toBe('gpu_fleet_count');
    expect(await codeOf(devices, [1, 0])).toBe('gpu_fleet_count');
    expect(await codeOf(devices, [1, 1])).toBe('gpu_fleet_count');
    expect(await codeOf(await linked(), [2, 1])).toBe('gpu_fleet_count');
  });

  it('are all different, by device key and not by report', async () => {
    const [first, second] = await plain();
    const [gpu] = gpus;
    if (first === undefined || second === undefined || gpu === undefined) throw new Error('none');
    expect(await codeOf([first, first], [2, 0])).toBe('gpu_fleet_duplicate');
    const again = evidence(await testReport(gpu), gpu);
    expect(again.evidence.report).not.toEqual(first.evidence.report);
    expect(await codeOf([first, again], [2, 0])).toBe('gpu_fleet_duplicate');
    const key = gpu.chain[1].key;
    const renamed = await testDevice(vendor, 'GH100', { device: { key } });
    const reborn = evidence(await testReport(renamed), renamed);
    expect(await codeOf([first, reborn], [2, 0])).toBe('gpu_fleet_duplicate');
    expect(await codeOf([first, second], [2, 0])).toBe('ok');
  });

  it('each answer their own nonce, derived from their index and identifier', async () => {
    const nonce: NvidiaFleetOptions['nonce'] = ({ index, deviceId }) =>
      sha256(concatBytes(Uint8Array.of(index), deviceId));
    const chains = await Promise.all(
      gpus.map((gpu) => prepareNvidiaChain(gpu.pem, { now: NOW, trust: vendor.trust })),
    );
    const ids = chains.map((chain) => {
      if (!chain.ok) throw new Error(chain.code);
      return chain.facts.identity.deviceId;
    });
    const order = ids.map(bytesToHex).sort();
    const reports = (shift: number) =>
      Promise.all(
        gpus.map(async (gpu, i) => {
          const deviceId = ids[i] ?? NONCE;
          const index = (order.indexOf(bytesToHex(deviceId)) + shift) % 2;
          const own = nonce({ index, deviceId });
          return evidence(await testReport(gpu, gpuFields(gpu), { nonce: own }), gpu);
        }),
      );
    expect(await codeOf(await reports(0), [2, 0], { nonce })).toBe('ok');
    expect(await codeOf(await reports(1), [2, 0], { nonce })).toBe('gpu_nonce_mismatch');
    expect(await codeOf(await plain(), [2, 0], { nonce })).toBe('gpu_nonce_mismatch');
  });

  it('answer the nonce that the CPU evidence was bound to', async () => {
    const session = sha256(NONCE);
    expect(await codeOf(await plain(session), [2, 0], { nonce: session })).toBe('ok');
    expect(await codeOf(await plain(NONCE), [2, 0], { nonce: session })).toBe('gpu_nonce_mismatch');
  });

  it('fail together with the one that fails', async () => {
    const [first, second] = await plain();
    if (first === undefined || second === undefined) throw new Error('none');
    const forged = first.evidence.report.slice();
    forged[110] = (forged[110] ?? 0) ^ 1;
    const broken = { ...first, evidence: { ...first.evidence, report: forged } };
    expect(await codeOf([broken, second], [2, 0])).toBe('gpu_report_signature_invalid');
    expect(await codeOf([second, broken], [2, 0])).toBe('gpu_report_signature_invalid');
    const unreadable = { ...first, evidence: { ...first.evidence, chain: 'none' } };
    expect(await codeOf([unreadable, second], [2, 0])).toBe('pem_malformed');
  });

  it('are expected in numbers that can be, at a time', async () => {
    for (const expected of [
      { gpus: 0, switches: 0 },
      { gpus: -1, switches: 2 },
      { gpus: 65, switches: 0 },
      { gpus: 1.5, switches: 0 },
    ])
      await expect(verifyNvidiaFleet([], { ...options, expected })).rejects.toThrow(RangeError);
    const expected = { gpus: 2, switches: 0 };
    const timeless = { ...options, expected, now: new Date(Number.NaN) };
    await expect(verifyNvidiaFleet([], timeless)).rejects.toThrow(TypeError);
  });
});

describe('links in protected PCIe mode', () => {
  it('lead from every GPU to every attested switch and back', async () => {
    expect(await codeOf(await linked(), [2, 2])).toBe('ok');
  });

  it('to a switch that was not attested are refused', async () => {
    const third = new Uint8Array(8).fill(3);
    expect(await codeOf(await linked([...PDI, third]), [2, 2])).toBe('gpu_fleet_topology');
    const devices = (await linked()).slice(0, 3);
    expect(await codeOf(devices, [2, 1])).toBe('gpu_fleet_topology');
    expect(await codeOf(devices.slice(0, 2), [2, 0])).toBe('gpu_fleet_topology');
    expect(await codeOf(devices, [2, 1], { topology: 'unchecked' })).toBe('ok');
  });

  it('that leave out an attested switch are refused', async () => {
    expect(await codeOf(await linked(PDI.slice(0, 1)), [2, 2])).toBe('gpu_fleet_topology');
  });

  it('of switches that see other GPUs, or another number, are refused', async () => {
    const other = [GPU_IDS[0] ?? NONCE, new Uint8Array(8).fill(13)];
    expect(await codeOf(await linked(PDI, [GPU_IDS, other]), [2, 2])).toBe('gpu_fleet_topology');
    const one = GPU_IDS.slice(1);
    expect(await codeOf(await linked(PDI, [one, one]), [2, 2])).toBe('gpu_fleet_topology');
  });

  it('are looked at as soon as one GPU is in that mode', async () => {
    const [, second] = await plain();
    const [first] = await linked();
    if (first === undefined || second === undefined) throw new Error('none');
    expect(await codeOf([first, second], [2, 0])).toBe('gpu_fleet_topology');
  });
});
