import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVectors, seededRandom, vectorsFolder } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_KEYS,
  MAX_NRAS_BYTES,
  MAX_NRAS_DEVICES,
  MAX_TOKEN_CHARACTERS,
  NRAS_PRODUCTION_ISSUER,
  verifyNras,
} from '../src/nras.ts';
import { nrasCases } from './cases/nvidia-nras.ts';

type Claims = Record<string, unknown>;
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const folder = vectorsFolder('tee');
const read = (name: string) =>
  new Uint8Array(readFileSync(join(findVectors('tee')!, 'nvidia/nras', name)));
const nonce = seededRandom(5).bytes(32);
const now = new Date('2026-06-01T00:30:00Z');
const START = Date.parse('2026-06-01T00:00:00Z') / 1000;

let pair: Pair;
let other: Pair;
let jwks: Uint8Array;
beforeAll(async () => {
  pair = await generateKeyPair('ES384', { extractable: true });
  other = await generateKeyPair('ES384', { extractable: true });
  jwks = json({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'today', alg: 'ES384' }] });
});

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const base = (): Claims => ({
  iss: NRAS_PRODUCTION_ISSUER,
  iat: START,
  nbf: START,
  exp: START + 3600,
  eat_nonce: bytesToHex(nonce),
});
const gpu = (ueid = '1'): Claims => ({
  ...base(),
  ueid,
  hwmodel: 'GH100 A01 GSP BROM',
  measres: 'success',
  secboot: true,
  dbgstat: 'disabled',
  'x-nvidia-gpu-driver-version': '550.90.07',
  'x-nvidia-gpu-vbios-version': '96.00.9F.00.01',
});
const issue = (claims: Claims, header: Claims = {}, key = pair.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: 'today', ...header }).sign(key);

/** An answer over the given device tokens; `overall` overrides claims of its overall token. */
async function answer(tokens: Record<string, string>, overall: Claims = {}): Promise<Uint8Array> {
  const submods = Object.fromEntries(
    Object.entries(tokens).map(([name, jwt]) => [
      name,
      ['DIGEST', ['SHA-256', bytesToHex(sha256(new TextEncoder().encode(jwt)))]],
    ]),
  );
  const claims = {
    ...base(),
    'x-nvidia-ver': '3.0',
    'x-nvidia-overall-att-result': true,
    submods,
    ...overall,
  };
  return json([['JWT', await issue(claims)], tokens]);
}

async function codeOf(
  eat: Uint8Array,
  options: { readonly devices?: number; readonly keys?: Uint8Array } = {},
): Promise<string> {
  const { keys = jwks, ...rest } = options;
  const result = await verifyNras(eat, { jwks: keys }, { now, nonce, ...rest });
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  return result.ok ? 'ok' : result.code;
}

describe.runIf(folder !== undefined)('published answers', () => {
  for (const { name, run } of nrasCases(read)) it(name, run);

  it('are signed by their keys also in the eyes of node:crypto', () => {
    for (const name of ['hopper_v3', 'switch_staging']) {
      const load = (file: string) => JSON.parse(new TextDecoder().decode(read(`${name}_${file}`)));
      const [[, overall], devices] = load('detached_eat.json') as [[string, string], Claims];
      const key = createPublicKey({ key: load('recovered_jwks.json').keys[0], format: 'jwk' });
      for (const jwt of [overall, ...(Object.values(devices) as string[])]) {
        const [data, signature] = [jwt.slice(0, jwt.lastIndexOf('.')), jwt.split('.')[2]!];
        const value = Buffer.from(signature, 'base64url');
        const found = verify(
          'sha384',
          Buffer.from(data),
          { key, dsaEncoding: 'ieee-p1363' },
          value,
        );
        expect(found).toBe(true);
      }
    }
  });

  it('are refused whichever character of a token was changed', async () => {
    const text = new TextDecoder().decode(read('hopper_v3_detached_eat.json'));
    const keys = read('hopper_v3_recovered_jwks.json');
    const at = new Date(1_749_601_918_000);
    const given = JSON.parse(text) as [[string, string], { 'GPU-0': string }];
    const sent = Uint8Array.from(
      Buffer.from('931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb', 'hex'),
    );
    const random = seededRandom(17);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    const step = process.env.BARYCENTER_LONG === undefined ? 16 : 1;
    for (const jwt of [given[0][1], given[1]['GPU-0']]) {
      for (let i = random.integer(step); i < jwt.length; i += step) {
        const character = alphabet.replace(jwt[i]!, '')[random.integer(alphabet.length - 1)]!;
        const changed = text.replace(jwt, jwt.slice(0, i) + character + jwt.slice(i + 1));
        const eat = new TextEncoder().encode(changed);
        const result = await verifyNras(eat, { jwks: keys }, { now: at, nonce: sent });
        expect(result.ok, `seed ${random.seed}, character ${i}`).toBe(false);
      }
    }
  });
});

describe('verifyNras', () => {
  it('tells what the service found of each device', async () => {
    const tokens = { 'GPU-0': await issue(gpu('1')), 'GPU-1': await issue(gpu('2')) };
    const result = await verifyNras(await answer(tokens), { jwks }, { now, nonce, devices: 2 });
    expect(result).toMatchObject({
      ok: true,
      facts: {
        issuer: NRAS_PRODUCTION_ISSUER,
        version: '3.0',
        keyIds: ['today'],
        expiresAt: new Date('2026-06-01T01:00:00Z'),
        devices: [
          { name: 'GPU-0', kind: 'gpu', ueid: '1', driverVersion: '550.90.07', warning: undefined },
          { name: 'GPU-1', kind: 'gpu', ueid: '2', vbiosVersion: '96.00.9F.00.01' },
        ],
      },
    });
  });

  it('holds until the first of its tokens ends', async () => {
    const token = await issue({ ...gpu(), exp: START + 2000 });
    const result = await verifyNras(await answer({ 'GPU-0': token }), { jwks }, { now, nonce });
    expect(result.ok && result.facts.expiresAt).toEqual(new Date(1000 * (START + 2000)));
  });

  it('refuses every algorithm but ES384', async () => {
    const token = await issue(gpu());
    const eat = await answer({ 'GPU-0': token });
    const [[, overall]] = JSON.parse(new TextDecoder().decode(eat)) as [[string, string]];
    const [, payload] = overall.split('.');
    const header = (claims: Claims) =>
      btoa(JSON.stringify(claims)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
    const none = `${header({ alg: 'none', kid: 'today' })}.${payload}.`;
    expect(await codeOf(json([['JWT', none], { 'GPU-0': token }]))).toBe('nras_algorithm');
    const shared = new TextEncoder().encode('the public key, as a shared secret');
    const hmac = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'today' })
      .sign(shared);
    expect(await codeOf(json([['JWT', hmac], { 'GPU-0': token }]))).toBe('nras_algorithm');
    const p256 = await generateKeyPair('ES256');
    const small = await issue(gpu(), { alg: 'ES256' }, p256.privateKey);
    expect(await codeOf(await answer({ 'GPU-0': small }))).toBe('nras_algorithm');
  });

  it('takes keys from the key set only, by the kid of the token', async () => {
    const signature = await issue(gpu(), {}, other.privateKey);
    expect(await codeOf(await answer({ 'GPU-0': signature }))).toBe('nras_signature_invalid');
    const unknown = await issue(gpu(), { kid: 'tomorrow' }, other.privateKey);
    expect(await codeOf(await answer({ 'GPU-0': unknown }))).toBe('nras_key_unknown');
    const nameless = await issue(gpu(), { kid: undefined });
    expect(await codeOf(await answer({ 'GPU-0': nameless }))).toBe('nras_key_unknown');
    const own = await exportJWK(other.publicKey);
    const carried = await issue(gpu(), { jwk: own }, other.privateKey);
    expect(await codeOf(await answer({ 'GPU-0': carried }))).toBe('nras_signature_invalid');

    const eat = await answer({ 'GPU-0': await issue(gpu()) });
    const key = { ...(await exportJWK(pair.publicKey)), kid: 'today' };
    const sets: readonly (readonly [unknown, string])[] = [
      [[key], 'ok'],
      [[{ ...key, use: 'sig', x5c: ['anything'] }], 'ok'],
      [[key, { ...own, kid: 'other' }], 'ok'],
      [[key, { ...own, kid: 'today' }], 'nras_key_unknown'],
      [[{ ...key, use: 'enc' }], 'nras_key_unknown'],
      [[{ ...key, alg: 'ES256' }], 'nras_key_unknown'],
      [[{ ...key, crv: 'P-256' }], 'nras_key_unknown'],
      [[], 'nras_key_unknown'],
      [[{ ...key, x: key.y }], 'public_key_invalid'],
      [[null], 'nras_malformed'],
      ['keys', 'nras_malformed'],
      [new Array(MAX_KEYS + 1).fill(key), 'nras_malformed'],
    ];
    for (const [keys, code] of sets) expect(await codeOf(eat, { keys: json({ keys }) })).toBe(code);
  });

  it('refuses another issuer, nonce or time in the overall and in a device token', async () => {
    for (const [claims, code] of [
      [{ iss: 'https://nras.attestation-stg.nvidia.com' }, 'nras_issuer_mismatch'],
      [{ iss: `${NRAS_PRODUCTION_ISSUER}/` }, 'nras_issuer_mismatch'],
      [{ exp: Date.parse('2026-06-01T00:30:00Z') / 1000 }, 'nras_expired'],
      [{ nbf: START + 1801 }, 'nras_not_yet_valid'],
      [{ iat: START + 1801 }, 'nras_not_yet_valid'],
      [{ eat_nonce: '00'.repeat(32) }, 'nras_nonce_mismatch'],
      [{ eat_nonce: bytesToHex(nonce).slice(2) }, 'nras_nonce_mismatch'],
      [{ eat_nonce: 'nonce' }, 'nras_nonce_mismatch'],
      [{ eat_nonce: undefined }, 'nras_malformed'],
      [{ iss: 7 }, 'nras_malformed'],
      [{ exp: '1780275600' }, 'nras_malformed'],
      [{ exp: undefined }, 'nras_malformed'],
      [{ iat: -1 }, 'nras_malformed'],
      [{ nbf: 1e300 }, 'nras_malformed'],
    ] as const) {
      const good = await issue(gpu());
      expect(await codeOf(await answer({ 'GPU-0': good }, claims))).toBe(code);
      const bad = await issue({ ...gpu(), ...claims });
      expect(await codeOf(await answer({ 'GPU-0': bad }))).toBe(code);
    }
  });

  it('refuses device tokens that are not exactly those listed', async () => {
    const [one, two] = [await issue(gpu('1')), await issue(gpu('2'))];
    const listed = JSON.parse(
      new TextDecoder().decode(await answer({ 'GPU-0': one, 'GPU-1': two })),
    ) as [unknown, Claims];
    const given = (tokens: Claims) => codeOf(json([listed[0], tokens]));
    expect(await given({ 'GPU-0': one, 'GPU-1': two })).toBe('ok');
    expect(await given({ 'GPU-0': one })).toBe('nras_devices_mismatch');
    expect(await given({ 'GPU-0': one, 'GPU-1': two, 'GPU-2': two })).toBe('nras_devices_mismatch');
    expect(await given({ 'GPU-0': one, 'GPU-7': two })).toBe('nras_devices_mismatch');
    expect(await given({ 'GPU-0': two, 'GPU-1': one })).toBe('nras_digest_mismatch');
    expect(await given({ 'GPU-0': one, 'GPU-1': await issue(gpu('2')) })).toBe(
      'nras_digest_mismatch',
    );
  });

  it('refuses the same device twice, and another number of devices than expected', async () => {
    const one = await issue(gpu('1'));
    const twice = { 'GPU-0': one, 'GPU-1': await issue({ ...gpu('1'), jti: 'again' }) };
    expect(await codeOf(await answer(twice))).toBe('nras_devices_mismatch');
    expect(await codeOf(await answer({ 'GPU-0': one }), { devices: 2 })).toBe(
      'nras_devices_mismatch',
    );
  });

  it('refuses what the service did not find good', async () => {
    for (const result of [false, 'true', undefined]) {
      const eat = await answer(
        { 'GPU-0': await issue(gpu()) },
        { 'x-nvidia-overall-att-result': result },
      );
      expect(await codeOf(eat)).toBe('nras_result_negative');
    }
    for (const claims of [
      { measres: 'fail' },
      { secboot: false },
      { dbgstat: 'enabled' },
      { measres: {} },
    ]) {
      const token = await issue({ ...gpu(), ...claims });
      expect(await codeOf(await answer({ 'GPU-0': token }))).toBe('nras_result_negative');
    }
  });

  it('refuses anything that is no answer of the service', async () => {
    const token = await issue(gpu());
    const eat = await answer({ 'GPU-0': token });
    const long = 'a'.repeat(MAX_TOKEN_CHARACTERS);
    for (const value of [
      null,
      [],
      {},
      [['JWT', token]],
      [['JWT', token], {}],
      [['JWT', token], { 'GPU-0': 1 }],
      [['JWT', token], { 'CPU-0': token }],
      [['JWT', token], { 'GPU-0': token }, {}],
      [['CWT', token], { 'GPU-0': token }],
      [['JWT', 'a.b'], { 'GPU-0': token }],
      [['JWT', 'a.b.c'], { 'GPU-0': token }],
      [['JWT', `${btoa('7').replace(/=+$/, '')}.b.c`], { 'GPU-0': token }],
      [['JWT', `${token}${long}`], { 'GPU-0': token }],
    ])
      expect(await codeOf(json(value))).toBe('nras_malformed');
    for (const bytes of [[], [0xff], [0x5b]])
      expect(await codeOf(Uint8Array.from(bytes))).toBe('nras_malformed');
    const padded = (size: number) => {
      const bytes = new Uint8Array(size).fill(0x20);
      bytes.set(eat);
      return bytes;
    };
    expect(await codeOf(padded(MAX_NRAS_BYTES))).toBe('ok');
    expect(await codeOf(padded(MAX_NRAS_BYTES + 1))).toBe('nras_malformed');
    const many = Array.from({ length: MAX_NRAS_DEVICES + 1 }, (_, i) => [`GPU-${i}`, token]);
    expect(await codeOf(await answer(Object.fromEntries(many)))).toBe('nras_malformed');
    const wrong: readonly Claims[] = [
      { submods: undefined },
      { submods: { 'GPU-0': 'x' } },
      { submods: { 'GPU-0': ['DIGEST', ['SHA-512', 'x']] } },
      { submods: { 'GPU-0': ['DIGEST', ['SHA-256', 7]] } },
      { 'x-nvidia-ver': undefined },
    ];
    for (const claims of wrong)
      expect(await codeOf(await answer({ 'GPU-0': token }, claims))).toBe('nras_malformed');
    const critical = await new SignJWT(gpu())
      .setProtectedHeader({ alg: 'ES384', kid: 'today', crit: ['x'], x: 1 })
      .sign(pair.privateKey, { crit: { x: true } });
    expect(await codeOf(await answer({ 'GPU-0': critical }))).toBe('nras_malformed');
  });

  it('never crashes on random bytes', async () => {
    const random = seededRandom(23);
    const eat = await answer({ 'GPU-0': await issue(gpu()) });
    for (let i = 0; i < 300; i++) {
      await codeOf(random.bytes(random.integer(200)));
      const changed = Uint8Array.from(eat);
      changed[random.integer(changed.length)]! ^= 1 << random.integer(8);
      expect(await codeOf(changed), `seed ${random.seed}, round ${i}`).not.toBe('ok');
    }
  });

  it('tells a program of a missing clock, another nonce length, and no number of devices', async () => {
    const eat = new Uint8Array();
    for (const bad of [undefined, 7, new Date(Number.NaN)])
      await expect(verifyNras(eat, { jwks }, { now: bad as Date, nonce })).rejects.toThrow(
        TypeError,
      );
    await expect(verifyNras(eat, { jwks }, { now, nonce: nonce.subarray(1) })).rejects.toThrow(
      RangeError,
    );
    for (const devices of [0, 1.5, -1])
      await expect(verifyNras(eat, { jwks }, { now, nonce, devices })).rejects.toThrow(RangeError);
  });
});
