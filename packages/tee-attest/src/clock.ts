/**
 * The time at which evidence is judged. It is always the caller's: this package reads no clock, and
 * a missing or meaningless time is a mistake of the program, not a verdict about the evidence.
 */

/** Most texts of {@link timeText} kept; when there are more, all are dropped. */
const MAX_TEXTS = 256;
const texts = /* @__PURE__ */ new Map<number, string>();

/** A time in milliseconds since 1970 as ISO 8601. The same few stand in every report, so they are kept. */
export function timeText(time: number): string {
  let text = texts.get(time);
  if (text === undefined) {
    if (texts.size === MAX_TEXTS) texts.clear();
    text = new Date(time).toISOString();
    texts.set(time, text);
  }
  return text;
}

/**
 * Milliseconds since 1970 of `now`.
 * @throws TypeError if `now` is not a `Date` that holds a time. Numbers are refused: seconds and
 * milliseconds look alike, and one of them would make everything seem valid or expired.
 */
export function readNow(now: Date): number {
  const time = now instanceof Date ? now.getTime() : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError('now: expected a valid Date');
  return time;
}
