/**
 * Other implementations of EIP-4844 and EIP-7594 under one interface. `bind` takes the arguments in
 * bytes and gives a call that can be repeated, so that a peer that wants hexadecimal strings is not
 * charged for the conversion of its input; `read` brings a result back to bytes, outside any timing.
 */
import { createRequire } from 'node:module';
import type { CKzgFunctions, Kzg } from '@barycenter/kzg';

/** c-kzg's names; the functions that a measurement or the fuzzer compares. */
export type KzgFunction = Exclude<
  keyof CKzgFunctions,
  'backend' | 'computeChallenge' | 'computeVerifyCellKzgProofBatchChallenge'
>;

/** The arguments of a function. */
export type KzgArguments<Name extends KzgFunction> = Parameters<CKzgFunctions[Name]>;

/** A call with its arguments bound. */
export interface Call {
  run(): unknown;
  /** The result in bytes, as c-kzg gives it; default: the result itself. */
  read?(result: unknown): unknown;
  /** Gives back what outlives a call, such as threads. */
  close?(): void;
}

/** One implementation. */
export interface KzgPeer {
  readonly name: string;
  readonly functions: readonly KzgFunction[];
  bind<Name extends KzgFunction>(name: Name, args: KzgArguments<Name>): Call;
}

const require = createRequire(import.meta.url);

type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;
type Strings = string | readonly string[];

/** Our own object as a contender. */
export function ourKzg(kzg: Kzg): KzgPeer {
  return plainPeer('ours', kzg as unknown as Functions);
}

/** c-kzg, native C, without precomputation. Throws if it was not compiled here. */
export function loadCKzg(): KzgPeer {
  const lib = require('c-kzg') as Functions & { loadTrustedSetup(precompute: number): void };
  lib.loadTrustedSetup(0);
  return plainPeer('c-kzg', lib);
}

/** @crate-crypto/node-eth-kzg, native Rust, without precomputation. */
export function loadEthKzg(): KzgPeer {
  const lib = require('@crate-crypto/node-eth-kzg') as {
    DasContextJs: { create(options: { usePrecomp: boolean }): Functions };
  };
  return plainPeer('node-eth-kzg', lib.DasContextJs.create({ usePrecomp: false }));
}

/** kzg-wasm, c-kzg compiled to WebAssembly; loading takes about 12 s. */
export async function loadKzgWasm(): Promise<KzgPeer> {
  const { loadKZG } = await import('kzg-wasm');
  const lib = (await loadKZG()) as unknown as Functions;
  const names: Partial<Record<KzgFunction, string>> = {
    blobToKzgCommitment: 'blobToKZGCommitment',
    computeBlobKzgProof: 'computeBlobKZGProof',
    verifyKzgProof: 'verifyKZGProof',
    verifyBlobKzgProof: 'verifyBlobKZGProof',
    verifyBlobKzgProofBatch: 'verifyBlobKZGProofBatch',
    computeCells: 'computeCells',
    verifyCellKzgProofBatch: 'verifyCellKzgProofBatch',
  };
  return {
    name: 'kzg-wasm',
    functions: Object.keys(names) as KzgFunction[],
    bind: (name, args) => {
      const call = lib[names[name]!]!.bind(lib) as (...args: unknown[]) => unknown;
      const strings = args.map(toHex);
      return {
        run: () => call(...strings),
        read: (result) => (typeof result === 'boolean' ? result : fromHex(result as Strings)),
      };
    },
  };
}

/** ox/wasm, c-kzg compiled to WebAssembly; loading takes about 12 s. */
export async function loadOx(): Promise<KzgPeer> {
  const { Kzg } = await import('ox/wasm');
  const { Setups } = await import('ox/trusted-setups');
  const lib = await Kzg.create({ trustedSetup: Setups.mainnet });
  return plainPeer('ox', lib as unknown as Functions);
}

/** A library with c-kzg's names on bytes; pairs may come as an object { cells, proofs }. */
function plainPeer(name: string, lib: Functions): KzgPeer {
  const wanted: readonly KzgFunction[] = [
    'blobToKzgCommitment',
    'computeKzgProof',
    'computeBlobKzgProof',
    'verifyKzgProof',
    'verifyBlobKzgProof',
    'verifyBlobKzgProofBatch',
    'computeCells',
    'computeCellsAndKzgProofs',
    'recoverCellsAndKzgProofs',
    'verifyCellKzgProofBatch',
  ];
  return {
    name,
    functions: wanted.filter((item) => typeof lib[item] === 'function'),
    bind: (item, args) => {
      const call = lib[item]!.bind(lib) as (...args: unknown[]) => unknown;
      return { run: () => call(...args), read: pairOf };
    },
  };
}

function pairOf(result: unknown): unknown {
  if (Array.isArray(result) || typeof result !== 'object' || result === null) return result;
  if (!('cells' in result && 'proofs' in result)) return result;
  return [result.cells, result.proofs];
}

function toHex(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toHex);
  if (!(value instanceof Uint8Array)) return value;
  return `0x${Buffer.from(value).toString('hex')}`;
}

function fromHex(value: Strings): unknown {
  if (typeof value !== 'string') return value.map(fromHex);
  return new Uint8Array(Buffer.from(value.slice(2), 'hex'));
}
