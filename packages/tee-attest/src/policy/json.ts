/**
 * JSON (RFC 8259) in which no object names a member twice. `JSON.parse` keeps the last of two equal
 * names, others keep the first: a policy that two readers understand differently is none.
 */
import { ShapeError } from './shape.ts';

const STRING = /"(?:[^"\\]|\\.)*"/g;

/**
 * The value of a JSON text.
 * @throws ShapeError if it is no JSON, or repeats a member's name.
 */
export function parseJson(text: string): unknown {
  let members = 0;
  const count = (_name: string, value: unknown): unknown => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      members += Object.keys(value).length;
    return value;
  };
  let value: unknown;
  try {
    value = JSON.parse(text, count);
  } catch {
    throw new ShapeError('', 'JSON');
  }
  // Outside strings, JSON has one colon per member.
  if (members !== text.replace(STRING, '').split(':').length - 1)
    throw new ShapeError('', 'no member twice');
  return value;
}
