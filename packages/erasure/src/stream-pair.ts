/**
 * A writable and a readable end with steps of our own between them. Unlike in a TransformStream, one
 * chunk that gives many results waits for the reader after each of them, so memory stays bounded
 * however large the chunks are.
 */

/** What happens between the ends. */
export interface Steps<In, Out> {
  write(chunk: In): AsyncIterable<Out>;
  /** What is left once the input has ended. */
  close(): AsyncIterable<Out>;
}

/** Two ends, as `pipeThrough` takes them. */
export interface StreamPair<Out, In> {
  readonly readable: ReadableStream<Out>;
  readonly writable: WritableStream<In>;
}

/** Errors and cancellation of either end, and the signal's reason, reach both. */
export function streamPair<In, Out>(
  steps: Steps<In, Out>,
  signal?: AbortSignal | undefined,
): StreamPair<Out, In> {
  const channel = new TransformStream<Out, Out>(undefined, undefined, { highWaterMark: 0 });
  const writer = channel.writable.getWriter();
  const send = async (results: AsyncIterable<Out>): Promise<void> => {
    try {
      for await (const result of results) await writer.write(result);
    } catch (error) {
      await writer.abort(error);
      throw error;
    }
  };
  const abort = (): void => void writer.abort(signal?.reason);
  const writable = new WritableStream<In>({
    start(controller) {
      const end = (): void => signal?.removeEventListener('abort', abort);
      writer.closed.then(end, (reason) => {
        end();
        controller.error(reason);
      });
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
    },
    write: (chunk) => send(steps.write(chunk)),
    async close() {
      await send(steps.close());
      await writer.close();
    },
    abort: (reason) => writer.abort(reason),
  });
  return { readable: channel.readable, writable };
}
