/**
 * `@barycenter/kzg/sync`: a Kzg without waiting. Everything is imported statically, the ceremony
 * (1.6 MB of text) and the TypeScript backend with @noble/curves included; so this entry is for
 * bundles in one file and for workers that were sent a compiled kernel.
 */
import { type RandomBytes, systemRandom } from './batch-weights.ts';
import { POINTS as fk20A } from './ceremony/fk20-0.ts';
import { POINTS as fk20B } from './ceremony/fk20-1.ts';
import { POINTS as lagrangeA } from './ceremony/lagrange-0.ts';
import { POINTS as lagrangeB } from './ceremony/lagrange-1.ts';
import { POINTS as monomialA } from './ceremony/monomial-0.ts';
import { POINTS as monomialB } from './ceremony/monomial-1.ts';
import { POINTS as verify } from './ceremony/verify.ts';
import { openCeremony } from './ceremony.ts';
import { assertChoice, TABLE_POLICIES, unavailable } from './create.ts';
import { createJsEngine } from './js/engine.ts';
import { readTrustedSetup, type TrustedSetup } from './js/trusted-setup.ts';
import { checkKernel } from './kernel/load.ts';
import type { Kzg } from './kzg.ts';
import { createScheme } from './scheme.ts';
import type { OpenSetup } from './setup.ts';
import { createWasmEngine } from './wasm/engine.ts';
import { acceptsKernel } from './wasm/known-answer.ts';
import type { TablePolicy } from './wasm/tables.ts';

/** What `createKzgSync` takes. */
export interface KzgSyncOptions {
  /** A trusted setup of your own; Ethereum's ceremony if absent. */
  readonly setup?: TrustedSetup;
  /** A kernel from `compileKernel`; TypeScript runs if absent. */
  readonly module?: WebAssembly.Module;
  /** When tables for commitments are built: `lazy` (if absent), `eager` or `none`. */
  readonly tables?: TablePolicy;
  /** Source of the weights of batches: `crypto.getRandomValues` if absent. */
  readonly random?: RandomBytes;
}

/**
 * As `createKzg`, at once. The module is tried on a known question first.
 * Throws KzgError `setup_invalid`; `backend_unavailable` if the module is not a kernel of this version
 * or computes wrongly here.
 */
export function createKzgSync(options: KzgSyncOptions = {}): Kzg {
  const { setup, module, tables = 'lazy', random = systemRandom } = options;
  assertChoice(tables, { name: 'tables', choices: TABLE_POLICIES });
  const openSetup: OpenSetup =
    setup === undefined
      ? (tools) =>
          openCeremony(
            {
              verify,
              lagrange: [lagrangeA, lagrangeB],
              monomial: [monomialA, monomialB],
              fk20: [fk20A, fk20B],
            },
            tools,
          )
      : (tools) => readTrustedSetup(setup, tools);
  if (module === undefined) {
    return createScheme(createJsEngine(openSetup, 'no compiled kernel was given'), random);
  }
  const kernel = checkKernel(module, acceptsKernel);
  if (kernel.name === undefined) throw unavailable(kernel.reason);
  return createScheme(createWasmEngine(kernel, { openSetup, tables }), random);
}
