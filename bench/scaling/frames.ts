/** Messages on a byte stream: u32 little-endian length, then the message. */

/** Longest message: a row of 128 KiB with its branch, and some. */
const MAX_FRAME_BYTES = 1 << 20;

/** A message with its length in front. */
export function frame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(4 + message.length);
  new DataView(framed.buffer).setUint32(0, message.length, true);
  framed.set(message, 4);
  return framed;
}

/** The messages of a stream in order. Throws RangeError for one that is too long. */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const length = new Uint8Array(4);
  let body: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const target = body ?? length;
      const part = chunk.subarray(at, at + target.length - filled);
      target.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < target.length) continue;
      filled = 0;
      if (body !== undefined) {
        yield body;
        body = undefined;
        continue;
      }
      const size = new DataView(length.buffer).getUint32(0, true);
      if (size < 1 || size > MAX_FRAME_BYTES) throw new RangeError(`frame of ${size} bytes`);
      body = new Uint8Array(size);
    }
  }
}
