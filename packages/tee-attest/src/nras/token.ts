/**
 * JSON Web Tokens of NVIDIA's attestation service (RFC 7515, RFC 7519), checked by jose with one
 * algorithm, ES384. The key is taken from the given set by the token's `kid`; keys or addresses of
 * keys inside a token are ignored.
 */
import { compactVerify, errors, type JWK } from 'jose';
import { TeeError } from '../errors.ts';
import { isRecord, malformed, parseJson } from './json.ts';

const ALGORITHM = 'ES384';
/** Longest token read. Those of a GPU have 2.5 KB. */
export const MAX_TOKEN_CHARACTERS = 16_384;
/** Most keys of a set. NVIDIA's has a few, of the last days. */
export const MAX_KEYS = 64;

/** A token whose signature holds. */
export interface Token {
  readonly keyId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Checks a token's algorithm and signature.
 * @throws TeeError `nras_malformed`, `nras_algorithm`, `nras_key_unknown`, `public_key_invalid` or
 * `nras_signature_invalid`.
 */
export async function openToken(jwt: string, keys: readonly JWK[]): Promise<Token> {
  const { alg, kid } = readHeader(jwt);
  if (alg !== ALGORITHM) {
    throw new TeeError('nras_algorithm', 'a token signed by another algorithm', {
      expected: ALGORITHM,
      actual: String(alg),
    });
  }
  const [key, ...others] = keys.filter((one) => one.kid === kid && isSigningKey(one));
  if (typeof kid !== 'string' || key === undefined || others.length > 0)
    throw new TeeError('nras_key_unknown', 'not exactly one P-384 key with the kid of a token');
  const claims = parseJson(await verify(jwt, key));
  if (!isRecord(claims)) throw malformed('claims that are no object');
  return { keyId: kid, claims };
}

/**
 * The keys of a JSON Web Key Set (RFC 7517).
 * @throws TeeError `nras_malformed`.
 */
export function readKeys(bytes: Uint8Array): readonly JWK[] {
  const set = parseJson(bytes);
  const keys = isRecord(set) ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every(isRecord))
    throw malformed('not a set of keys');
  return keys as JWK[];
}

async function verify(jwt: string, { x, y }: JWK): Promise<Uint8Array> {
  // Only the point: what else the key says (alg, use, ext) does not change what it verifies.
  const key = { kty: 'EC', crv: 'P-384', x: String(x), y: String(y) };
  try {
    return (await compactVerify(jwt, key, { algorithms: [ALGORITHM] })).payload;
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed)
      throw new TeeError('nras_signature_invalid', "a token's signature is not its key's", {
        cause,
      });
    if (cause instanceof errors.JOSEError) throw malformed('no compact JWS', cause);
    throw new TeeError('public_key_invalid', 'a key of the set is no point of P-384', { cause });
  }
}

function readHeader(jwt: string): Record<string, unknown> {
  if (jwt.length > MAX_TOKEN_CHARACTERS) throw malformed('a token that is too long');
  const header = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.exec(jwt)?.[1];
  if (header === undefined) throw malformed('no token of three parts');
  const base64 = header.replaceAll('-', '+').replaceAll('_', '/');
  let parsed: unknown;
  try {
    parsed = JSON.parse(atob(base64));
  } catch (cause) {
    throw malformed('a header that is no JSON', cause);
  }
  if (!isRecord(parsed)) throw malformed('a header that is no object');
  return parsed;
}

function isSigningKey({ kty, crv, use, alg }: JWK): boolean {
  return (
    kty === 'EC' && crv === 'P-384' && (use ?? 'sig') === 'sig' && (alg ?? ALGORITHM) === ALGORITHM
  );
}
