/**
 * Progress for people, on stderr, and only where stderr is a terminal: one line that is overwritten.
 * Warnings are lines of their own; they also go to a stderr that is no terminal.
 */

/** Where a command says how far it is. */
export interface Progress {
  /** Replaces the line; undefined clears it. */
  show(text: string | undefined): void;
  /** A lasting line. */
  warn(text: string): void;
}

/** The part of a stream that is used here. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';

/** Progress on a stream. */
export function createProgress(stream: TextStream): Progress {
  const isTerminal = stream.isTTY === true;
  let shown = false;
  const clear = (): void => {
    if (shown) stream.write(CLEAR_LINE);
    shown = false;
  };
  return {
    show(text) {
      if (!isTerminal) return;
      clear();
      if (text === undefined) return;
      stream.write(text.slice(0, (stream.columns ?? 80) - 1));
      shown = true;
    },
    warn(text) {
      clear();
      stream.write(`warning: ${text}\n`);
    },
  };
}
