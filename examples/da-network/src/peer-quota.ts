/**
 * A bound on the work that one peer can make a node do: so many units for each blob and peer while
 * the node runs. Peers are told apart by the transport (a connection, an address), not by what they
 * call themselves. There is no clock in it: a node that serves for days would refill by the hour.
 */

/** (peer, blob) pairs that are counted; the one counted first is forgotten first. */
export const MAX_COUNTED = 65_536;

/** Counts units by peer and blob. */
export class PeerQuota {
  readonly #limit: number;
  readonly #used = new Map<string, number>();

  /** `limit`: units for each peer and blob. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one unit; false if there is none left. */
  take({ peer, blob }: { peer: string; blob: string }): boolean {
    const key = `${blob}:${peer}`;
    const used = this.#used.get(key) ?? 0;
    if (used >= this.#limit) return false;
    if (used === 0 && this.#used.size >= MAX_COUNTED) {
      this.#used.delete(this.#used.keys().next().value!);
    }
    this.#used.set(key, used + 1);
    return true;
  }
}
