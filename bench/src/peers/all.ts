/** Every peer, loaded on first use and once per process: kzg-wasm and ox take about 12 s each. */
import { type BlsPeer, loadBlsEthWasm, loadBlst, loadNoble } from './bls.ts';
import { type KzgPeer, loadCKzg, loadEthKzg, loadKzgWasm, loadOx } from './kzg.ts';

const KZG = { 'c-kzg': loadCKzg, 'node-eth-kzg': loadEthKzg, 'kzg-wasm': loadKzgWasm, ox: loadOx };
const BLS = { noble: loadNoble, 'bls-eth-wasm': loadBlsEthWasm, blst: loadBlst };

/** Peers of `@barycenter/kzg`. */
export type KzgPeerName = keyof typeof KZG;
/** Peers of `@barycenter/bls`. */
export type BlsPeerName = keyof typeof BLS;

const loaded = new Map<string, Promise<unknown>>();

/** The peer, or undefined (and a printed line) if it is not installed or does not load here. */
export function kzgPeer(name: KzgPeerName): Promise<KzgPeer | undefined> {
  return once(name, async () => KZG[name]());
}

/** The peer, or undefined (and a printed line) if it is not installed or does not load here. */
export function blsPeer(name: BlsPeerName): Promise<BlsPeer | undefined> {
  return once(name, async () => BLS[name]());
}

function once<Peer>(name: string, load: () => Promise<Peer>): Promise<Peer | undefined> {
  const known = loaded.get(name) as Promise<Peer | undefined> | undefined;
  if (known !== undefined) return known;
  const loading = load().catch((error: unknown) => {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    console.log(`peer absent, skipped: ${name} (${reason})`);
    return undefined;
  });
  loaded.set(name, loading);
  return loading;
}
