/** Bytes that arrive in pieces of any size, regrouped into pieces of a given size. */

/** Pieces of bytes: an array of them, a generator, a ReadableStream where it can be iterated. */
export type ByteStream = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * The same bytes in pieces of `size`, the last one shorter. Holds at most one piece. Throws TypeError
 * for a piece that is no byte array.
 */
export async function* regroup(
  stream: ByteStream,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const bytes of stream) {
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`stream: expected Uint8Array, got ${typeof bytes}`);
    }
    for (let at = 0; at < bytes.length; ) {
      const take = Math.min(size - filled, bytes.length - at);
      piece.set(bytes.subarray(at, at + take), filled);
      filled += take;
      at += take;
      if (filled === size) {
        yield piece;
        piece = new Uint8Array(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}
