import { ErasureError } from '../src/index.ts';

/** The code of the `ErasureError` that `call` throws; another error is passed on. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ErasureError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
