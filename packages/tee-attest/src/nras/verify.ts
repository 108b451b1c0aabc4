/**
 * Detached Entity Attestation Tokens (EAT, RFC 9711 §4.2.18) of the NVIDIA Remote Attestation
 * Service, claims version 3: `[["JWT", overall], {"GPU-0": jwt, …}]`. The overall token lists the
 * devices' tokens by SHA-256 of their ASCII text.
 *
 * The key set is the caller's trust: it comes from `{issuer}/.well-known/jwks.json` over TLS, and
 * must be archived with the token, because the service changes its keys daily. Certificates in it
 * (`x5c`) are not looked at.
 */
import { bytesToHex, equalBytes, parseHex } from '../bytes.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { digestSync } from '../crypto.ts';
import { allInOrder } from '../in-order.ts';
import type { NrasDevice, NrasFacts } from './facts.ts';
import { isRecord, malformed, parseJson } from './json.ts';
import { openToken, readKeys, type Token } from './token.ts';

/** NVIDIA's production service. */
export const NRAS_PRODUCTION_ISSUER = 'https://nras.attestation.nvidia.com';
/** Longest answer and longest key set read. Eight GPUs take 25 KB. */
export const MAX_NRAS_BYTES = 262_144;
/** Most devices of an answer. A host has at most 8 GPUs and 4 switches today. */
export const MAX_NRAS_DEVICES = 64;
const NONCE_BYTES = 32;

/** What an answer is judged by. */
export interface NrasOptions {
  readonly now: Date;
  /** The 32 bytes that were sent to the device. */
  readonly nonce: Uint8Array;
  /** Default: {@link NRAS_PRODUCTION_ISSUER}. */
  readonly issuer?: string;
  /** How many devices there must be; default: at least one. */
  readonly devices?: number;
}

/**
 * Verifies an answer with a key set (bytes of JSON both): signatures, issuer, times, nonce, that the
 * devices' tokens are exactly those listed, each device once, and that the service found them good.
 * One P-384 verification per token.
 * @throws TypeError or RangeError for a missing clock, a nonce of other than 32 bytes, or a number of
 * devices that is none.
 */
export async function verifyNras(
  eat: Uint8Array,
  collateral: { readonly jwks: Uint8Array },
  options: NrasOptions,
): Promise<Verified<NrasFacts>> {
  const { nonce, issuer = NRAS_PRODUCTION_ISSUER, devices } = options;
  const now = readNow(options.now);
  if (nonce.length !== NONCE_BYTES)
    throw new RangeError(`nonce: expected ${NONCE_BYTES} bytes, got ${nonce.length}`);
  if (devices !== undefined && (!Number.isSafeInteger(devices) || devices < 1))
    throw new RangeError(`devices: expected a positive integer, got ${devices}`);
  return recorded('nvidia.nras.format', async (checks) => {
    const { overall, submodules } = readDetached(eat);
    const keys = readKeys(bounded(collateral.jwks));
    const tokens = [overall, ...submodules.map(([, jwt]) => jwt)].map((jwt) =>
      openToken(jwt, keys),
    );
    const [whole, ...parts] = (await allInOrder(tokens)) as [Token, ...Token[]];
    checks.pass('nvidia.nras.signatures', `${tokens.length} tokens`);
    const judge = { now, nonce, issuer, checks };
    checkToken(whole, 'nvidia.nras.overall', judge);
    checkSubmodules(whole, submodules, { devices, checks });
    const result = whole.claims['x-nvidia-overall-att-result'];
    checks.must(result === true, 'nvidia.nras.overall.result', 'nras_result_negative');
    const found = parts.map((token, i) => {
      const name = submodules[i]?.[0] as string;
      checkToken(token, `nvidia.nras.${name}`, judge);
      return readDevice(name, token, checks);
    });
    const distinct = new Set(found.map(({ ueid }) => ueid)).size;
    checks.must(distinct === found.length, 'nvidia.nras.distinct', 'nras_devices_mismatch', {
      expected: `${found.length} devices`,
      actual: String(distinct),
    });
    return {
      issuer,
      version: readString(whole, 'x-nvidia-ver'),
      nonce: Uint8Array.from(nonce),
      devices: found,
      keyIds: [...new Set([whole, ...parts].map(({ keyId }) => keyId))],
      issuedAt: new Date(1000 * readTime(whole, 'iat')),
      expiresAt: new Date(1000 * Math.min(...[whole, ...parts].map((one) => readTime(one, 'exp')))),
    };
  });
}

interface Detached {
  readonly overall: string;
  /** Name and token of each device, as listed. */
  readonly submodules: readonly (readonly [string, string])[];
}

function readDetached(eat: Uint8Array): Detached {
  const value = parseJson(bounded(eat));
  if (!Array.isArray(value) || value.length !== 2) throw malformed('no detached EAT');
  const [first, second] = value as [unknown, unknown];
  const overall =
    Array.isArray(first) && first.length === 2 && first[0] === 'JWT' ? first[1] : null;
  if (typeof overall !== 'string' || !isRecord(second)) throw malformed('no detached EAT');
  const submodules = Object.entries(second).map(([name, jwt]) => {
    if (!/^(?:GPU|SWITCH)-\d{1,3}$/.test(name) || typeof jwt !== 'string')
      throw malformed('a device without name or token');
    return [name, jwt] as const;
  });
  if (submodules.length === 0 || submodules.length > MAX_NRAS_DEVICES)
    throw malformed(`${submodules.length} devices`);
  return { overall, submodules };
}

/** Demands issuer, times and nonce, which every token carries. */
function checkToken(
  token: Token,
  id: string,
  {
    now,
    nonce,
    issuer,
    checks,
  }: {
    readonly now: number;
    readonly nonce: Uint8Array;
    readonly issuer: string;
    readonly checks: Checks;
  },
): void {
  const actualIssuer = readString(token, 'iss');
  checks.must(actualIssuer === issuer, `${id}.issuer`, 'nras_issuer_mismatch', {
    expected: issuer,
    actual: actualIssuer,
  });
  const start = 1000 * Math.max(readTime(token, 'nbf'), readTime(token, 'iat'));
  const end = 1000 * readTime(token, 'exp');
  const actual = new Date(now).toISOString();
  checks.must(start <= now, `${id}.notBefore`, 'nras_not_yet_valid', {
    expected: `from ${new Date(start).toISOString()}`,
    actual,
  });
  checks.must(now < end, `${id}.expiry`, 'nras_expired', {
    expected: `before ${new Date(end).toISOString()}`,
    actual,
  });
  const answered = parseHex(readString(token, 'eat_nonce'));
  const same = answered !== undefined && equalBytes(answered, nonce);
  checks.must(same, `${id}.nonce`, 'nras_nonce_mismatch', {
    expected: bytesToHex(nonce),
    actual: answered === undefined ? undefined : bytesToHex(answered),
  });
}

/** Demands that the tokens are those that the overall token lists, and as many as expected. */
function checkSubmodules(
  whole: Token,
  submodules: Detached['submodules'],
  { devices, checks }: { readonly devices: number | undefined; readonly checks: Checks },
): void {
  const listed = whole.claims.submods;
  if (!isRecord(listed)) throw malformed('no submods');
  const names = submodules.map(([name]) => name);
  checks.must(
    Object.keys(listed).length === names.length &&
      names.every((name) => Object.hasOwn(listed, name)),
    'nvidia.nras.submodules',
    'nras_devices_mismatch',
    { expected: Object.keys(listed).slice(0, MAX_NRAS_DEVICES).join(), actual: names.join() },
  );
  checks.must(
    devices === undefined || names.length === devices,
    'nvidia.nras.count',
    'nras_devices_mismatch',
    { expected: devices === undefined ? undefined : String(devices), actual: String(names.length) },
  );
  for (const [name, jwt] of submodules) {
    const expected = readDigest(listed[name]);
    const actual = bytesToHex(digestSync('SHA-256', new TextEncoder().encode(jwt)));
    checks.must(actual === expected, `nvidia.nras.${name}.digest`, 'nras_digest_mismatch', {
      expected,
      actual,
    });
  }
}

/** `["DIGEST", ["SHA-256", hex]]`. */
function readDigest(entry: unknown): string {
  const [kind, detail] = Array.isArray(entry) && entry.length === 2 ? entry : [];
  const [hash, hex] = Array.isArray(detail) && detail.length === 2 ? detail : [];
  if (kind !== 'DIGEST' || hash !== 'SHA-256' || typeof hex !== 'string')
    throw malformed('a submodule without SHA-256');
  return hex;
}

function readDevice(name: string, token: Token, checks: Checks): NrasDevice {
  const { claims } = token;
  for (const [claim, good] of [
    ['measres', 'success'],
    ['secboot', true],
    ['dbgstat', 'disabled'],
  ] as const) {
    const actual = claims[claim];
    checks.must(actual === good, `nvidia.nras.${name}.${claim}`, 'nras_result_negative', {
      expected: String(good),
      actual: typeof actual === 'object' ? 'another type' : String(actual).slice(0, 64),
    });
  }
  const kind = name.startsWith('GPU') ? 'gpu' : 'switch';
  const firmware = kind === 'gpu' ? 'x-nvidia-gpu-vbios-version' : 'x-nvidia-switch-bios-version';
  return {
    name,
    kind,
    ueid: readString(token, 'ueid'),
    model: readString(token, 'hwmodel'),
    driverVersion: optionalString(token, 'x-nvidia-gpu-driver-version'),
    vbiosVersion: optionalString(token, firmware),
    warning: optionalString(token, 'x-nvidia-attestation-warning'),
    claims,
  };
}

function readString(token: Token, claim: string): string {
  const value = optionalString(token, claim);
  if (value === undefined || value === '') throw malformed(`no ${claim}`);
  return value;
}

function optionalString({ claims }: Token, claim: string): string | undefined {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > 256) throw malformed(`${claim} is no short text`);
  return value;
}

/** Seconds since 1970, up to the year 9999. */
function readTime({ claims }: Token, claim: string): number {
  const value = claims[claim];
  if (typeof value !== 'number' || !(value >= 0 && value <= 253_402_300_799))
    throw malformed(`no ${claim}`);
  return value;
}

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_NRAS_BYTES) throw malformed(`more than ${MAX_NRAS_BYTES} bytes`);
  return bytes;
}
