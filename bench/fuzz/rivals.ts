/** The peers as rivals of a target: native KZG libraries by function name. */
import type { KzgArguments, KzgFunction, KzgPeer } from '../src/peers/kzg.ts';
import type { Rival } from './target.ts';

/** One rival per peer for a function of c-kzg's interface. */
export function kzgRivals<Name extends KzgFunction>(
  peers: readonly KzgPeer[],
  name: Name,
  options: Pick<Rival<KzgArguments<Name>>, 'excuse'> = {},
): Record<string, Rival<KzgArguments<Name>>> {
  return Object.fromEntries(
    peers.map((peer) => [peer.name, { ...options, run: (args) => callPeer(peer, name, ...args) }]),
  );
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
