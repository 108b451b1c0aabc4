/** The engines under test: those that this runtime has; JavaScript and strict SIMD it must have. */
import { readFileSync } from 'node:fs';
import type { Engine } from '../src/engine.ts';
import { type CodeOptions, createErasureSync, type Erasure } from '../src/index.ts';
import { createJsEngine } from '../src/js/engine.ts';
import { createWasmEngine } from '../src/wasm/engine.ts';

export type CreateCoder = (options: CodeOptions) => Erasure;

/** The compiled kernels. Node 20 has no relaxed SIMD. */
export const MODULES: readonly {
  readonly name: 'relaxed' | 'strict';
  readonly module: WebAssembly.Module;
}[] = (['relaxed', 'strict'] as const).flatMap((name) => {
  const bytes = readFileSync(new URL(`../src/kernel/${name}.wasm`, import.meta.url));
  if (name === 'relaxed' && !WebAssembly.validate(bytes)) return [];
  return [{ name, module: new WebAssembly.Module(bytes) }];
});

/** Each engine's name, and how to make a coder on it. */
export const ENGINES: readonly (readonly [string, CreateCoder])[] = [
  ...MODULES.map(
    ({ name, module }) =>
      [name, (options: CodeOptions) => createErasureSync({ ...options, module })] as const,
  ),
  ['js', createErasureSync],
];

/** A fresh engine of each kind. */
export const openEngines = (): readonly (readonly [string, Engine])[] => [
  ...MODULES.map(({ name, module }) => [name, createWasmEngine(module, name)] as const),
  ['js', createJsEngine()],
];
