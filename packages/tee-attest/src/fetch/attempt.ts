/** One HTTP request with a time limit and a bound on what is read of its answer. */
import { TeeError } from '../errors.ts';
import type { Answer, AnswerRequest } from './answer.ts';
import type { FetchClock } from './clock.ts';

/** What is used of `fetch`. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** A failed request, with how long the service asked to wait, if it did. */
export class AttemptError extends TeeError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: 'fetch_status' | 'fetch_rate_limited' | 'fetch_not_found',
    key: string,
    {
      status,
      retryAfterMs,
    }: { readonly status: number; readonly retryAfterMs: number | undefined },
  ) {
    super(code, `${key} answered with status ${status}`, {
      expected: '200',
      actual: String(status),
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** How requests are sent. */
export interface AttemptOptions {
  readonly fetch: FetchFunction;
  readonly clock: FetchClock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends a request once and reads its answer.
 * @throws TeeError with a `fetch_…` code; the reason of `signal` if that is aborted.
 */
export async function attempt(
  request: AnswerRequest,
  { fetch, clock, timeoutMs, signal }: AttemptOptions,
): Promise<Answer> {
  signal?.throwIfAborted();
  const limit = clock.timeout(timeoutMs);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    return await untilAborted(send(request, { fetch, clock, signal: either }), either);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (limit.aborted) {
      throw new TeeError('fetch_timeout', `${request.key}: no answer in ${timeoutMs} ms`, {
        cause: error,
      });
    }
    if (error instanceof TeeError) throw error;
    throw new TeeError('fetch_failed', `${request.key}: no answer`, { cause: error });
  }
}

async function send(
  request: AnswerRequest,
  {
    fetch,
    clock,
    signal,
  }: { readonly fetch: FetchFunction; readonly clock: FetchClock; readonly signal: AbortSignal },
): Promise<Answer> {
  const { url, key, post, headers: kept = [], maxBytes } = request;
  const init: RequestInit =
    post === undefined
      ? { method: 'GET', signal }
      : {
          method: 'POST',
          signal,
          headers: { 'content-type': post.contentType },
          body: Uint8Array.from(post.body),
        };
  const response = await fetch(url, init);
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), clock);
    const code =
      status === 404 ? 'fetch_not_found' : status === 429 ? 'fetch_rate_limited' : 'fetch_status';
    throw new AttemptError(code, key, { status, retryAfterMs });
  }
  const body = await readBody(response, request);
  const headers: Record<string, string> = {};
  for (const name of kept) {
    const value = response.headers.get(name);
    if (value === null) continue;
    if (value.length > maxBytes) throw tooLarge(request);
    headers[name] = value;
  }
  return { body, headers, fetchedAt: new Date(clock.now()) };
}

/** Reads a body chunk by chunk and stops at the bound. */
async function readBody(response: Response, request: AnswerRequest): Promise<Uint8Array> {
  const { maxBytes } = request;
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(request);
    }
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Seconds or a date (RFC 9110 §10.2.3), as milliseconds from now; negative for a date that is past. */
function readRetryAfter(header: string | null, clock: FetchClock): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? 1000 * Number(header) : Date.parse(header) - clock.now();
  return Number.isNaN(ms) ? undefined : ms;
}

/** Rejects when the signal is aborted, also where the work does not look at it. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function tooLarge({ key, maxBytes }: AnswerRequest): TeeError {
  return new TeeError('fetch_too_large', `${key} answered with more than ${maxBytes} bytes`);
}
