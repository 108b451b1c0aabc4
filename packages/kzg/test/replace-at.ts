/** A copy of the list with one item replaced (Array.prototype.with needs a newer library). */
export function replaceAt<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, i) => (i === index ? item : old));
}
