/** The peers as rivals of a target: native KZG libraries by function name. */
import type { KzgArguments, KzgFunction, KzgPeer } from '../src/peers/kzg.ts';
import type { Rival } from './target.ts';

/** Documented deviations, by the peer that deviates. */
export type Excuses<Arguments> = Readonly<Record<string, Rival<Arguments>['excuse']>>;

/** One rival per peer for a function of c-kzg's interface. */
export function kzgRivals<Name extends KzgFunction>(
  peers: readonly KzgPeer[],
  name: Name,
  excuses: Excuses<KzgArguments<Name>> = {},
): Record<string, Rival<KzgArguments<Name>>> {
  return rowRivals(peers, (peer, args) => callPeer(peer, name, ...args), excuses);
}

/** One rival per peer for a function that a peer computes in its own way. */
export function rowRivals<Arguments>(
  peers: readonly KzgPeer[],
  run: (peer: KzgPeer, args: Arguments) => unknown,
  excuses: Excuses<Arguments> = {},
): Record<string, Rival<Arguments>> {
  const rivals: Record<string, Rival<Arguments>> = {};
  for (const peer of peers) {
    const excuse = excuses[peer.name];
    rivals[peer.name] = { run: (args) => run(peer, args), ...(excuse ? { excuse } : {}) };
  }
  return rivals;
}

/** Calls a peer's function on bytes. Throws what it throws. */
export function callPeer<Name extends KzgFunction>(
  peer: KzgPeer,
  name: Name,
  ...args: KzgArguments<Name>
): unknown {
  const call = peer.bind(name, args);
  const result = call.run();
  return call.read === undefined ? result : call.read(result);
}
