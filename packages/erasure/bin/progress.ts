/** How far a command is: one line on a terminal that is overwritten, and nothing elsewhere. */

/** The part of a stream that is used here. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Counts bytes. */
export interface Progress {
  add(bytes: number): void;
  /** Removes the line. */
  end(): void;
}

const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** Progress of `verb` over `total` bytes. */
export function createProgress(
  stream: TextStream,
  { verb, total }: { readonly verb: string; readonly total: number },
): Progress {
  if (stream.isTTY !== true) return { add: () => undefined, end: () => undefined };
  const started = performance.now();
  let shownAt = 0;
  let done = 0;
  return {
    add(bytes) {
      done += bytes;
      const now = performance.now();
      if (now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      const percent = Math.floor((100 * done) / Math.max(total, 1));
      const rate = done / 1000 / Math.max(now - started, 1);
      stream.write(`${CLEAR_LINE}${verb} ${percent} %, ${rate.toFixed(0)} MB/s`);
    },
    end: () => void stream.write(CLEAR_LINE),
  };
}
