/** Contenders for a function of c-kzg's interface: ours and the named peers that have it. */
import type { Contender } from './operation.ts';
import { type KzgPeerName, kzgPeer } from './peers/all.ts';
import { type KzgArguments, type KzgFunction, ourKzg } from './peers/kzg.ts';

/** One contender per name; `toArguments` turns the operation's input into the arguments. */
export function kzgContenders<Name extends KzgFunction, Input>(
  name: Name,
  options: {
    readonly peers: readonly KzgPeerName[];
    readonly toArguments: (input: Input) => KzgArguments<Name>;
  },
): Record<string, Contender<Input>> {
  const contenders: Record<string, Contender<Input>> = {
    ours: async (input, bench) => ourKzg(await bench.kzg()).bind(name, options.toArguments(input)),
  };
  for (const peerName of options.peers) {
    contenders[peerName] = async (input) => {
      const peer = await kzgPeer(peerName);
      return peer?.functions.includes(name)
        ? peer.bind(name, options.toArguments(input))
        : undefined;
    };
  }
  return contenders;
}
