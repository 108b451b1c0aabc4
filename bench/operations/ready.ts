/**
 * From nothing to a verifier, in fresh processes: import, create, and verify one proof. Two rows of
 * the same starts: until the object is there, and until it has given its first answer, which a
 * library that postpones its work cannot shorten. `dist` is measured, as a user has it.
 */
import { ensureBuilt } from '../src/built.ts';
import { runChild } from '../src/child.ts';
import { blobCells, firstOpening } from '../src/inputs.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import type { ReadyProof, ReadyTimes } from '../src/ready-child.ts';

const MUST = [
  { rule: 'faster', peer: 'kzg-wasm', bound: 100 },
  { rule: 'faster', peer: 'ox', bound: 100 },
  { rule: 'below', bound: 60 },
] as const;
const LIBRARIES = ['ours', 'c-kzg', 'node-eth-kzg', 'kzg-wasm', 'ox'] as const;

/** Starts that the first row made and the second has not used yet. */
const kept = new Map<string, ReadyTimes[]>();

async function coldStart(library: string, backend: string, proof: ReadyProof): Promise<ReadyTimes> {
  if (library === 'ours') ensureBuilt(['kzg']);
  return runChild('ready-child.ts', [library, backend, JSON.stringify(proof)], { source: false });
}

function until(mark: 'created' | 'verified'): Operation {
  const contenders: Record<string, Contender<ReadyProof>> = {};
  for (const library of LIBRARIES) {
    contenders[library] = async (proof, { backend }) => ({
      sample: async () => {
        const waiting = kept.get(library) ?? [];
        const reused = mark === 'verified' ? waiting.shift() : undefined;
        const times = reused ?? (await coldStart(library, backend, proof));
        if (mark === 'created') kept.set(library, [...waiting, times]);
        return { ...times[mark], result: times.result, peakRssMib: times.peakRssMib };
      },
    });
  }
  return operation<ReadyProof>({
    name: `kzg::ready/until=${mark}`,
    table: 'ready',
    must: MUST,
    minRounds: 5,
    input: async (bench) => {
      const { commitment, z, y, proof } = await firstOpening(bench);
      const { cells, proofs } = (await blobCells(1, bench))[0]!;
      return {
        commitment: hex(commitment),
        z: hex(z),
        y: hex(y),
        proof: hex(proof),
        cell: hex(cells[0]!),
        cellProof: hex(proofs[0]!),
      };
    },
    contenders,
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export const ready: readonly Operation[] = [until('created'), until('verified')];
