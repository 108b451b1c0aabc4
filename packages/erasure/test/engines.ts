/** The engines under test: name, and how to make a coder on it. */
import { createErasureSync, type Erasure, type ErasureOptions } from '../src/index.ts';

export type CreateCoder = (options: ErasureOptions) => Erasure;

export const ENGINES: readonly (readonly [string, CreateCoder])[] = [['js', createErasureSync]];
