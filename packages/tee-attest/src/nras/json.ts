/** JSON of the attestation service, from strict bytes to checked shapes. */
import { parseText } from '../bytes.ts';
import { TeeError } from '../errors.ts';

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value of JSON bytes.
 * @throws TeeError `nras_malformed`.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = parseText(bytes);
  if (text === undefined) throw malformed('not UTF-8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
}

export function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('nras_malformed', `not an answer of the attestation service: ${what}`, {
    cause,
  });
}
