import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { checksum, checksumKey } from '../src/checksum.ts';
import { assembleBlob, type CodedPayload } from '../src/encode-blob.ts';
import { encodeCore, evaluationsHash, headerRoot } from '../src/header.ts';
import {
  Attester,
  aggregate,
  authenticateHeader,
  type CellSource,
  checkHeader,
  checksumWidth,
  createZoda,
  decodeCertificate,
  decodeHeaderMessage,
  decodeRowMessage,
  EIP7594,
  type EncodedBlob,
  encodeBlob,
  encodeCertificate,
  encodeHeader,
  encodeHeaderMessage,
  encodeRowMessage,
  type HeaderMessage,
  isEquivocation,
  kzgScheme,
  LightClient,
  type OpenedHeader,
  type Profile,
  type RowSource,
  RowVerifier,
  repairRows,
  retrieveBlob,
  sampleCommittee,
  submitterAddress,
  type VerifiedRow,
  verifyCertificate,
  ZODA,
} from '../src/index.ts';
import { createLanes } from '../src/lanes.ts';
import { PRIME } from '../src/prime-field.ts';
import { geometry } from '../src/profile.ts';
import { extendWords, recoverWords } from '../src/row-code.ts';
import { samplesForShare } from '../src/security.ts';
import { signHeaderRoot } from '../src/submitter.ts';
import { TAGS, taggedHash } from '../src/tagged-hash.ts';
import { bytesOfWords, packWords } from '../src/zoda-payload.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  DOMAIN,
  flipped,
  kzg,
  POLICY,
  SUBMITTER_KEY,
  secretKeyOf,
  TOY,
  toyBlob,
  VALIDATORS,
} from './fixture.ts';

const random = seededRandom(0x20da);
const lanes = createLanes();
const zoda = createZoda();

const TOY_ZODA: Profile = {
  name: 'toy-zoda',
  id: 0xfff2,
  scheme: 'zoda',
  elementPayloadBytes: 30,
  rowCount: 16,
  thresholdRows: 12,
  dataRowSteps: [
    { maxElements: 4, dataRows: 1 },
    { maxElements: 4 * 4096, dataRows: 4 },
  ],
};
const policy = { ...POLICY, profiles: [TOY_ZODA] };
const OPTIONS = {
  profile: TOY_ZODA,
  domain: DOMAIN,
  committee: COMMITTEE,
  nonce: 0n,
  submitterKey: SUBMITTER_KEY,
};
const SHAPE = { k: 4, n: 16, c: 5 };
const BYTES = 590;

function encode(byteLength: number, nonce = 0n): { payload: Uint8Array; blob: EncodedBlob } {
  const payload = random.bytes(byteLength);
  return { payload, blob: zoda.encodeBlob(payload, { ...OPTIONS, nonce }) };
}

function open(message: HeaderMessage): OpenedHeader {
  return zoda.openHeader(authenticateHeader(message, policy));
}

function verify(blob: EncodedBlob, indices: readonly number[]): VerifiedRow[] {
  const verifier = new RowVerifier({ scheme: zoda, header: open(blob.message) });
  for (const index of indices) verifier.add(blob.rowMessage(index));
  return verifier.finish();
}

const ALL = Array.from({ length: 16 }, (_, index) => index);

/** Indices of the rows that pass. */
function accepted(blob: EncodedBlob): number[] {
  const verifier = new RowVerifier({ scheme: zoda, header: open(blob.message) });
  return ALL.filter((index) => {
    try {
      verifier.add(blob.rowMessage(index));
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'row_wrong', row: index });
      return false;
    }
  });
}

/** A dishonest disperser: any rows, any checksums made from them after H is known. */
function forge(
  rows: readonly Int32Array[],
  choose: (checksums: Int32Array[]) => readonly Int32Array[],
): EncodedBlob {
  const coded: CodedPayload = {
    version: 2,
    byteLength: BYTES,
    shape: SHAPE,
    rows: rows.map(bytesOfWords),
    commitments: [],
    commitmentsRoot: new Uint8Array(0),
    open: (core) => {
      const key = checksumKey(taggedHash(TAGS.zodaChallenge, encodeCore(core)), {
        length: 8 * SHAPE.c,
        width: checksumWidth(SHAPE),
      });
      const evaluations = choose(rows.map((row) => checksum(row, key))).map(bytesOfWords);
      return { evaluations, proof: new Uint8Array(0) };
    },
  };
  return assembleBlob(coded, OPTIONS);
}

const honestRows = () =>
  extendWords(lanes, { data: packWords(random.bytes(BYTES), SHAPE), rowCount: 16 });
const dataChecksums = (checksums: Int32Array[]) => checksums.slice(0, SHAPE.k);
const randomRow = () => Int32Array.from({ length: 8 * SHAPE.c }, () => random.integer(2 ** 30));

/** The message with header fields replaced and signed anew. */
function resigned(message: HeaderMessage, fields: Partial<HeaderMessage['header']>): HeaderMessage {
  const header = { ...message.header, ...fields };
  const options = { domain: DOMAIN, submitterKey: SUBMITTER_KEY };
  return { ...message, header, signature: signHeaderRoot(headerRoot(header), options) };
}

describe('a blob of the hash-only scheme', () => {
  it('comes back from any k rows over the wire, for lengths around every boundary', () => {
    for (const byteLength of [1, 29, 30, 31, 120, 121, 480, 481, 1000]) {
      const { payload, blob } = encode(byteLength);
      const bytes = encodeHeaderMessage(blob.message);
      const header = open(decodeHeaderMessage(bytes));
      const { k, c } = header.geometry;
      expect(c).toBe(Math.ceil(Math.ceil(byteLength / 30) / k));
      expect(bytes.length).toBe(178 + 65 + 4 * k * checksumWidth(header.geometry));
      const verifier = new RowVerifier({ scheme: zoda, header });
      for (const index of random.shuffle(ALL).slice(0, k)) {
        const row = encodeRowMessage(blob.rowMessage(index), header.geometry);
        verifier.add(decodeRowMessage(row, header.geometry));
      }
      const outcome = zoda.recoverBlob(verifier.finish(), header);
      expect(outcome, `${byteLength} bytes`).toEqual({ status: 'ok', payload });
    }
  });

  it('is the same for 100 random k-subsets, and from the whole payload', () => {
    const { payload, blob } = encode(BYTES);
    const header = open(blob.message);
    const rows = verify(blob, ALL);
    for (let trial = 0; trial < 100; trial++) {
      const subset = random.shuffle(rows).slice(0, 4 + random.integer(3));
      expect(zoda.recoverBlob(subset, header)).toEqual({ status: 'ok', payload });
    }
    const derived = new RowVerifier({ scheme: zoda, header }).addPayload(payload);
    expect(derived.map(({ row }) => row)).toEqual(rows.map(({ row }) => row));
    const verifier = new RowVerifier({ scheme: zoda, header });
    expect(codeOf(() => verifier.addPayload(flipped(payload, 3)))).toBe('payload_mismatch');
  });

  it('is certified by the same committee, attesters and aggregation as a KZG blob', () => {
    const { blob } = encode(BYTES);
    const attestations = COMMITTEE.members.map((_, validator) => {
      const secretKey = secretKeyOf(validator);
      const session = new Attester({ ...policy, scheme: zoda, bls, secretKey }).open(blob.message);
      for (const index of session.assignedRows) session.add(blob.rowMessage(index));
      return session.attest();
    });
    const header = open(blob.message);
    const { certificate } = aggregate({ bls, committee: COMMITTEE, header, attestations });
    const decoded = decodeCertificate(encodeCertificate(certificate!));
    const verdict = verifyCertificate(decoded, { ...policy, bls, header });
    expect(verdict).toMatchObject({ ok: true, signedSeats: 16, toleratedAdversarySeats: 12 });
    expect(verifyCertificate(decoded, { ...POLICY, bls })).toEqual({
      ok: false,
      code: 'profile_not_pinned',
    });
  });

  it('is pulled from many nodes, one of them lying, and repaired, like a KZG blob', async () => {
    const { payload, blob } = encode(BYTES);
    const header = open(blob.message);
    const source = (id: string, held: readonly number[], isLying = false): RowSource => ({
      id,
      rows: async () => held,
      row: async ({ index }) => {
        const message = blob.rowMessage(index);
        return isLying ? { ...message, row: flipped(message.row) } : message;
      },
    });
    const sources = [source('a', [1, 9]), source('liar', ALL, true), source('b', [2, 4, 15])];
    const options = { scheme: zoda, header, sources, random: random.bytes };
    const { outcome, refused } = await retrieveBlob(options);
    expect(outcome).toEqual({ status: 'ok', payload });
    for (const { source: id, code } of refused) {
      expect([id, code]).toEqual(['liar', 'row_not_committed']);
    }
    const all = verify(blob, ALL);
    for (let trial = 0; trial < 30; trial++) {
      const given = random.shuffle(all).slice(0, 4 + random.integer(4));
      const wanted = random.shuffle(ALL).slice(0, 1 + random.integer(5));
      const made = repairRows(given, { scheme: zoda, header, wanted });
      expect(made.map((row) => ({ ...row }))).toEqual(wanted.map((index) => ({ ...all[index]! })));
    }
  });

  it('works at profile zoda with 1,024 rows', () => {
    const options = { bls, domain: DOMAIN, epoch: 7n, seed: new Uint8Array(32) };
    const committee = sampleCommittee({ ...options, validators: VALIDATORS, profile: ZODA });
    const payload = random.bytes(300_000);
    const blob = zoda.encodeBlob(payload, { ...OPTIONS, profile: ZODA, committee });
    expect(blob.geometry).toEqual({ k: 256, n: 1024, c: 40 });
    const header = zoda.openHeader(
      authenticateHeader(blob.message, {
        domain: DOMAIN,
        committeeOf: () => committee,
        profiles: [ZODA],
      }),
    );
    const verifier = new RowVerifier({ scheme: zoda, header });
    const indices = random.shuffle(Array.from({ length: 1024 }, (_, index) => index));
    for (const index of indices.slice(0, 256)) verifier.add(blob.rowMessage(index));
    expect(zoda.recoverBlob(verifier.finish(), header)).toEqual({ status: 'ok', payload });
  });
});

describe('attacks on the checksum', () => {
  it('an altered row fails on its path and is named', () => {
    const { blob } = encode(BYTES);
    const verifier = new RowVerifier({ scheme: zoda, header: open(blob.message) });
    const message = blob.rowMessage(11);
    for (const at of [0, 3, 4, message.row.length - 1]) {
      const altered = { ...message, row: flipped(message.row, at) };
      expect(codeOf(() => verifier.add(altered))).toBe('row_not_committed');
    }
    expect(codeOf(() => verifier.add({ ...message, index: 10 }))).toBe('row_not_committed');
  });

  it('one element altered in one committed row: that row is refused, all others pass', () => {
    for (const bad of [0, 3, 4, 15]) {
      const rows = honestRows();
      const column = random.integer(40);
      rows[bad] = rows[bad]!.map((word, i) => (i === column ? (word + 1) % PRIME : word));
      const honest = honestChecksums(rows, bad);
      expect(accepted(forge(rows, honest))).toEqual(ALL.filter((index) => index !== bad));
    }
  });

  it('rows that are no codeword at all: whatever checksums follow H, no more than k rows pass', () => {
    for (let trial = 0; trial < 20; trial++) {
      const rows = ALL.map(randomRow);
      const chosen = random
        .shuffle(ALL)
        .slice(0, SHAPE.k)
        .sort((a, b) => a - b);
      // The best the submitter can do: make Z fit k rows of its choice.
      const fit = (checksums: Int32Array[]) =>
        recoverWords(lanes, {
          given: chosen.map((index) => ({ index, words: checksums[index]! })),
          wanted: [0, 1, 2, 3],
          code: { dataRows: 4, rowCount: 16 },
        });
      expect(accepted(forge(rows, fit))).toEqual(chosen);
    }
  });

  it('two codewords spliced: one of them passes, its rows alone, and readers cannot be split', () => {
    const [first, second] = [honestRows(), honestRows()];
    const rows = ALL.map((index) => (index < 8 ? first[index]! : second[index]!));
    expect(accepted(forge(rows, dataChecksums))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('an altered checksum is refused: by its hash, and if that is signed anew, by the rows', () => {
    const { blob } = encode(BYTES);
    const { message } = blob;
    const evaluations = message.evaluations.map((bytes, i) => (i === 2 ? flipped(bytes) : bytes));
    const altered = { ...message, evaluations };
    expect(codeOf(() => open(altered))).toBe('evaluations_mismatch');
    const signed = resigned(altered, { evaluationsHash: evaluationsHash(evaluations) });
    const verifier = new RowVerifier({ scheme: zoda, header: open(signed) });
    // Row 2 carries the fault itself; a coded row depends on every checksum. Rows 0, 1, 3 do not.
    const codes = ALL.map((index) => {
      try {
        verifier.add(blob.rowMessage(index));
        return 'ok';
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(codes).toEqual(ALL.map((i) => (i < 4 && i !== 2 ? 'ok' : 'row_wrong')));
  });

  it('checksums made for another header fail: H is bound to every field of the core', () => {
    const { blob } = encode(BYTES);
    const fields: Partial<HeaderMessage['header']>[] = [
      { nonce: 9n },
      { byteLength: BYTES + 1 },
      { rowsRoot: flipped(blob.header.rowsRoot) },
    ];
    for (const changed of fields) {
      const header = open(resigned(blob.message, changed));
      const { row } = blob.rowMessage(0);
      expect(zoda.rowCheck(header).holds({ index: 0, row })).toBe(false);
    }
    const same = open(resigned(blob.message, {}));
    expect(zoda.rowCheck(same).holds(blob.rowMessage(0))).toBe(true);
  });

  it('a word of p or more is refused in rows and checksums, also where it means the same element', () => {
    const rows = honestRows();
    rows[6] = rows[6]!.map((word, i) => (i === 0 ? PRIME : word));
    const unreduced = forge(rows, (checksums) => checksums.slice(0, 4));
    const verifier = new RowVerifier({ scheme: zoda, header: open(unreduced.message) });
    expect(codeOf(() => verifier.add(unreduced.rowMessage(6)))).toBe('row_not_canonical');
    const overflow = forge(honestRows(), (checksums) =>
      dataChecksums(checksums).map((sum, i) => (i === 1 ? sum.map(() => PRIME) : sum)),
    );
    expect(codeOf(() => open(overflow.message))).toBe('evaluation_not_canonical');
  });

  it('too few, mixed, repeated and unverified rows are refused', () => {
    const { blob } = encode(BYTES);
    const header = open(blob.message);
    const rows = verify(blob, ALL);
    const other = verify(encode(BYTES, 1n).blob, ALL);
    const recover = (list: readonly VerifiedRow[]) => codeOf(() => zoda.recoverBlob(list, header));
    expect(recover(rows.slice(0, 3))).toBe('rows_missing');
    expect(recover([...rows.slice(0, 3), rows[1]!])).toBe('rows_duplicate');
    expect(recover([...rows.slice(0, 3), other[9]!])).toBe('rows_mixed');
    expect(recover([...rows.slice(0, 3), { ...rows[3]! }])).toBe('row_not_verified');
  });

  it('an INVALID payload is INVALID for 100 random k-subsets', () => {
    const overflow = packWords(random.bytes(BYTES), SHAPE);
    overflow[1]![4] = 2 ** 30;
    const padded = packWords(random.bytes(BYTES + 1), SHAPE);
    padded[3]![39] = 1;
    for (const [data, code] of [
      [overflow, 'element_overflow'],
      [padded, 'padding_nonzero'],
    ] as const) {
      const blob = forge(extendWords(lanes, { data, rowCount: 16 }), dataChecksums);
      const header = open(blob.message);
      const rows = verify(blob, ALL);
      for (let trial = 0; trial < 100; trial++) {
        const subset = random.shuffle(rows).slice(0, 4);
        expect(zoda.recoverBlob(subset, header)).toEqual({ status: 'invalid', code });
      }
    }
  });
});

describe('headers of the two schemes', () => {
  const { blob } = encode(BYTES);
  const kzgBlob = toyBlob(BYTES).blob;

  it('are never taken for one another', () => {
    const both = { ...POLICY, profiles: [TOY, TOY_ZODA] };
    const authenticated = authenticateHeader(blob.message, both);
    expect(() => kzgScheme(kzg).openHeader(authenticated)).toThrow(TypeError);
    expect(() => checkHeader(blob.message, { ...both, kzg })).toThrow(TypeError);
    expect(() => zoda.openHeader(authenticateHeader(kzgBlob.message, both))).toThrow(TypeError);
    const kzgHeader = checkHeader(kzgBlob.message, { ...both, kzg });
    expect(() => new RowVerifier({ scheme: zoda, header: kzgHeader })).toThrow(TypeError);
    expect(() => zoda.recoverBlob([], kzgHeader)).toThrow(TypeError);
    expect(() => kzgScheme(kzg).recoverBlob([], open(blob.message))).toThrow(TypeError);
    expect(() => kzgScheme(kzg).samples.verify([], open(blob.message))).toThrow(TypeError);
    expect(() => zoda.openHeader({ ...authenticated })).toThrow(TypeError);
    expect(() => zoda.encodeBlob(new Uint8Array(9), { ...OPTIONS, profile: TOY })).toThrow(
      TypeError,
    );
    expect(() => encodeBlob(new Uint8Array(9), { ...OPTIONS, kzg })).toThrow(TypeError);
  });

  it('a hash-only header is refused by default, and under a profile of the other scheme', () => {
    const code = (message: HeaderMessage, options: object) =>
      codeOf(() => authenticateHeader(message, { ...POLICY, ...options }));
    expect(code(blob.message, {})).toBe('profile_not_pinned');
    expect(code(blob.message, { profiles: [EIP7594] })).toBe('profile_not_pinned');
    const asKzg = { ...TOY_ZODA, scheme: 'kzg' as const };
    expect(code(blob.message, { profiles: [asKzg] })).toBe('version_unknown');
    const asZoda = { ...TOY, scheme: 'zoda' as const };
    expect(code(kzgBlob.message, { profiles: [asZoda] })).toBe('version_unknown');
  });

  it('checksums of a wrong number or size, or commitments, are refused', () => {
    const { message } = blob;
    const code = (change: Partial<HeaderMessage>) => codeOf(() => open({ ...message, ...change }));
    const evaluations = message.evaluations;
    expect(code({ evaluations: evaluations.slice(1) })).toBe('evaluations_mismatch');
    expect(code({ evaluations: evaluations.map((e) => e.slice(4)) })).toBe('evaluations_mismatch');
    expect(code({ commitments: [new Uint8Array(48)] })).toBe('commitments_mismatch');
    const bytes = encodeHeaderMessage(message);
    expect(codeOf(() => decodeHeaderMessage(bytes.slice(0, 178 + 65 + 15)))).toBe('truncated');
    expect(codeOf(() => decodeHeaderMessage(Uint8Array.of(...bytes, 0)))).toBe('trailing_bytes');
    // Four bytes less a checksum is a message, but not of this geometry.
    const shorter = decodeHeaderMessage(bytes.slice(0, bytes.length - 16));
    expect(codeOf(() => open(shorter))).toBe('evaluations_mismatch');
    const bare = { ...message.header, geometry: { k: 0, n: 16, c: 5 } };
    const empty = { ...message, header: bare, evaluations: [] };
    expect(codeOf(() => open(decodeHeaderMessage(encodeHeaderMessage(empty))))).toBe(
      'geometry_mismatch',
    );
  });

  it('two of them for one nonce are equivocation', () => {
    const signed = ({ message, header }: EncodedBlob) => ({
      header: encodeHeader(header),
      signature: message.signature,
    });
    const evidence = { first: signed(blob), second: signed(encode(BYTES).blob) };
    const submitter = submitterAddress(SUBMITTER_KEY);
    expect(isEquivocation(evidence, { domain: DOMAIN, submitter })).toBe(true);
    const mixed = { first: signed(blob), second: signed(kzgBlob) };
    expect(isEquivocation(mixed, { domain: DOMAIN, submitter })).toBe(true);
  });
});

describe('a light client of the hash-only scheme', () => {
  const { blob } = encode(BYTES);
  const header = open(blob.message);
  const rows = verify(blob, ALL);

  function source(
    id: string,
    held: readonly number[],
    lie?: (cell: ReturnType<typeof zoda.samples.serve>) => ReturnType<typeof zoda.samples.serve>,
  ): CellSource {
    return {
      id,
      rows: async () => held,
      cell: async ({ row, cellIndex }) => {
        if (!held.includes(row)) return undefined;
        const cell = zoda.samples.serve(rows[row]!, cellIndex);
        return lie?.(cell) ?? cell;
      },
    };
  }

  function sample(sources: readonly CellSource[], targetBits = 10) {
    const { bytes } = seededRandom(0x11c4);
    const store = { load: async () => undefined, save: async () => undefined };
    return new LightClient({
      scheme: zoda,
      header,
      targetBits,
      random: bytes,
      store,
      sources,
    }).sample();
  }

  it('samples whole rows: phi = (n - k + 1) / n, and bytes of rows and paths', async () => {
    const report = await sample([source('a', ALL)]);
    const phi = 13 / 16;
    expect(report).toMatchObject({ status: 'available', repaired: 0, samples: 5 });
    expect(report.confidence).toBeCloseTo(1 - (1 - phi) ** 5, 12);
    expect(report.bytes).toBe(5 * (32 * 5 + 32 * 4));
  });

  it('at profile zoda needs 20 rows for 2^-40, 2.62 MiB of the largest payload with the checksums', () => {
    const bytesAt = (byteLength: number) => {
      const shape = geometry(ZODA, byteLength);
      const { cell, proof } = zoda.samples.sizes(shape);
      const count = samplesForShare(zoda.samples.undecodableShare(shape), 40);
      return [shape.k, count, count * (cell + proof) + 4 * shape.k * checksumWidth(shape)];
    };
    expect([256 * 30, 61_440, 245_760, 2 ** 20, 32_505_856].map(bytesAt)).toEqual([
      [1, 1, 8532],
      [64, 10, 17_536],
      [128, 14, 44_928],
      [256, 20, 125_824],
      [256, 20, 2_747_264],
    ]);
    // Rows are drawn without replacement: exactly, one row fewer would not do.
    const missed = (s: number) =>
      Array.from({ length: s }, (_, i) => Math.log2((255 - i) / (1024 - i))).reduce(
        (a, b) => a + b,
      );
    expect([missed(19) > -40, missed(20) <= -40]).toEqual([true, true]);
  });

  it('accepts with 12 of 16 rows silent by repair, and refuses with 13', async () => {
    const few = await sample([source('a', [1, 6, 9, 12])]);
    expect(few.status).toBe('available');
    expect(few.repaired).toBeGreaterThan(0);
    const withheld = await sample([source('a', [1, 6, 9])]);
    expect(withheld).toMatchObject({ status: 'unavailable', confidence: 0 });
  });

  it('names a liar: another row, an altered row, an altered path', async () => {
    const other = zoda.samples.serve(rows[3]!, 0);
    for (const lie of [
      () => other,
      ({ cell, proof }: typeof other) => ({ cell: flipped(cell, 7), proof }),
      ({ cell, proof }: typeof other) => ({ cell, proof: flipped(proof, 40) }),
    ]) {
      const report = await sample([source('liar', ALL, lie), source('honest', ALL)]);
      expect(report.status).toBe('available');
      for (const blame of report.blamed) {
        expect(blame).toEqual({ source: 'liar', code: 'proof_invalid' });
      }
    }
  });

  it('refuses samples of wrong shape or place', () => {
    const { cell, proof } = zoda.samples.serve(rows[3]!, 0);
    const placed = { row: 3, cellIndex: 0, cell, proof };
    const holds = (change: Partial<typeof placed>) =>
      zoda.samples.verify([{ ...placed, ...change }], header);
    expect(holds({})).toBe(true);
    expect(holds({ cellIndex: 1 })).toBe(false);
    expect(holds({ row: 2 })).toBe(false);
    expect(holds({ cell: cell.slice(1) })).toBe(false);
    expect(holds({ proof: proof.slice(32) })).toBe(false);
  });

  it('finds committed rows that are no codeword unavailable, although every row is served', async () => {
    const forged = forge(ALL.map(randomRow), dataChecksums);
    const forgedHeader = open(forged.message);
    const liar: CellSource = {
      id: 'holder',
      rows: async () => ALL,
      cell: async ({ row }) => {
        const message = forged.rowMessage(row);
        return zoda.samples.serve(message, 0);
      },
    };
    const report = await new LightClient({
      scheme: zoda,
      header: forgedHeader,
      targetBits: 10,
      random: seededRandom(5).bytes,
      store: { load: async () => undefined, save: async () => undefined },
      sources: [liar],
    }).sample();
    expect(report.status).toBe('unavailable');
  });
});

/** Checksums of the codeword that `rows` were before row `bad` was altered. */
function honestChecksums(rows: readonly Int32Array[], bad: number) {
  return (checksums: Int32Array[]) => {
    const others = ALL.filter((index) => index !== bad).slice(0, 4);
    expect(rows).toHaveLength(16);
    return recoverWords(lanes, {
      given: others.map((index) => ({ index, words: checksums[index]! })),
      wanted: [0, 1, 2, 3],
      code: { dataRows: 4, rowCount: 16 },
    });
  };
}
