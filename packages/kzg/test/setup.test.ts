import { compileKernel, createKzg, type Kzg, type TrustedSetup } from '@barycenter/kzg';
import { createKzgSync } from '@barycenter/kzg/sync';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { readTrustedSetup } from '../src/js/trusted-setup.ts';
import { backends } from './every-backend.ts';
import { hash, json, setup } from './published-setup.ts';
import { torsionPoint } from './reference/curve.ts';
import { replaceAt } from './replace-at.ts';

// Setups that the caller passes in; the embedded one is tested in ceremony.test.ts. On the kernel,
// except in the long run: without it the checks are the same and take ten seconds each.

const module = await compileKernel();
/** Without the TypeScript, which derives nothing twice. */
const kernels = backends.filter(({ name }) => name !== 'js');
const sync = (options: { setup?: TrustedSetup }): Kzg =>
  createKzgSync({ ...options, ...(module !== undefined && { module }) });
/** Tools that find nothing wrong with any point. */
const tools = {
  hash,
  decodePoints: (encodings: readonly Uint8Array[]) => ({
    statuses: new Uint8Array(encodings.length),
  }),
};

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

test('a sample of the points, decoded by noble, is what the precomputed module holds', () => {
  for (const index of [0, 1, 2047, 4095]) {
    for (const section of ['g1_lagrange', 'g1_monomial'] as const) {
      const point = bls12_381.G1.Point.fromHex(json[section][index]!.slice(2));
      expect(affine(point.toAffine())).toBe(setup[section][index]);
    }
  }
});

test('the compressed JSON form gives the same object as the precomputed form', () => {
  const kzg = sync({ setup: json });
  expect(kzg.setupId()).toEqual(sync({ setup }).setupId());
  expect(kzg.commitRow(new Uint8Array(32).fill(1))).toEqual(
    sync({ setup }).commitRow(new Uint8Array(32).fill(1)),
  );
});

test('a section of the wrong size, missing or no list is refused with its name', () => {
  for (const section of ['g1_lagrange', 'g1_monomial', 'g2_monomial', 'fk20'] as const) {
    for (const value of [setup[section]!.slice(1), [...setup[section]!, '0x'], null, 'x']) {
      const bad = { ...setup, [section]: value } as unknown as TrustedSetup;
      expect(() => sync({ setup: bad })).toThrow(invalid(new RegExp(`setup.${section}`)));
    }
  }
  const { g1_lagrange: _, ...without } = setup;
  expect(() => sync({ setup: without as TrustedSetup })).toThrow(invalid(/g1_lagrange/));
  expect(() => sync({ setup: null as unknown as TrustedSetup })).toThrow(TypeError);
  expect(() => sync({ setup: { ...setup, encoding: 'fast_v2' } })).toThrow(invalid(/encoding/));
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
    const kzg = sync({ setup: replaced('g1_lagrange', { index: 3, text }) });
    expect(() => kzg.commitRow(new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'setup_invalid', index: 3 }),
    );
  }
  for (const text of ['', setup.g2_monomial[2]!.replace(/.$/, 'g'), setup.g1_lagrange[0]!]) {
    const broken = replaced('g2_monomial', { index: 2, text });
    expect(() => sync({ setup: broken })).toThrow(
      expect.objectContaining({ code: 'setup_invalid', index: 2 }),
    );
  }
  const infinity = `0xc0${'00'.repeat(95)}`;
  const compressed = { ...json, g2_monomial: replaceAt(json.g2_monomial, 1, infinity) };
  expect(() => sync({ setup: compressed })).toThrow(invalid(/g2_monomial/));
});

test('a point outside the subgroup is refused in a setup that is not the ceremony', () => {
  const text = affine(torsionPoint(11n).toAffine());
  const bad = replaced('g1_lagrange', { index: 9, text });
  const slow = process.env.BARYCENTER_LONG ? [createKzgSync({ setup: bad })] : [];
  for (const kzg of [sync({ setup: bad }), ...slow]) {
    expect(() => kzg.commitRow(new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'setup_invalid', index: 9 }),
    );
  }
  const early = replaced('g1_monomial', { index: 63, text });
  expect(() => sync({ setup: early })).toThrow(invalid(/subgroup/));
});

test('another setup is accepted after checks, and told apart by its id', () => {
  const changed = replaced('g2_monomial', { index: 3, text: setup.g2_monomial[4]! });
  expect(sync({ setup: changed }).setupId()).not.toEqual(sync({ setup }).setupId());
  const text = setup.g1_lagrange[5]!; // a valid point in a place where it does not belong
  const other = readTrustedSetup(replaced('g1_lagrange', { index: 4, text }), tools);
  expect(other.isCeremony).toBe(false);
  expect(readTrustedSetup(setup, tools).isCeremony).toBe(true);
});

test('a published setup gives the object that the embedded one gives', async () => {
  const [own, embedded] = [await createKzg({ setup }), await createKzg()];
  expect(own.backend()).toEqual(embedded.backend());
  expect(own.setupId()).toEqual(embedded.setupId());
  const row = new Uint8Array(96).fill(2);
  expect(own.commitRow(row)).toEqual(embedded.commitRow(row));
  expect(own.computeCellProof(row, 70)).toEqual(embedded.computeCellProof(row, 70));
});

test('a published FK20 section is used only with the ceremony it belongs to', () => {
  expect(readTrustedSetup(setup, tools).fk20()).toHaveLength(8192 * 48);
  const altered = { ...setup, fk20: replaceAt(setup.fk20!, 7, setup.fk20![8]!) };
  expect(readTrustedSetup(altered, tools).fk20()).toBeUndefined();
  const { fk20: _, ...without } = setup;
  expect(readTrustedSetup(without, tools).fk20()).toBeUndefined();
});

describe.each(kernels)('$name', ({ name }) => {
  test('without a published FK20 section the derived one gives the same proofs', async () => {
    const blob = new Uint8Array(131_072).map((_, i) => (i % 32 === 0 ? 0 : i % 251));
    const { fk20: _, ...without } = setup;
    const own = await createKzg({ setup: without, backend: name });
    expect(own.computeCellsAndKzgProofs(blob)).toEqual(sync({}).computeCellsAndKzgProofs(blob));
  });
});
