/** The engines under test. */
import type { Engine } from '../src/engine.ts';
import { createErasureSync, type Erasure, type ErasureOptions } from '../src/index.ts';
import { createJsEngine } from '../src/js/engine.ts';

export type CreateCoder = (options: ErasureOptions) => Erasure;

/** Each engine's name, and how to make a coder on it. */
export const ENGINES: readonly (readonly [string, CreateCoder])[] = [['js', createErasureSync]];

/** A fresh engine of each kind. */
export async function openEngines(): Promise<readonly (readonly [string, Engine])[]> {
  return [['js', createJsEngine()]];
}
