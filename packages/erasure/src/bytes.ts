/** Comparison of bytes; not constant-time, for public data. */

/** Whether two byte arrays are equal. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && firstDifference(left, right) === -1;
}

/** Where two byte arrays first differ, over the length of `left`; -1 if nowhere. */
export function firstDifference(left: Uint8Array, right: Uint8Array): number {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return i;
  return -1;
}
