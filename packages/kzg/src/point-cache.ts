/**
 * Commitments that were decoded and found in the subgroup, so that the same commitment in the next
 * batch (columns of one blob arrive for seconds) costs a look-up instead of a square root and a
 * subgroup test. Only good points are kept; at most `MAX_CACHED_POINTS`, the least recently used
 * leave first.
 */
import { assertEncodings, throwFault } from './commitment.ts';
import type { Engine, PointList } from './engine.ts';
import { assertBytes } from './errors.ts';
import { BYTES_PER_COMMITMENT } from './parameters.ts';

/** About 300 bytes each. */
export const MAX_CACHED_POINTS = 1024;

/** Two lists of points of the subgroup. */
export type DecodedPair = { readonly commitments: PointList; readonly proofs: PointList };

export class PointCache {
  readonly #engine: Engine;
  readonly #points = new Map<string, PointList>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Points held. */
  get size(): number {
    return this.#points.size;
  }

  /**
   * Decodes and checks both lists as `decodePoints` does, in one call of the engine (which takes two
   * points at a time). Commitments are looked up first and remembered.
   */
  decode(commitments: readonly Uint8Array[], proofs: readonly Uint8Array[]): DecodedPair {
    assertEncodings(commitments, 'commitment');
    assertEncodings(proofs, 'proof');
    return this.#decode(commitments, proofs, (index) => ({ index }));
  }

  /** The same for one of each; errors name no index. */
  decodeOne(claim: { readonly commitment: Uint8Array; readonly proof: Uint8Array }): DecodedPair {
    const expected = { size: BYTES_PER_COMMITMENT, code: 'point_length' } as const;
    assertBytes(claim.commitment, { ...expected, name: 'commitment' });
    assertBytes(claim.proof, { ...expected, name: 'proof' });
    return this.#decode([claim.commitment], [claim.proof], () => ({}));
  }

  #decode(
    commitments: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
    position: (index: number) => { index?: number },
  ): DecodedPair {
    const keys = commitments.map((bytes) => String.fromCharCode(...bytes));
    const found = keys.map((key) => this.#take(key));
    const missing = [...keys.keys()].filter((i) => found[i] === undefined);
    const unknown = [...missing.map((i) => commitments[i]!), ...proofs];
    const { points, statuses } = this.#engine.decodePoints(unknown);
    statuses.forEach((status, at) => {
      const i = missing[at];
      if (i !== undefined) throwFault(status, { name: 'commitment', ...position(i) });
      else throwFault(status, { name: 'proof', ...position(at - missing.length) });
    });
    missing.forEach((i, at) => {
      const point = this.#engine.slicePoints(points, at, at + 1);
      found[i] = point;
      this.#put(keys[i]!, point);
    });
    return {
      commitments: this.#engine.joinPoints(found as PointList[]),
      proofs: this.#engine.slicePoints(points, missing.length, points.count),
    };
  }

  /** The point of a key, which becomes the most recently used. */
  #take(key: string): PointList | undefined {
    const point = this.#points.get(key);
    if (point !== undefined) {
      this.#points.delete(key);
      this.#points.set(key, point);
    }
    return point;
  }

  #put(key: string, point: PointList): void {
    this.#points.set(key, point);
    if (this.#points.size > MAX_CACHED_POINTS) {
      const { value } = this.#points.keys().next();
      if (value !== undefined) this.#points.delete(value);
    }
  }
}
