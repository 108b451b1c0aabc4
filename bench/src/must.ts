/**
 * What a row must reach, and whether a measurement reaches it. The bounds are those of the kernel's
 * specification for the fma back end; other back ends are allowed more (ALLOWANCE).
 */
import type { Backend } from './backends.ts';

/**
 * `faster`: than a peer by a factor. `within`: a share of a peer's time. `below`: milliseconds, of
 * ours or of the named `peer`.
 * `memory`: MiB, of the kind that the row measures. `atMost`: a count, in the row's unit.
 */
export type Must =
  | { readonly rule: 'faster'; readonly peer: string; readonly bound: number; readonly by?: 'wall' }
  | { readonly rule: 'within'; readonly peer: string; readonly bound: number }
  | { readonly rule: 'below'; readonly bound: number; readonly by?: 'wall'; readonly peer?: string }
  | { readonly rule: 'memory'; readonly bound: number }
  | { readonly rule: 'atMost'; readonly bound: number };

/** A must with what was measured. `measured` is undefined if the peer was not there. */
export interface Verdict {
  readonly rule: Must['rule'];
  readonly peer: string | undefined;
  /** After the back end's allowance, or after scaling to the machine. */
  readonly bound: number;
  readonly measured: number | undefined;
  readonly met: boolean | undefined;
}

/** How much smaller each ratio may be (erasure's strict back end: design/erasure.md, section 5). The JavaScript back end has no bounds; it is shown as is. */
export const ALLOWANCE: Readonly<Record<Backend, number>> = {
  auto: 1,
  fma: 1,
  wide: 1.4,
  scalar: 2.8,
  js: 1,
  relaxed: 1,
  strict: 1 / 0.6,
};

/** Native c-kzg's commitment takes this long on the machine of the absolute bounds. */
export const REFERENCE_COMMIT_MS = 50;

/** Median milliseconds of one contender, or what else its row measures. */
export interface Times {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryMib?: number | undefined;
  readonly figure?: number | undefined;
}

/**
 * Judges one row. `machineScale` is this machine's c-kzg commitment time over the reference time:
 * 2 means a machine half as fast, whose absolute bounds are twice as long.
 */
export function judge(
  musts: readonly Must[],
  row: {
    readonly ours: Times;
    readonly peers: ReadonlyMap<string, Times>;
    readonly allowance: number;
    readonly machineScale: number;
  },
): Verdict[] {
  return musts.map((must): Verdict => {
    if (must.rule === 'memory' || must.rule === 'atMost') {
      const measured = row.ours[must.rule === 'memory' ? 'memoryMib' : 'figure'];
      const met = measured === undefined ? undefined : measured <= must.bound;
      return { rule: must.rule, peer: undefined, bound: must.bound, measured, met };
    }
    if (must.rule === 'below') {
      const bound = must.bound * row.machineScale;
      const times = must.peer === undefined ? row.ours : row.peers.get(must.peer);
      const measured = times?.[must.by === 'wall' ? 'wallMs' : 'cpuMs'];
      const met = measured === undefined ? undefined : measured <= bound;
      return { rule: must.rule, peer: must.peer, bound, measured, met };
    }
    const peer = row.peers.get(must.peer);
    if (must.rule === 'within') {
      const bound = must.bound * row.allowance;
      const measured = peer && row.ours.cpuMs / peer.cpuMs;
      const met = measured === undefined ? undefined : measured <= bound;
      return { rule: must.rule, peer: must.peer, bound, measured, met };
    }
    const clock = must.by === 'wall' ? 'wallMs' : 'cpuMs';
    const bound = must.by === 'wall' ? must.bound : must.bound / row.allowance;
    const measured = peer && peer[clock] / row.ours[clock];
    const met = measured === undefined ? undefined : measured >= bound;
    return { rule: must.rule, peer: must.peer, bound, measured, met };
  });
}
