import { seededRandom } from '@barycenter/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import { MAX_REPORT_BYTES, parseGpuReport } from '../src/nvidia/report.ts';
import {
  type Device,
  type Fields,
  gpuFields,
  linkedGpuFields,
  NONCE,
  switchFields,
  testDevice,
  testReport,
  testVendor,
  withFields,
} from './synthetic-device.ts';

let gpu: Device;
let report: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  gpu = await testDevice(await testVendor(), 'GH100');
  report = await testReport(gpu);
});

function codeOf(bytes: Uint8Array): string {
  try {
    parseGpuReport(bytes);
    return 'ok';
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    return error.code;
  }
}

/** `bytes` with the byte at each position replaced. */
function changed(
  bytes: Uint8Array,
  ...changes: readonly (readonly [number, number])[]
): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [at, byte] of changes) copy[at] = byte;
  return copy;
}

async function fieldsCode(fields: Fields): Promise<string> {
  return codeOf(await testReport(gpu, fields));
}

const RESPONSE = 37;
const BLOCKS = RESPONSE + 8;
const BLOCK = 55;
const OPAQUE_LENGTH = BLOCKS + 64 * BLOCK + 32;

describe('a report', () => {
  it('gives its fields as views', () => {
    const { nonce, slot, measurements, responderNonce, signed, signature } = parseGpuReport(report);
    expect(nonce).toEqual(NONCE);
    expect(slot).toBe(0);
    expect(measurements.map(({ index }) => index)).toEqual([...Array(64).keys()]);
    expect(responderNonce).toEqual(new Uint8Array(32).fill(5));
    expect([...signed, ...signature]).toEqual([...report]);
    expect(signature).toHaveLength(96);
    expect(signed.buffer).toBe(report.buffer);
  });

  it('cut short anywhere is refused', () => {
    for (let length = 0; length < report.length; length++)
      expect(codeOf(report.subarray(0, length))).toBe('gpu_report_malformed');
  });

  it('with bytes after it is refused, so that the signature cannot move', () => {
    for (const extra of [1, 96])
      expect(codeOf(Uint8Array.from([...report, ...new Uint8Array(extra)]))).toBe(
        'gpu_report_malformed',
      );
  });

  it('asks for all measurements, signed, in SPDM 1.1, and is answered so', () => {
    for (const at of [0, 1, 2, 3, RESPONSE, RESPONSE + 1, RESPONSE + 2])
      expect(codeOf(changed(report, [at, 0x10]))).toBe('gpu_report_malformed');
  });

  it('is answered from the slot it asks', () => {
    expect(codeOf(changed(report, [36, 3]))).toBe('gpu_report_malformed');
    expect(codeOf(changed(report, [36, 3], [RESPONSE + 3, 3]))).toBe('ok');
    expect(codeOf(changed(report, [36, 8], [RESPONSE + 3, 8]))).toBe('gpu_report_malformed');
  });

  it('has as many measurements as it says, and as many bytes of them', () => {
    for (const count of [0, 63, 65])
      expect(codeOf(changed(report, [RESPONSE + 4, count]))).toBe('gpu_report_malformed');
    expect(codeOf(changed(report, [RESPONSE + 7, 1]))).toBe('gpu_report_malformed');
  });

  it('has measurements', async () => {
    const none = await testReport(gpu, gpuFields(gpu), { blocks: 0 });
    expect(codeOf(none)).toBe('gpu_report_malformed');
    const one = await testReport(gpu, gpuFields(gpu), { blocks: 1 });
    expect(codeOf(one)).toBe('ok');
  });

  it('has measurements 1 to n in order, none twice and none left out', () => {
    for (const index of [0, 1, 3, 255])
      expect(codeOf(changed(report, [BLOCKS + BLOCK, index]))).toBe('gpu_report_malformed');
  });

  it('has measurements that are 48-byte digests of firmware by DMTF', () => {
    for (const offset of [1, 2, 3, 4, 5, 6])
      expect(codeOf(changed(report, [BLOCKS + offset, 0x31]))).toBe('gpu_report_malformed');
  });

  it('has opaque data that end where the signature begins', () => {
    const low = report[OPAQUE_LENGTH] ?? 0;
    for (const length of [low - 1, low + 1])
      expect(codeOf(changed(report, [OPAQUE_LENGTH, length]))).toBe('gpu_report_malformed');
    expect(codeOf(changed(report, [OPAQUE_LENGTH + 1, 0xff]))).toBe('gpu_report_malformed');
  });

  it('longer than the bound is refused unread', () => {
    const long = new Uint8Array(MAX_REPORT_BYTES + 1);
    long.set(report);
    expect(codeOf(long)).toBe('gpu_report_malformed');
  });

  it('of random bytes is refused and nothing else', () => {
    const random = seededRandom(37);
    for (let round = 0; round < 300; round++) {
      const bytes = random.bytes(random.integer(round % 10 === 0 ? 1_000_000 : 6000));
      expect(codeOf(bytes), `seed ${random.seed}, round ${round}`).toMatch(/^gpu_/);
    }
  });

  it('with random bytes behind a sound header is refused or read, and nothing else', () => {
    const random = seededRandom(38);
    for (let round = 0; round < 2000; round++) {
      const copy = Uint8Array.from(report);
      const at = BLOCKS + random.integer(copy.length - BLOCKS);
      copy.set(random.bytes(1 + random.integer(Math.min(8, copy.length - at))), at);
      expect(['ok', 'gpu_report_malformed', 'gpu_opaque_malformed']).toContain(codeOf(copy));
    }
  });
});

describe('opaque data', () => {
  const read = async (fields: Fields) => parseGpuReport(await testReport(gpu, fields)).opaque;

  it('of a GPU give versions, board and features', async () => {
    expect(await read(gpuFields(gpu))).toMatchObject({
      kind: 'gpu',
      driverVersion: '545.00',
      vbiosVersion: '96.00.5E.00.01',
      nvdec: 'disabled',
      mode: 'single',
      project: '1010',
      projectSku: '0200',
      chipSku: '882',
      fwid: gpu.fwid,
    });
  });

  it('that leave features out leave them undefined', async () => {
    const old = gpuFields(gpu).filter(([type]) => type === 3 || type === 6);
    expect(await read(old)).toMatchObject({ nvdec: undefined, mode: undefined, fwid: undefined });
  });

  it('state protected PCIe by either of two fields', async () => {
    const unflagged = gpuFields(gpu).filter(([type]) => type !== 36);
    expect((await read(withFields(unflagged, [[21, Uint8Array.of(0xaa)]]))).mode).toBe(
      'protected-pcie',
    );
    const flagged = withFields(gpuFields(gpu), [[36, Uint8Array.of(2, 0)]]);
    expect((await read(flagged)).mode).toBe('protected-pcie');
    const multiple = withFields(gpuFields(gpu), [[36, Uint8Array.of(1, 0)]]);
    expect((await read(multiple)).mode).toBe('multiple');
  });

  it('of a GPU list its switches the way switches name themselves', async () => {
    const pdi = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const { links } = await read(linkedGpuFields(gpu, [pdi, pdi]));
    const node = await read(switchFields(pdi, [pdi]));
    expect(links).toEqual([node.pdi]);
    expect(node).toMatchObject({ kind: 'switch', links: ['0102030405060708'] });
  });

  it('with a field that nobody knows, or one twice, are refused', async () => {
    for (const type of [0, 27, 31, 37, 255, 65535])
      expect(await fieldsCode([...gpuFields(gpu), [type, Uint8Array.of(1)]])).toBe(
        'gpu_opaque_malformed',
      );
    for (const field of gpuFields(gpu))
      expect(await fieldsCode([...gpuFields(gpu), field])).toBe('gpu_opaque_malformed');
  });

  it('with a field that ends elsewhere are refused', async () => {
    const last = report.length - 96 - 2;
    for (const length of [0, 1, 3, 255])
      expect(codeOf(changed(report, [last - 2, length]))).toBe('gpu_opaque_malformed');
  });

  it('with a value or length that a field does not have are refused', async () => {
    const wrong: Fields = [
      [3, Uint8Array.of(0)],
      [3, new TextEncoder().encode('545\0')],
      [3, new TextEncoder().encode('545.0 0\0')],
      [3, Uint8Array.of(0x35, 0x2e, 0x80)],
      [3, new Uint8Array(65).fill(0x35)],
      [6, Uint8Array.of(0, 0x5e, 0, 0x96, 1, 0, 0)],
      [6, Uint8Array.of(0, 0x5e, 0, 0x96, 1, 0, 0, 1)],
      [11, Uint8Array.of(0x55, 0)],
      [11, Uint8Array.of(0x54)],
      [11, Uint8Array.of()],
      [17, Uint8Array.of(7)],
      [20, new Uint8Array(47)],
      [20, Uint8Array.of()],
      [21, Uint8Array.of(0)],
      [22, new Uint8Array(7)],
      [22, Uint8Array.of()],
      [36, Uint8Array.of(3, 0)],
      [36, Uint8Array.of(0, 1)],
      [36, Uint8Array.of(0)],
    ];
    for (const field of wrong)
      expect(await fieldsCode(withFields(gpuFields(gpu), [field])), `field ${field}`).toBe(
        'gpu_opaque_malformed',
      );
  });

  it('of a switch need one identifier, eight seats for GPUs, and a version', async () => {
    const sound = switchFields(new Uint8Array(8).fill(3), []);
    expect(await fieldsCode(sound)).toBe('ok');
    for (const field of [
      [22, new Uint8Array(16)],
      [26, new Uint8Array(56)],
      [6, Uint8Array.of()],
    ] as const)
      expect(await fieldsCode(withFields(sound, [field]))).toBe('gpu_opaque_malformed');
    expect(await fieldsCode(sound.slice(1))).toBe('gpu_opaque_malformed');
  });
});
