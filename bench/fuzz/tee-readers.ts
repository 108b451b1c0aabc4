/**
 * A second reading of quotes and reports, for the fuzzer: fields by their offsets as the vendors' tables
 * print them, and no check that the offsets do not need. What is longer or shorter than its lengths say is refused.
 */

/** Where a quote's parts stand: Intel's tables for versions 3, 4 and 5. */
export function quoteAtOffsets(bytes: Uint8Array): Record<string, unknown> {
  const at = Buffer.from(bytes);
  const version = at.readUInt16LE(0);
  const tee = at.readUInt32LE(4);
  const start = version === 5 ? 54 : 48;
  const size = version === 5 ? at.readUInt32LE(50) : tee === 0 ? 384 : 584;
  const data = start + size + 4;
  const end = data + at.readUInt32LE(start + size);
  const block = data + 128 + (version === 3 ? 0 : 6);
  const auth = block + 448;
  const authSize = at.readUInt16LE(auth);
  const chain = auth + 2 + authSize;
  const chainSize = at.readUInt32LE(chain + 2);
  if (chain + 6 + chainSize !== end || end !== at.length) throw new RangeError('lengths');
  const cut = (from: number, length: number): Uint8Array => bytes.slice(from, from + length);
  return {
    version,
    kind: tee === 0 ? 'sgx' : 'tdx',
    userData: cut(28, 20),
    reportData: cut(start + (tee === 0 ? 320 : 520), 64),
    measurement: cut(start + (tee === 0 ? 64 : 136), tee === 0 ? 32 : 48),
    signed: cut(0, start + size),
    signature: cut(data, 64),
    attestationKey: cut(data + 64, 64),
    qeReportBytes: cut(block, 384),
    qeReportSignature: cut(block + 384, 64),
    qeAuthData: cut(auth + 2, authSize),
    certificates: cut(chain + 6, chainSize),
  };
}

/** Where a SEV-SNP report's parts stand: AMD document 56860, table 22. */
export function snpAtOffsets(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length !== 1184) throw new RangeError('length');
  const at = Buffer.from(bytes);
  const cut = (from: number, length: number): Uint8Array => bytes.slice(from, from + length);
  const policy = at.readUInt32LE(8);
  const reversed = (from: number): number[] => [...cut(from, 48)].reverse();
  return {
    version: at.readUInt32LE(0),
    debug: (policy & (1 << 19)) !== 0,
    vmpl: at.readUInt32LE(0x30),
    masked: (bytes[0x48]! & 2) !== 0,
    reportData: cut(0x50, 64),
    measurement: cut(0x90, 48),
    hostData: cut(0xc0, 32),
    reportedTcb: cut(0x180, 8),
    chipId: cut(0x1a0, 64),
    signed: cut(0, 0x2a0),
    signature: Uint8Array.from([...reversed(0x2a0), ...reversed(0x2a0 + 72)]),
  };
}

/** Where a device report's parts stand: DMTF DSP0274 with opaque fields of two-byte type and length. */
export function gpuAtOffsets(bytes: Uint8Array): Record<string, unknown> {
  const at = Buffer.from(bytes);
  const count = at.readUInt8(41);
  const opaqueAt = 45 + 55 * count + 34;
  const end = opaqueAt + at.readUInt16LE(opaqueAt - 2);
  if (end + 96 !== at.length) throw new RangeError('lengths');
  const fields = new Map<number, Buffer>();
  for (let from = opaqueAt; from < end; from += 4 + at.readUInt16LE(from + 2)) {
    fields.set(at.readUInt16LE(from), at.subarray(from + 4, from + 4 + at.readUInt16LE(from + 2)));
  }
  const driver = fields.get(3)?.toString('latin1').replace(/\0$/, '');
  return {
    nonce: bytes.slice(4, 36),
    slot: at.readUInt8(36),
    values: Array.from({ length: count }, (_, i) => bytes.slice(52 + 55 * i, 100 + 55 * i)),
    driver,
    fwid: Uint8Array.from(fields.get(20) ?? []),
    signed: bytes.slice(0, end),
    signature: bytes.slice(end),
  };
}
