/**
 * Check B: the tests of da-review.md §7 that concern headers and rows; what passes without one of the
 * hash inputs is in forgeries.test.ts.
 */
import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { assertOutsideDomain, type HeaderCore, headerRoot } from '../src/header.ts';
import {
  authenticateHeader,
  type BlobHeader,
  checkHeader,
  decodeHeaderMessage,
  encodeBlob,
  encodeHeaderMessage,
  type HeaderMessage,
  type HeaderPolicy,
  openHeader,
  RowVerifier,
  submitterAddress,
} from '../src/index.ts';
import { packPayload } from '../src/payload.ts';
import { signHeaderRoot } from '../src/submitter.ts';
import {
  COMMITTEE,
  codeOf,
  committeeFor,
  DOMAIN,
  flipped,
  kzg,
  POLICY,
  SUBMITTER_KEY,
  TOY,
  toyBlob,
} from './fixture.ts';
import { addToElement, type Bends, encodeRawRows } from './raw-rows.ts';
import { addTorsion, smallOrderPoint } from './torsion.ts';

const random = seededRandom(0xf0e6);
const SHAPE = { k: 4, n: 16, c: 5 };
const BYTES = 600;
const DATA_ROWS = packPayload(random.bytes(BYTES), SHAPE);

const check = (message: HeaderMessage, policy: Partial<HeaderPolicy> = {}) =>
  checkHeader(message, { ...POLICY, ...policy, kzg });
const codeOfBent = (bends: Partial<Bends>) =>
  codeOf(() =>
    check(encodeRawRows(DATA_ROWS, { byteLength: BYTES, shape: SHAPE, ...bends }).message),
  );

/** The message with header fields replaced, signed again by the submitter. */
function resigned(message: HeaderMessage, changes: Partial<BlobHeader>): HeaderMessage {
  const header = { ...message.header, ...changes };
  const signature = signHeaderRoot(headerRoot(header), {
    domain: DOMAIN,
    submitterKey: SUBMITTER_KEY,
  });
  return { ...message, header, signature };
}

describe('the honest transcript', () => {
  it('is what encodeBlob makes: the dishonest encoder without bends gives the same header', () => {
    const payload = seededRandom(5).bytes(BYTES);
    const { blob } = toyBlob(BYTES, { payload });
    const raw = encodeRawRows(packPayload(payload, SHAPE), { byteLength: BYTES, shape: SHAPE });
    expect(raw.headerRoot).toEqual(blob.headerRoot);
    expect(raw.message).toEqual(blob.message);
    expect(check(blob.message).geometry).toEqual(SHAPE);
  });
});

describe('checkHeader refuses before any curve work', () => {
  const { blob } = toyBlob(BYTES);
  const noCurve = new Proxy(kzg, {
    get(target, name) {
      if (name === 'setupId') return target.setupId.bind(target);
      throw new Error(`curve work: ${String(name)}`);
    },
  });
  const code = (message: HeaderMessage, policy: Partial<HeaderPolicy> = {}) =>
    codeOf(() => checkHeader(message, { ...POLICY, ...policy, kzg: noCurve }));

  it('an unknown version, an unpinned profile, a geometry that the length does not give', () => {
    expect(code(resigned(blob.message, { version: 3 }))).toBe('version_unknown');
    expect(code(resigned(blob.message, { profile: 1 }))).toBe('profile_not_pinned');
    expect(code(blob.message, { profiles: [] })).toBe('profile_not_pinned');
    for (const geometry of [
      { ...SHAPE, k: 8 },
      { ...SHAPE, n: 32 },
      { ...SHAPE, c: 6 },
    ]) {
      expect(code(resigned(blob.message, { geometry }))).toBe('geometry_mismatch');
    }
    for (const byteLength of [0, 1, 31 * 20 + 1, 31 * 4 * 4096 + 1]) {
      expect(code(resigned(blob.message, { byteLength }))).toBe('geometry_mismatch');
    }
  });

  it('another namespace, epoch or committee', () => {
    const namespace = new Uint8Array(32);
    expect(code(resigned(blob.message, { namespace }))).toBe('namespace_mismatch');
    expect(code(resigned(blob.message, { epoch: 8n }))).toBe('epoch_unknown');
    const committeeRoot = committeeFor(8n).root;
    expect(code(resigned(blob.message, { committeeRoot }))).toBe('committee_mismatch');
    expect(code(blob.message, { committeeOf: () => committeeFor(8n) })).toBe('committee_mismatch');
  });

  it('a header without signature, with a foreign one, or signed for another chain or registry', () => {
    const sign = (options: Parameters<typeof signHeaderRoot>[1]) => ({
      ...blob.message,
      signature: signHeaderRoot(blob.headerRoot, options),
    });
    const submitterKey = SUBMITTER_KEY;
    expect(code({ ...blob.message, signature: new Uint8Array(65) })).toBe('signature_malformed');
    expect(code({ ...blob.message, signature: new Uint8Array(0) })).toBe('signature_malformed');
    const v = blob.message.signature.slice();
    v[64] = 27;
    expect(code({ ...blob.message, signature: v })).toBe('signature_malformed');
    const foreign = sign({ domain: DOMAIN, submitterKey: new Uint8Array(32).fill(9) });
    expect(code(foreign)).toBe('submitter_mismatch');
    const chain = sign({ domain: { ...DOMAIN, chainId: 1n }, submitterKey });
    expect(code(chain)).toBe('submitter_mismatch');
    const registry = sign({ domain: { ...DOMAIN, registry: new Uint8Array(20) }, submitterKey });
    expect(code(registry)).toBe('submitter_mismatch');
  });

  it('a malleated signature: high s with the other recovery bit', () => {
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const { signature } = blob.message;
    let s = 0n;
    for (const byte of signature.slice(32, 64)) s = (s << 8n) | BigInt(byte);
    const high = (n - s).toString(16).padStart(64, '0').match(/../g)!;
    const malleated = signature.slice();
    malleated.set(
      high.map((hex) => Number.parseInt(hex, 16)),
      32,
    );
    malleated[64]! ^= 1;
    expect(code({ ...blob.message, signature: malleated })).toBe('signature_malformed');
  });

  it('a submitter over its quota, who is asked with its real address', () => {
    const asked: unknown[] = [];
    const acceptSubmitter: HeaderPolicy['acceptSubmitter'] = ({
      submitter,
      byteLength,
      headerRoot: root,
    }) => {
      asked.push([submitter.join(), byteLength, root.join()]);
      return false;
    };
    expect(code(blob.message, { acceptSubmitter })).toBe('submitter_refused');
    expect(asked).toEqual([
      [submitterAddress(SUBMITTER_KEY).join(), BYTES, blob.headerRoot.join()],
    ]);
  });

  it('commitments or evaluations other than those hashed, too few, permuted, or not canonical', () => {
    const { commitments, evaluations } = blob.message;
    const swap = (list: readonly Uint8Array[]) => [list[1]!, list[0]!, ...list.slice(2)];
    const bent = (changes: Partial<HeaderMessage>) => code({ ...blob.message, ...changes });
    expect(bent({ commitments: swap(commitments) })).toBe('commitments_mismatch');
    expect(bent({ commitments: commitments.slice(1) })).toBe('commitments_mismatch');
    expect(bent({ commitments: commitments.map((c) => c.slice(1)) })).toBe('commitments_mismatch');
    expect(bent({ evaluations: swap(evaluations) })).toBe('evaluations_mismatch');
    expect(bent({ evaluations: evaluations.slice(1) })).toBe('evaluations_mismatch');
    expect(bent({ evaluations: evaluations.map((y) => y.slice(1)) })).toBe('evaluations_mismatch');
  });
});

describe('a header message of a careless transport', () => {
  const { blob } = toyBlob(BYTES);
  // Fields as a structured clone or a JSON reviver may leave them.
  const altered = (changes: object) =>
    ({ ...blob.message, header: { ...blob.message.header, ...changes } }) as HeaderMessage;

  it('is refused with a code, whatever type its fields have', () => {
    const fields: object[] = [
      { nonce: 1n << 64n },
      { nonce: -1n },
      { rowsRoot: null },
      { rowsRoot: 'ff' },
      { rowsRoot: new Uint8Array(31) },
      { submitter: undefined },
      { geometry: null },
      { geometry: { k: 4, n: 16, c: 1.5 } },
      { byteLength: Number.NaN },
      { byteLength: 2 ** 40 },
    ];
    for (const changes of fields) expect(codeOf(() => check(altered(changes)))).toBe('bad_form');
    const lists = { commitments: null, evaluations: [null] } as unknown as Partial<HeaderMessage>;
    expect(codeOf(() => check({ ...blob.message, ...lists }))).toBe('commitments_mismatch');
    const nulls = { evaluations: [null, null, null, null] } as unknown as Partial<HeaderMessage>;
    expect(codeOf(() => check({ ...blob.message, ...nulls }))).toBe('evaluations_mismatch');
    const unsigned = { signature: null } as unknown as Partial<HeaderMessage>;
    expect(codeOf(() => check({ ...blob.message, ...unsigned }))).toBe('signature_malformed');
    const headless = { ...blob.message, header: null } as unknown as HeaderMessage;
    expect(codeOf(() => check(headless))).toBe('bad_form');
  });

  it('is copied: changing it after the check changes nothing', () => {
    const message = decodeHeaderMessage(encodeHeaderMessage(blob.message));
    const header = check(message);
    message.header.rowsRoot.fill(0);
    for (const commitment of message.commitments) commitment.fill(0);
    expect(header.header.rowsRoot).toEqual(blob.header.rowsRoot);
    expect(header.message.commitments).toEqual(blob.message.commitments);
    expect(Object.isFrozen(header) && Object.isFrozen(header.header)).toBe(true);
  });

  it('cannot skip authentication: openHeader takes no look-alike', () => {
    const lookalike = { ...authenticateHeader(blob.message, POLICY) };
    expect(() => openHeader(lookalike, kzg)).toThrow(TypeError);
    expect(openHeader(authenticateHeader(blob.message, POLICY), kzg).geometry).toEqual(SHAPE);
  });

  it('gives rows that are refused with a code, whatever type their fields have', () => {
    const verifier = new RowVerifier({ kzg, header: check(blob.message) });
    const row = blob.rowMessage(1);
    for (const changes of [{ branch: null }, { row: null }, { row: 'ff' }]) {
      const bent = { ...row, ...changes } as unknown as typeof row;
      expect(codeOf(() => verifier.add(bent))).toBe('bad_form');
    }
    const holes = { ...row, branch: [null, null, null, null] } as unknown as typeof row;
    expect(codeOf(() => verifier.add(holes))).toBe('row_branch_length');
  });
});

describe('checkHeader refuses', () => {
  it('evaluations that are not canonical field elements', () => {
    const evaluationsAfter = (ys: Uint8Array[]) => [
      Uint8Array.from(FIELD_MODULUS.toString(16).match(/../g)!, (h) => Number.parseInt(h, 16)),
      ...ys.slice(1),
    ];
    expect(codeOfBent({ evaluationsAfter })).toBe('evaluation_not_canonical');
  });

  it('a change of any single core field after z was derived from it', () => {
    const changes: Partial<HeaderCore>[] = [
      { nonce: 1n },
      { byteLength: BYTES + 1 },
      { rowsRoot: random.bytes(32) },
    ];
    for (const coreAfter of changes) {
      expect(codeOfBent({ coreAfter }), Object.keys(coreAfter)[0]!).toBe('opening_invalid');
    }
    // The remaining fields are refused for their own value before z is reached; that z depends on
    // each of them is checked on the digest itself below.
  });

  it('permuted evaluations, hashed as permuted', () => {
    const evaluationsAfter = ([y0, y1, ...rest]: Uint8Array[]) => [y1!, y0!, ...rest];
    expect(codeOfBent({ evaluationsAfter })).toBe('opening_invalid');
  });

  it('a proof for another point, a wrong proof, and bytes that are no proof', () => {
    const other = kzg.openRow(DATA_ROWS[0]!, 12345n).proof;
    expect(codeOfBent({ proof: () => other })).toBe('opening_invalid');
    expect(codeOfBent({ proof: (p) => flipped(p, 0, 5) })).toBe('opening_invalid'); // -proof
    expect(codeOfBent({ proof: () => new Uint8Array(48) })).toBe('proof_invalid');
    expect(codeOfBent({ proof: () => new Uint8Array(48).fill(0xff) })).toBe('proof_invalid');
  });

  it('commitments of other rows', () => {
    const commitments = DATA_ROWS.map((row) => kzg.commitRow(row));
    const wrong = [
      kzg.commitRow(addToElement(DATA_ROWS[0]!, { at: 0, add: 1n })),
      ...commitments.slice(1),
    ];
    expect(codeOfBent({ commitments: wrong })).toBe('opening_invalid');
  });

  it('points of order 3 and 11 in one, two or all commitments, alone or added, and in the proof', () => {
    const honest = DATA_ROWS.map((row) => kzg.commitRow(row));
    for (const order of [3n, 11n]) {
      const torsion = smallOrderPoint(order);
      for (const tainted of [1, 2, 4]) {
        const commitments = honest.map((c, i) => (i < tainted ? addTorsion(c, order) : c));
        expect(codeOfBent({ commitments })).toBe('commitment_invalid');
      }
      expect(codeOfBent({ commitments: [torsion, ...honest.slice(1)] })).toBe('commitment_invalid');
      expect(codeOfBent({ proof: (p) => addTorsion(p, order) })).toBe('proof_invalid');
      expect(codeOfBent({ proof: () => torsion })).toBe('proof_invalid');
    }
  });

  it('commitments off the curve and non-canonical encodings, infinity with a sign among them', () => {
    const honest = DATA_ROWS.map((row) => kzg.commitRow(row));
    const bad = [
      new Uint8Array(48),
      new Uint8Array(48).fill(0xff),
      Uint8Array.of(0xe0, ...new Uint8Array(47)),
      Uint8Array.of(0xc0, ...new Uint8Array(46), 1),
      flipped(honest[0]!, 0, 7),
      notOnCurve(),
    ];
    for (const commitment of bad) {
      expect(codeOfBent({ commitments: [commitment, ...honest.slice(1)] })).toBe(
        'commitment_invalid',
      );
    }
  });
});

describe('the challenge', () => {
  it('depends on every field of the core, on the setup and on nothing after it', async () => {
    const { derivePoint } = await import('../src/header.ts');
    const { header } = toyBlob(BYTES).blob;
    const id = kzg.setupId();
    const base = derivePoint(header, id).z;
    const variants: Partial<BlobHeader>[] = [
      { version: 2 },
      { profile: 3 },
      { geometry: { ...SHAPE, k: 8 } },
      { geometry: { ...SHAPE, n: 32 } },
      { geometry: { ...SHAPE, c: 6 } },
      { byteLength: 601 },
      { namespace: flipped(header.namespace) },
      { submitter: flipped(header.submitter) },
      { nonce: 1n },
      { epoch: 8n },
      { committeeRoot: flipped(header.committeeRoot) },
      { commitmentsRoot: flipped(header.commitmentsRoot) },
      { rowsRoot: flipped(header.rowsRoot) },
    ];
    const points = variants.map((changes) => derivePoint({ ...header, ...changes }, id).z);
    points.push(derivePoint(header, flipped(id)).z);
    expect(new Set([base, ...points]).size).toBe(variants.length + 2);
    const later = { evaluationsHash: new Uint8Array(32), openingProof: new Uint8Array(48) };
    expect(derivePoint({ ...header, ...later }, id).z).toBe(base);
  });

  it('g depends on every bit of tz and on every evaluation, its place and their number', async () => {
    const { deriveCombiner, evaluationsHash } = await import('../src/header.ts');
    const tz = random.bytes(32);
    const ys = [1n, 2n, 3n, 4n].map(scalarToBytes);
    const combiners = [
      deriveCombiner(tz, evaluationsHash(ys)),
      deriveCombiner(flipped(tz, 0, 7), evaluationsHash(ys)), // the bits that z = tz mod r loses
      deriveCombiner(tz, evaluationsHash([...ys].reverse())),
      deriveCombiner(tz, evaluationsHash(ys.slice(1))),
      deriveCombiner(tz, evaluationsHash([flipped(ys[0]!, 31), ...ys.slice(1)])),
    ];
    expect(new Set(combiners).size).toBe(combiners.length);
  });

  it('is refused on the 4,096 roots of unity and only there', () => {
    // 7 generates the multiplicative group of the scalar field.
    let root = 1n;
    const exponent = (FIELD_MODULUS - 1n) / 4096n;
    for (const bit of exponent.toString(2)) {
      root = (root * root) % FIELD_MODULUS;
      if (bit === '1') root = (root * 7n) % FIELD_MODULUS;
    }
    let power = 1n;
    for (let i = 0; i < 4096; i++) {
      if (i % 97 === 0) expect(codeOf(() => assertOutsideDomain(power))).toBe('z_in_domain');
      power = (power * root) % FIELD_MODULUS;
    }
    expect(power).toBe(1n);
    for (const z of [0n, 2n, root + 1n, random.bigint(FIELD_MODULUS)]) assertOutsideDomain(z);
    expect(() => kzg.evaluationWeights(root, 5)).toThrow();
  });
});

describe('rows that are not the coded rows', () => {
  const alterRow = (index: number) => (rows: Uint8Array[]) =>
    rows.map((row, i) => (i === index ? addToElement(row, { at: 2, add: 1n }) : row));

  it('are refused although committed under rowsRoot: a Merkle path is not validity', () => {
    const blob = encodeRawRows(DATA_ROWS, {
      byteLength: BYTES,
      shape: SHAPE,
      codedRows: alterRow(9),
    });
    const verifier = new RowVerifier({ kzg, header: check(blob.message) });
    for (let index = 0; index < 16; index++) {
      if (index === 9) expect(codeOf(() => verifier.add(blob.rowMessage(9)))).toBe('row_wrong');
      else verifier.add(blob.rowMessage(index));
    }
    expect(verifier.finish()).toHaveLength(15);
  });

  it('are refused when an element is not canonical, naming the row', () => {
    const codedRows = (rows: Uint8Array[]) =>
      rows.map((row, i) => (i === 12 ? new Uint8Array(row.length).fill(0xff) : row));
    const blob = encodeRawRows(DATA_ROWS, { byteLength: BYTES, shape: SHAPE, codedRows });
    const verifier = new RowVerifier({ kzg, header: check(blob.message) });
    try {
      verifier.add(blob.rowMessage(12));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'row_not_canonical', row: 12 });
    }
  });

  it('cannot be made by hiding elements beyond column c: k - 1 chosen rows pass, a k-th does not', () => {
    // f_j has one more element (position 5) than c = 5 allows. The attacker picks the extra column
    // so that coded rows 0..k-2 have zero there: k - 1 rows then equal honest c-element rows.
    const wide = { k: 4, n: 16, c: 6 };
    const extra = [0n, 0n, 0n, 7n].map(scalarToBytes);
    const wideRows = DATA_ROWS.map((row, j) => Uint8Array.from([...row, ...extra[j]!]));
    const commitments = wideRows.map((row) => kzg.commitRow(row));
    const extraColumn = kzg.extendRows(extra, { rowCount: 16 });
    const zeroRows = extraColumn
      .map((y, i) => (y.every((b) => b === 0) ? i : -1))
      .filter((i) => i >= 0);
    expect(zeroRows).toHaveLength(wide.k - 1);
    const blob = encodeHidden(wideRows, commitments);
    const verifier = new RowVerifier({ kzg, header: check(blob.message) });
    const accepted: number[] = [];
    for (let index = 0; index < 16; index++) {
      try {
        verifier.add(blob.rowMessage(index));
        accepted.push(index);
      } catch (error) {
        expect(error).toMatchObject({ code: 'row_wrong', row: index });
      }
    }
    expect(accepted).toEqual(zeroRows);
  });

  it('cannot be swapped between two headers', () => {
    const first = toyBlob(BYTES).blob;
    const second = toyBlob(BYTES, { nonce: 4n, seed: 1234 }).blob;
    const verifier = new RowVerifier({ kzg, header: check(first.message) });
    expect(codeOf(() => verifier.add(second.rowMessage(3)))).toBe('row_not_committed');
  });
});

describe('encodeBlob', () => {
  it('binds the committee it was made for', () => {
    const payload = random.bytes(50);
    const options = { kzg, profile: TOY, domain: DOMAIN, nonce: 3n, submitterKey: SUBMITTER_KEY };
    const blob = encodeBlob(payload, { ...options, committee: committeeFor(8n) });
    expect(codeOf(() => check(blob.message))).toBe('epoch_unknown');
    const accepted = { committeeOf: () => committeeFor(8n) };
    expect(check(blob.message, accepted).header.committeeRoot).not.toEqual(COMMITTEE.root);
  });
});

/** Rows of 5 elements under commitments and evaluations of 6-element rows. */
function encodeHidden(wideRows: readonly Uint8Array[], commitments: readonly Uint8Array[]) {
  const narrow = wideRows.map((row) => row.slice(0, 32 * 5));
  const wide = encodeRawRows(wideRows, { byteLength: BYTES, shape: { ...SHAPE, c: 6 } });
  const codedRows = () =>
    Array.from({ length: 16 }, (_, i) => wide.rowMessage(i).row.slice(0, 160));
  return encodeRawRows(narrow, {
    byteLength: BYTES,
    shape: SHAPE,
    commitments,
    codedRows,
    openRows: wideRows,
  });
}

/** A canonical x whose cube plus 4 is no square. */
function notOnCurve(): Uint8Array<ArrayBuffer> {
  for (let x = 1; ; x++) {
    const bytes = new Uint8Array(48);
    bytes[0] = 0x80;
    bytes[47] = x;
    try {
      kzg.checkCommitments([bytes]);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'point_not_on_curve')
        return bytes;
    }
  }
}
