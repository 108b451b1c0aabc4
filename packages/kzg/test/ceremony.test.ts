import { createKzg, type Tier } from '@barycenter/kzg';
import { expect, test } from 'vitest';
import { importCeremony, openCeremony } from '../src/ceremony.ts';
import { readAffinePoints } from '../src/js/affine-bytes.ts';
import { deriveFk20Offset } from '../src/js/fk20.ts';
import { decodePoint, encodePoint, type Point } from '../src/js/g1.ts';
import { encodeG2, readG2Points } from '../src/js/g2.ts';
import { onEveryBackend } from './every-backend.ts';
import { fromHex, hash, json, sha256 } from './published-setup.ts';

const text = await importCeremony('full');
const setup = openCeremony(text, { hash });

const reversed = (i: number): number =>
  Number.parseInt([...i.toString(2).padStart(12, '0')].reverse().join(''), 2);

const error = (code: string): unknown => expect.objectContaining({ name: 'KzgError', code });

test('the JSON file holds the points of c-kzg-4844, whose text file has this hash', () => {
  const { g1_lagrange, g2_monomial, g1_monomial } = json;
  const points = [...g1_lagrange, ...g2_monomial, ...g1_monomial].map((point) => point.slice(2));
  const file = `${['4096', '65', ...points].join('\n')}\n`;
  expect(sha256([Buffer.from(file)])).toBe(
    'd39b9f2d047cc9dca2de58f264b6a09448ccd34db967881a6713eacacf0f26b7',
  );
});

test('the embedded points are those of the JSON file', () => {
  const encoded = (bytes: Uint8Array): Uint8Array[] => readAffinePoints(bytes).map(encodePoint);
  expect(encoded(setup.firstPowers)).toEqual(json.g1_monomial.slice(0, 64).map(fromHex));
  expect(encoded(setup.monomial())).toEqual(json.g1_monomial.map(fromHex));
  expect(encoded(setup.lagrange())).toEqual(
    json.g1_lagrange.map((_, i) => fromHex(json.g1_lagrange[reversed(i)]!)),
  );
  expect(readG2Points(setup.g2).map(encodeG2)).toEqual(
    [0, 1, 64].map((i) => fromHex(json.g2_monomial[i]!)),
  );
  const id = sha256([...json.g1_monomial, ...json.g2_monomial].map(fromHex));
  expect(Buffer.from(setup.id()).toString('hex')).toBe(id);
});

test('the FK20 points are the transform of the monomial points, on a sample of offsets', () => {
  const bytes = setup.fk20()!;
  const points = Array.from({ length: 8192 }, (_, i) => bytes.subarray(48 * i, 48 * (i + 1)));
  for (const offset of [0, 41]) {
    const expected = deriveFk20Offset(readAffinePoints(setup.monomial()), offset);
    expected.forEach((point: Point, v) => {
      expect(decodePoint(points[64 * v + offset]!)).toEqual(point);
    });
  }
});

test('altered text is refused when its section is read, or at once for the first one', () => {
  const altered = (points: string): string =>
    points.replace(/^./, (digit) => (digit === 'A' ? 'B' : 'A'));
  expect(() => openCeremony({ verify: altered(text.verify) }, { hash })).toThrow(
    error('setup_invalid'),
  );
  for (const name of ['lagrange', 'monomial', 'fk20'] as const) {
    const pieces = [altered(text[name]![0]!), text[name]![1]!];
    const tampered = openCeremony({ ...text, [name]: pieces }, { hash });
    expect(() => tampered[name]()).toThrow(error('setup_invalid'));
    const swapped = openCeremony({ ...text, [name]: [...text[name]!].reverse() }, { hash });
    expect(() => swapped[name]()).toThrow(error('setup_invalid'));
  }
});

onEveryBackend((_, backend) => {
  const blob = new Uint8Array(131_072);
  const row = new Uint8Array(32).fill(1);
  const infinity = new Uint8Array(48).fill(0xc0, 0, 1);
  const zero = new Uint8Array(32);

  test('a tier verifies always, commits from "commit" on, proves cells from "full" on', async () => {
    const missing = error('setup_missing');
    for (const tier of ['verify', 'commit', 'full'] as Tier[]) {
      const kzg = await createKzg({ tier, backend });
      expect(kzg.verifyKzgProof(infinity, zero, zero, infinity)).toBe(true);
      expect(kzg.verifyBlobKzgProof(blob, infinity, infinity)).toBe(true);
      expect(kzg.verifyCellKzgProofBatch([infinity], [5], [blob.slice(0, 2048)], [infinity])).toBe(
        true,
      );
      expect(Buffer.from(kzg.setupId()).toString('hex')).toBe(
        sha256([...json.g1_monomial, ...json.g2_monomial].map(fromHex)),
      );
      const commit = (): unknown => kzg.commitRow(row);
      const prove = (): unknown => kzg.computeCellProof(row, 3);
      if (tier === 'verify') expect(commit).toThrow(missing);
      else expect(commit()).toHaveLength(48);
      if (tier === 'full') expect(prove()).toMatchObject({ cell: expect.any(Uint8Array) });
      else expect(prove).toThrow(missing);
    }
    await expect(createKzg({ tier: 'all' as Tier, backend })).rejects.toThrow(RangeError);
  });
});
