/**
 * BLS: one signature, 512 keys over one message, and a batch of 64 independent signatures over 64
 * messages. Keys are known beforehand by all (decoded objects for the peers, the cache for ours);
 * signatures are decoded and checked to be in the group within the call.
 */
import type { Bls, SignatureSet } from '@barycenter/bls';
import type { Must } from '../src/must.ts';
import { type Bench, type Contender, type Operation, operation } from '../src/operation.ts';
import { type BlsPeerName, blsPeer } from '../src/peers/all.ts';
import { type Aggregate, type BlsPeer, ourBls } from '../src/peers/bls.ts';
import type { Call } from '../src/peers/kzg.ts';

const MUST: readonly Must[] = [
  { rule: 'faster', peer: 'noble', bound: 8 },
  { rule: 'faster', peer: 'bls-eth-wasm', bound: 2 },
  { rule: 'within', peer: 'blst', bound: 2.8 },
];
const PEERS: readonly BlsPeerName[] = ['noble', 'bls-eth-wasm', 'blst'];
const COMMITTEE = 512;
const BATCH = 64;

/** A signature by signer `i` over the message of 32 bytes `number`. */
function signedBy(bls: Bls, i: number, number: number): SignatureSet {
  const secretKey = bls.keyGen(
    new Uint8Array(32)
      .fill(1)
      .fill(i, 0, 1)
      .fill(i >> 8, 1, 2),
  );
  const message = new Uint8Array(32).fill(number);
  return { publicKey: bls.publicKey(secretKey), message, signature: bls.sign(secretKey, message) };
}

function contenders<Input>(
  bind: (peer: BlsPeer, input: Input) => Call,
): Record<string, Contender<Input>> {
  const out: Record<string, Contender<Input>> = {
    ours: async (input, bench: Bench) => bind(ourBls(await bench.bls()), input),
  };
  for (const name of PEERS) {
    out[name] = async (input) => {
      const peer = await blsPeer(name);
      return peer && bind(peer, input);
    };
  }
  return out;
}

export const signatures: readonly Operation[] = [
  operation<SignatureSet>({
    name: 'bls::verify/n=1',
    table: 'bls',
    must: MUST,
    input: async (bench) => signedBy(await bench.bls(), 0, 0),
    wrong: (set) => ({ ...set, message: new Uint8Array(32).fill(99) }),
    contenders: contenders((peer, set) => peer.verify(set)),
  }),
  operation<Aggregate>({
    name: `bls::fastAggregateVerify/keys=${COMMITTEE}`,
    table: 'bls',
    must: MUST,
    input: async (bench) => {
      const bls = await bench.bls();
      // With --quick 16 signers are repeated: a key listed twice counts twice.
      const signers = bench.quick ? 16 : COMMITTEE;
      const sets = Array.from({ length: signers }, (_, i) => signedBy(bls, i, 0));
      const listed = Array.from({ length: COMMITTEE }, (_, i) => sets[i % signers]!);
      return {
        publicKeys: listed.map(({ publicKey }) => publicKey),
        message: sets[0]!.message,
        signature: bls.aggregateSignatures(listed.map(({ signature }) => signature)),
      };
    },
    wrong: (aggregate) => ({ ...aggregate, publicKeys: aggregate.publicKeys.slice(1) }),
    contenders: contenders((peer, aggregate) => peer.fastAggregateVerify(aggregate)),
  }),
  operation<SignatureSet[]>({
    name: `bls::verifyBatch/n=${BATCH} messages=${BATCH}`,
    table: 'bls',
    must: MUST,
    input: async (bench) => {
      const bls = await bench.bls();
      return Array.from({ length: BATCH }, (_, i) => signedBy(bls, i, i));
    },
    wrong: (sets) =>
      sets.map((set, i) => (i === 5 ? { ...set, signature: sets[0]!.signature } : set)),
    contenders: contenders((peer, sets) => peer.verifyBatch(sets)),
  }),
];
