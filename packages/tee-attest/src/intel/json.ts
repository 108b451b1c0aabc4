/**
 * JSON text whose very bytes are signed, read strictly (RFC 8259): ASCII only, bounded, and no
 * object with a name twice. `JSON.parse` alone keeps the last of two equal names and forgets where
 * a value stood; a signature is over the bytes, so both matter.
 */

/** What was read: the value, and the exact text of each member if it is an object. */
export interface StrictJson {
  readonly value: unknown;
  readonly members: ReadonlyMap<string, string>;
}

const ASCII = /^[\t\n\r\x20-\x7e]*$/;

/** Reads JSON text of at most `maxCharacters`, or returns undefined. Costs a few passes over it. */
export function readStrictJson(text: string, maxCharacters: number): StrictJson | undefined {
  if (text.length > maxCharacters || !ASCII.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const members = readMembers(text);
    return members === undefined ? undefined : { value, members };
  } catch {
    return undefined;
  }
}

/** Whether a value read from JSON is an object (and no array). */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Texts of the outermost object's members, or undefined if any object has a name twice. `text` is
 * known to be JSON, so that a string before a colon is a name.
 */
function readMembers(text: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  const open: Set<string>[] = [];
  let name = '';
  let start = 0;
  let quoted = { from: 0, to: 0 };
  for (let at = 0; at < text.length; at++) {
    const token = text[at];
    if (token === '"') {
      quoted = { from: at, to: endOfString(text, at) };
      at = quoted.to;
    } else if (token === '{' || token === '[') open.push(new Set());
    else if (token === ':') {
      const names = open.at(-1) as Set<string>;
      const key: string = JSON.parse(text.slice(quoted.from, quoted.to + 1));
      if (names.has(key)) return undefined;
      names.add(key);
      if (open.length === 1) {
        name = key;
        start = at + 1;
      }
    } else if (token === ',' || token === '}' || token === ']') {
      if (open.length === 1 && open[0]?.has(name)) members.set(name, text.slice(start, at).trim());
      if (token !== ',') open.pop();
    }
  }
  return members;
}

/** Where the string that begins at `start` ends: its closing quotation mark. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
