/** Requests for collateral and their answers, whoever answers: a service, a cache, a bundle. */

/** One request. */
export interface AnswerRequest {
  /** What is asked for, whichever server is asked: `intel/tdx/tcb/00906ED50000/standard`. */
  readonly key: string;
  readonly url: string;
  /** Longest answer taken, in bytes. */
  readonly maxBytes: number;
  /** How long an answer is as good as a new one; 0: every request is sent. */
  readonly maxAgeMs: number;
  /** Names of the answer's headers to keep, in lower case. */
  readonly headers?: readonly string[];
  /** Sends these bytes by POST instead of asking by GET. */
  readonly post?: { readonly body: Uint8Array; readonly contentType: string };
  /** Throws a TeeError for an answer that must not be kept. */
  readonly check?: (answer: Answer) => void;
}

/** What was answered, and when. */
export interface Answer {
  readonly body: Uint8Array;
  /** Those headers of the request that the answer has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetchedAt: Date;
}

/** An answer with how it was come by. */
export interface ServedAnswer extends Answer {
  /** True if it is older than `maxAgeMs`, and given only because no newer one was to be had. */
  readonly stale: boolean;
}

/** Answers requests. */
export interface CollateralClient {
  /** @throws TeeError with a `fetch_…` code. */
  get(request: AnswerRequest): Promise<ServedAnswer>;
}

/** Collateral with its age: the oldest of the answers it was made from. */
export interface Fetched<Value> {
  readonly value: Value;
  /** Whether any of it is stale, see {@link ServedAnswer}. */
  readonly stale: boolean;
  readonly fetchedAt: Date;
}

/** `value`, made from `answers`. */
export function fetched<Value>(value: Value, answers: readonly ServedAnswer[]): Fetched<Value> {
  return {
    value,
    stale: answers.some(({ stale }) => stale),
    fetchedAt: new Date(Math.min(...answers.map(({ fetchedAt }) => fetchedAt.getTime()))),
  };
}
