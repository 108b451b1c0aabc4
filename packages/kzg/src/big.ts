/**
 * `@barycenter/kzg/big`: commitments to and openings of polynomials of up to 2^20 coefficients over
 * powers of your own, which are streamed and checked, and never held in memory as a whole.
 *
 * The powers are one string: [tau^i]_1 for i < size, 96 bytes each (x, y, big-endian), then [1]_2 and
 * [tau]_2, 192 bytes each (x.c1, x.c0, y.c1, y.c0). You know its SHA-256 from a source that you trust;
 * that the points are powers of one number is what the hash stands for. A polynomial is given by its
 * coefficients, lowest first, 32 big-endian bytes each, below `FIELD_MODULUS`.
 *
 * f(tau) is summed piece by piece as powers and coefficients arrive. f(z) = y is proved by the
 * commitment to (f(X) - y) / (X - z), divided from the highest coefficient down.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { verifyOpening } from './blob.ts';
import { type ByteStream, regroup } from './byte-stream.ts';
import { concatBytes, toHex } from './bytes.ts';
import { chooseKernel } from './create.ts';
import type { BackendName, Engine } from './engine.ts';
import { assertBytes, KzgError } from './errors.ts';
import { PointCache } from './point-cache.ts';
import { assertCanonical, assertScalar } from './scalar.ts';
import type { OpenSetup } from './setup.ts';
import { createWasmEngine } from './wasm/engine.ts';

export type { ByteStream } from './byte-stream.ts';

/** Most powers of a string. */
export const MAX_POWERS: number = 1 << 20;

/** Bytes per power in G1 and per point of G2. */
const G1_BYTES = 96;
const G2_BYTES = 192;
const SCALAR_BYTES = 32;

/** Terms summed at once if the caller does not say: 40 MB of memory, 6 % slower than all at once. */
const DEFAULT_TERMS = 1 << 16;
const MIN_TERMS = 64;

type Bytes = Uint8Array<ArrayBuffer>;

/** A string of powers. */
export interface Powers {
  /** Powers in G1, 1..2^20: the string has 96 * size + 384 bytes. */
  readonly size: number;
  /** SHA-256 of the string, 32 bytes. */
  readonly sha256: Uint8Array;
  /** The string, or a function that streams it from its beginning each time it is called. */
  readonly bytes: Uint8Array | (() => ByteStream | Promise<ByteStream>);
}

/** What `createBigKzg` takes. */
export interface BigKzgOptions {
  readonly powers: Powers;
  readonly backend?: BackendName | 'auto';
  /** Terms summed at once, 64..2^20: memory against speed. 65,536 if absent. */
  readonly termsAtOnce?: number;
}

/** Commitments to polynomials of any size up to that of the powers. */
export interface BigKzg {
  readonly size: number;
  backend(): { readonly name: BackendName; readonly reason: string };

  /**
   * [f(tau)]_1, 48 bytes. Coefficients may be streamed; memory does not grow with their number.
   * Rejects with KzgError `polynomial_length`, `scalar_not_canonical`; `setup_invalid` if the powers
   * are no longer those that were checked; the signal's reason, asked for with each piece that arrives.
   */
  commit(
    coefficients: Uint8Array | ByteStream,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Bytes>;

  /** f(z) and its proof. Holds the coefficients. Rejects as `commit`. */
  open(
    coefficients: Uint8Array | ByteStream,
    options: { readonly z: bigint; readonly signal?: AbortSignal },
  ): Promise<{ readonly proof: Bytes; readonly y: bigint }>;

  /** Whether f(z) = y. Throws KzgError `point_*` for malformed points. Two pairings. */
  verify(claim: {
    readonly commitment: Uint8Array;
    readonly z: bigint;
    readonly y: bigint;
    readonly proof: Uint8Array;
  }): boolean;

  /** Gives the memory back; any use afterwards throws or rejects with KzgError `disposed`. */
  dispose(): void;
}

/**
 * Reads the powers once and compares length and hash (a second per 2^20).
 * Rejects with KzgError `setup_invalid`, `backend_unavailable`; RangeError for numbers out of range.
 *
 * @example
 * const big = await createBigKzg({ powers: { size, sha256, bytes: () => openFile(path) } });
 * const commitment = await big.commit(coefficients);
 */
export async function createBigKzg(options: BigKzgOptions): Promise<BigKzg> {
  const { powers, backend = 'auto', termsAtOnce = DEFAULT_TERMS } = options;
  assertInteger(powers.size, { name: 'powers.size', from: 1, to: MAX_POWERS });
  assertInteger(termsAtOnce, { name: 'termsAtOnce', from: MIN_TERMS, to: MAX_POWERS });
  assertBytes(powers.sha256, { size: 32, code: 'setup_invalid', name: 'powers.sha256' });
  const checked = await checkPowers(powers, termsAtOnce);
  const engine = await createEngine(backend, () => ({
    firstPowers: checked.first,
    g2: concatBytes([checked.g2, checked.g2.subarray(G2_BYTES)]), // [tau^64] is not used
    lagrange: () => absent('Lagrange points'),
    monomial: () => absent('monomial points'),
    fk20: () => undefined,
    id: () => Uint8Array.from(powers.sha256),
    isCeremony: false,
  }));
  if (!engine.areAffine(checked.first)) throw badPowers('expected points of the curve');
  return new StreamedKzg(engine, { powers, termsAtOnce, digests: checked.digests });
}

/** What the first pass over the powers keeps. */
type CheckedPowers = {
  readonly first: Bytes;
  readonly g2: Bytes;
  /** Hash of each piece of `termsAtOnce` powers. */
  readonly digests: readonly string[];
};

class StreamedKzg implements BigKzg {
  readonly size: number;
  readonly #powers: Powers;
  readonly #termsAtOnce: number;
  readonly #digests: readonly string[];
  /** Pieces whose points were found to be on the curve. */
  readonly #onCurve = new Set<number>();
  /** Until the disposal; the cache holds the engine, too. */
  #held: { readonly engine: Engine; readonly cache: PointCache } | undefined;

  constructor(
    engine: Engine,
    options: {
      readonly powers: Powers;
      readonly termsAtOnce: number;
      readonly digests: readonly string[];
    },
  ) {
    this.#held = { engine, cache: new PointCache(engine) };
    this.#powers = options.powers;
    this.size = options.powers.size;
    this.#termsAtOnce = options.termsAtOnce;
    this.#digests = options.digests;
  }

  backend(): { readonly name: BackendName; readonly reason: string } {
    const { name, reason } = this.#live().engine;
    return { name, reason };
  }

  async commit(
    coefficients: Uint8Array | ByteStream,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Bytes> {
    const pieces = this.#powerPieces();
    const sums: Bytes[] = [];
    let count = 0;
    const size = this.#termsAtOnce * SCALAR_BYTES;
    try {
      for await (const scalars of regroup(asStream(coefficients), size)) {
        signal?.throwIfAborted();
        count += this.#checkPiece(scalars, count);
        const { value: points } = await pieces.next();
        const { engine } = this.#live();
        sums.push(engine.sumAffine(points!.subarray(0, 3 * scalars.length), scalars));
      }
    } finally {
      await pieces.return();
    }
    if (count === 0) throw badLength('expected at least one coefficient');
    return this.#addUp(sums);
  }

  async open(
    coefficients: Uint8Array | ByteStream,
    { z, signal }: { readonly z: bigint; readonly signal?: AbortSignal },
  ): Promise<{ readonly proof: Bytes; readonly y: bigint }> {
    assertScalar(z, 'z');
    const size = this.#termsAtOnce * SCALAR_BYTES;
    const pieces: Bytes[] = [];
    let count = 0;
    for await (const scalars of regroup(asStream(coefficients), size)) {
      signal?.throwIfAborted();
      count += this.#checkPiece(scalars, count);
      pieces.push(scalars);
    }
    if (count === 0) throw badLength('expected at least one coefficient');
    let carry = 0n;
    for (let i = pieces.length - 1; i >= 0; i--) {
      const divided = this.#live().engine.divide(pieces[i]!, { z, carry });
      pieces[i] = divided.quotient;
      carry = divided.carry;
    }
    return { proof: await this.commit(pieces, signal === undefined ? {} : { signal }), y: carry };
  }

  verify(claim: {
    readonly commitment: Uint8Array;
    readonly z: bigint;
    readonly y: bigint;
    readonly proof: Uint8Array;
  }): boolean {
    const { engine, cache } = this.#live();
    const { z, y } = claim;
    assertScalar(z, 'z');
    assertScalar(y, 'y');
    const { commitments: commitment, proofs: proof } = cache.decodeOne(claim);
    return verifyOpening(engine, {
      commitment: [{ points: commitment, scalars: [1n] }],
      z,
      y,
      proof,
    });
  }

  dispose(): void {
    this.#held = undefined;
  }

  #live(): { readonly engine: Engine; readonly cache: PointCache } {
    if (this.#held === undefined) throw new KzgError('disposed', 'big: it was disposed of');
    return this.#held;
  }

  /** The number of coefficients of a piece that comes after `before` others. */
  #checkPiece(scalars: Bytes, before: number): number {
    if (scalars.length % SCALAR_BYTES !== 0) throw badLength('expected 32 bytes per coefficient');
    const count = scalars.length / SCALAR_BYTES;
    if (before + count > this.size) throw badLength(`expected at most ${this.size} coefficients`);
    assertCanonical(scalars);
    return count;
  }

  /** The powers in G1, `termsAtOnce` in a piece, each compared with its hash before it is used. */
  async *#powerPieces(): AsyncGenerator<Bytes, void> {
    let piece = 0;
    const end = this.size * G1_BYTES;
    let offset = 0;
    const size = this.#termsAtOnce * G1_BYTES;
    for await (const bytes of regroup(await openStream(this.#powers), size)) {
      const points = bytes.subarray(0, Math.min(bytes.length, end - offset));
      const { engine } = this.#live();
      if (toHex(engine.hash([bytes])) !== this.#digests[piece]) throw changed();
      if (!this.#onCurve.has(piece) && !engine.areAffine(points)) {
        throw badPowers('expected points of the curve');
      }
      this.#onCurve.add(piece++);
      offset += points.length;
      yield points;
    }
    throw changed(); // shorter than it was: callers stop before the end
  }

  #addUp(encodings: readonly Bytes[]): Bytes {
    const { engine } = this.#live();
    const { points } = engine.decodePoints(encodings);
    return engine.sumPoints([{ points, scalars: encodings.map(() => 1n) }]);
  }
}

/** Reads the whole string: its length, its hash, the hash of each piece, the first powers, G2. */
async function checkPowers(powers: Powers, termsAtOnce: number): Promise<CheckedPowers> {
  const expected = powers.size * G1_BYTES + 2 * G2_BYTES;
  const whole = sha256.create();
  const digests: string[] = [];
  let length = 0;
  let first: Bytes = new Uint8Array(0);
  let tail: Bytes = new Uint8Array(0);
  for await (const bytes of regroup(await openStream(powers), termsAtOnce * G1_BYTES)) {
    length += bytes.length;
    if (length > expected) throw badPowers(`expected ${expected} bytes, got more`);
    whole.update(bytes);
    digests.push(toHex(sha256(bytes)));
    if (first.length === 0) first = bytes.slice(0, Math.min(64, powers.size) * G1_BYTES);
    tail = concatBytes([tail, bytes]).slice(-2 * G2_BYTES);
  }
  if (length !== expected) throw badPowers(`expected ${expected} bytes, got ${length}`);
  if (toHex(whole.digest()) !== toHex(powers.sha256)) throw badPowers('another hash was expected');
  return { first, g2: tail, digests };
}

async function createEngine(backend: BackendName | 'auto', openSetup: OpenSetup): Promise<Engine> {
  const kernel = await chooseKernel(backend);
  if (kernel.name !== undefined) return createWasmEngine(kernel, { openSetup, tables: 'none' });
  const { createJsEngine } = await import('./js/engine.ts');
  return createJsEngine(openSetup, kernel.reason);
}

async function openStream({ bytes }: Powers): Promise<ByteStream> {
  return typeof bytes === 'function' ? await bytes() : asStream(bytes);
}

/** A byte array is one piece, not a list of numbers. */
function asStream(bytes: Uint8Array | ByteStream): ByteStream {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}

function assertInteger(
  value: number,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): void {
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new RangeError(`${name}: expected an integer in ${from}..${to}, got ${value}`);
  }
}

function absent(what: string): never {
  throw new KzgError('setup_missing', `powers: there are no ${what}`);
}

function badPowers(message: string): KzgError {
  return new KzgError('setup_invalid', `powers: ${message}`);
}

function changed(): KzgError {
  return badPowers('they are not those that were checked');
}

function badLength(message: string): KzgError {
  return new KzgError('polynomial_length', `coefficients: ${message}`);
}
