/**
 * Other implementations of EIP-4844 and EIP-7594 that tests compare with: @crate-crypto/node-eth-kzg
 * (Rust, prebuilt) and c-kzg (C, compiled at installation, hence optional). Both bring their own
 * copy of the ceremony; loading takes about two seconds each and is done once per process.
 */
import { createRequire } from 'node:module';

/** The functions that tests use, under c-kzg's names and argument order. They throw on bad input. */
export type StockVerifier = {
  readonly name: string;
  blobToKzgCommitment(blob: Uint8Array): Uint8Array;
  computeKzgProof(blob: Uint8Array, z: Uint8Array): readonly Uint8Array[];
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array;
  verifyKzgProof(c: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean;
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;
  computeCellsAndKzgProofs(
    blob: Uint8Array,
  ): readonly [cells: readonly Uint8Array[], proofs: readonly Uint8Array[]];
  verifyCellKzgProofBatch(
    commitments: readonly Uint8Array[],
    indices: readonly number[],
    cells: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean;
};

type EthKzg = Omit<StockVerifier, 'name' | 'computeCellsAndKzgProofs'> & {
  computeCellsAndKzgProofs(blob: Uint8Array): { cells: Uint8Array[]; proofs: Uint8Array[] };
};

type CKzg = Omit<StockVerifier, 'name'> & { loadTrustedSetup(precompute: number): void };

let loaded: readonly StockVerifier[] | undefined;

/** The peers that are installed here; prints a line for each that is not. */
export function stockVerifiers(): readonly StockVerifier[] {
  loaded ??= [loadEthKzg, loadCKzg].flatMap((load) => {
    const peer = load();
    return peer === undefined ? [] : [peer];
  });
  return loaded;
}

function loadEthKzg(): StockVerifier | undefined {
  const name = '@crate-crypto/node-eth-kzg';
  const module = tryRequire<{ DasContextJs: { create(o: { usePrecomp: boolean }): EthKzg } }>(name);
  if (module === undefined) return undefined;
  const context = module.DasContextJs.create({ usePrecomp: false });
  return {
    name,
    blobToKzgCommitment: (blob) => context.blobToKzgCommitment(blob),
    computeKzgProof: (blob, z) => context.computeKzgProof(blob, z),
    computeBlobKzgProof: (blob, commitment) => context.computeBlobKzgProof(blob, commitment),
    verifyKzgProof: (c, z, y, proof) => context.verifyKzgProof(c, z, y, proof),
    verifyBlobKzgProof: (blob, c, proof) => context.verifyBlobKzgProof(blob, c, proof),
    computeCellsAndKzgProofs: (blob) => {
      const { cells, proofs } = context.computeCellsAndKzgProofs(blob);
      return [cells, proofs];
    },
    verifyCellKzgProofBatch: (commitments, indices, cells, proofs) =>
      context.verifyCellKzgProofBatch(commitments, indices, cells, proofs),
  };
}

function loadCKzg(): StockVerifier | undefined {
  const name = 'c-kzg';
  const peer = tryRequire<CKzg>(name);
  if (peer === undefined) return undefined;
  peer.loadTrustedSetup(0);
  return {
    name,
    blobToKzgCommitment: (blob) => peer.blobToKzgCommitment(blob),
    computeKzgProof: (blob, z) => peer.computeKzgProof(blob, z),
    computeBlobKzgProof: (blob, commitment) => peer.computeBlobKzgProof(blob, commitment),
    verifyKzgProof: (c, z, y, proof) => peer.verifyKzgProof(c, z, y, proof),
    verifyBlobKzgProof: (blob, c, proof) => peer.verifyBlobKzgProof(blob, c, proof),
    computeCellsAndKzgProofs: (blob) => peer.computeCellsAndKzgProofs(blob),
    verifyCellKzgProofBatch: (commitments, indices, cells, proofs) =>
      peer.verifyCellKzgProofBatch(commitments, indices, cells, proofs),
  };
}

/** The module, or undefined (and a printed line) if it or its native part cannot be loaded. */
function tryRequire<T>(name: string): T | undefined {
  try {
    return createRequire(import.meta.url)(name) as T;
  } catch {
    console.log(`peer absent, skipped: ${name}`);
    return undefined;
  }
}
