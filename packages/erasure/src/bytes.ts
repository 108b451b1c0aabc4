/** Comparison of bytes; not constant-time, for public data. */

/** Whether two byte arrays are equal. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && firstDifference(left, right) === -1;
}

/**
 * Where two byte arrays first differ, over the length of `left`; -1 if nowhere. Words are compared
 * where both start at one.
 */
export function firstDifference(left: Uint8Array, right: Uint8Array): number {
  const words = (left.byteOffset | right.byteOffset) % 4 === 0 ? left.length >> 2 : 0;
  let start = 0;
  if (words > 0) {
    const a = new Uint32Array(left.buffer, left.byteOffset, words);
    const b = new Uint32Array(right.buffer, right.byteOffset, words);
    while (start < words && a[start] === b[start]) start++;
    start *= 4;
  }
  for (let i = start; i < left.length; i++) if (left[i] !== right[i]) return i;
  return -1;
}
