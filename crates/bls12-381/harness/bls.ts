// Runs the signature and pairing exports of one built module against @noble/curves, first cold, then
// hot, and prints CPU times. Checks stop with an exception; times are only printed.
//
//   node harness/bls.ts <module.wasm> [repository with installed packages]
//
// Times are medians of process.cpuUsage over repeated calls, microseconds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file = '', root = new URL('../../..', import.meta.url).pathname] = process.argv.slice(2);
const require = createRequire(`${root}/packages/bls/package.json`);
const { bls12_381: noble } = await import(
  pathToFileURL(require.resolve('@noble/curves/bls12-381.js')).href
);
const long = noble.longSignatures;

type Exports = Record<string, (...args: number[]) => number> & { memory: WebAssembly.Memory };
const module = new WebAssembly.Module(readFileSync(file));
const kernel = new WebAssembly.Instance(module, {}).exports as unknown as Exports;

// Room behind everything the module uses itself.
const room = kernel.memory.grow(64) << 16;
let used = room;
function take(bytes: number): number {
  const address = used;
  used = (used + bytes + 63) & ~63;
  return address;
}
const bytesAt = (address: number, count: number) =>
  new Uint8Array(kernel.memory.buffer, address, count);
function put(bytes: Uint8Array): number {
  const address = take(bytes.length);
  bytesAt(address, bytes.length).set(bytes);
  return address;
}

let state = 1n;
function random(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 40n) & 255;
  });
}
function secretKey(): Uint8Array {
  const secret = random(32);
  secret[0] = (secret[0] ?? 0) & 0x3f;
  return secret;
}

const KEY = kernel.bls_key_size();
const POINT = kernel.bls_point_size();
const TAG = new TextEncoder().encode('BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_');
const tag = put(TAG);
const statuses = take(1024);

function publicKey(secret: Uint8Array): Uint8Array {
  const at = put(secret);
  const out = take(48);
  assert.equal(kernel.bls_public_key(at, out), 1);
  assert.deepEqual(bytesAt(at, 32), new Uint8Array(32));
  return bytesAt(out, 48).slice();
}
function sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const [at, m, out] = [put(secret), put(message), take(96)];
  assert.equal(kernel.bls_sign(at, m, message.length, tag, TAG.length, out), 1);
  return bytesAt(out, 96).slice();
}
function decodeKeys(list: readonly Uint8Array[]): number {
  const bytes = take(48 * list.length);
  for (const [i, b] of list.entries()) bytesAt(bytes + 48 * i, 48).set(b);
  const out = take(KEY * list.length);
  assert.equal(kernel.bls_decode_keys(bytes, list.length, out, statuses), 1);
  return out;
}
function decodeSignatures(list: readonly Uint8Array[]): number {
  const bytes = take(96 * list.length);
  for (const [i, b] of list.entries()) bytesAt(bytes + 96 * i, 96).set(b);
  const out = take(POINT * list.length);
  assert.equal(kernel.bls_decode_signatures(bytes, list.length, out, statuses), 1);
  return out;
}
function hash(message: Uint8Array, out = take(POINT)): number {
  kernel.bls_hash(put(message), message.length, tag, TAG.length, out);
  return out;
}
/** Everything from bytes: what a verifier does that knows nothing. */
function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const mark = used;
  const ok =
    kernel.bls_verify(decodeKeys([key]), hash(message), 1, decodeSignatures([signature])) === 1;
  used = mark;
  return ok;
}

/** Secret-dependent words that must not remain in memory. */
function leftovers(secret: Uint8Array): number {
  const memory = new Uint8Array(kernel.memory.buffer);
  const wanted: Uint8Array[] = [secret, secret.slice().reverse()];
  // Base |t| digits as little-endian words.
  let value = BigInt(`0x${Array.from(secret, (b) => b.toString(16).padStart(2, '0')).join('')}`);
  for (let i = 0; i < 4; i++) {
    const digit = value % 0xd201000000010000n;
    value /= 0xd201000000010000n;
    wanted.push(Uint8Array.from({ length: 8 }, (_, j) => Number((digit >> BigInt(8 * j)) & 255n)));
  }
  let found = 0;
  for (const needle of wanted) {
    for (
      let at = memory.indexOf(needle[0] ?? 0);
      at >= 0;
      at = memory.indexOf(needle[0] ?? 0, at + 1)
    ) {
      if (needle.every((b, j) => memory[at + j] === b)) found++;
    }
  }
  return found;
}

function compare(): void {
  for (let i = 0; i < 6; i++) {
    const [secret, message] = [secretKey(), random(13 * i)];
    const key = publicKey(secret);
    assert.deepEqual(key, long.getPublicKey(secret).toBytes(true));
    const signature = sign(secret, message);
    const hashed = long.hash(message, new TextDecoder().decode(TAG));
    assert.deepEqual(signature, long.sign(hashed, secret).toBytes(true));
    const point = take(96);
    kernel.bls_encode_point(hash(message), point);
    assert.deepEqual(bytesAt(point, 96).slice(), hashed.toBytes(true));
    assert.ok(verify(key, message, signature));
    assert.ok(!verify(key, random(14), signature));
    assert.equal(leftovers(secret), 0, 'secret words remain in memory');
  }
}

function measure(name: string, body: () => void, count = 30): number {
  for (let i = 0; i < count; i++) body();
  const times = Array.from({ length: count }, () => {
    const start = process.cpuUsage();
    body();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  }).sort((a, b) => a - b);
  const [best = 0, median = 0] = [times[0], times[count >> 1]];
  console.log(
    `${name.padEnd(44)} ${String(best).padStart(8)} us best ${String(median).padStart(8)} us median`,
  );
  return median;
}

compare();
console.log('cold results equal those of noble');

const secrets = Array.from({ length: 512 }, secretKey);
const keyBytes = secrets.map(publicKey);
const keys = decodeKeys(keyBytes);
const messages = Array.from({ length: 64 }, () => random(32));
const signatures = messages.map((m, i) => sign(secrets[i] as Uint8Array, m));
const message = messages[0] as Uint8Array;
const common = random(32);
const aggregate = take(POINT);
const shares = decodeSignatures(secrets.map((s) => sign(s, common)));
assert.equal(kernel.bls_aggregate_signatures(shares, 512, aggregate), 1);
const aggregateBytes = take(96);
kernel.bls_encode_point(aggregate, aggregateBytes);
const aggregateSignature = bytesAt(aggregateBytes, 96).slice();
const weights = put(random(16 * 64));

// Decoded once for the rows that start from decoded values.
const decoded = decodeSignatures(signatures);
const hashes = take(POINT * 64);
for (const [i, m] of messages.entries()) hash(m, hashes + POINT * i);

const generator = put(noble.G2.Point.BASE.toBytes(true));
const tau = put(noble.G2.Point.BASE.multiply(123456789n).toBytes(true));
const tables = [take(kernel.pairing_table_size()), take(kernel.pairing_table_size())] as const;
assert.equal(kernel.pairing_prepare(generator, 0, 1, tables[0]), 0);
assert.equal(kernel.pairing_prepare(tau, 0, 1, tables[1]), 0);
const g1 = (scalar: bigint) => decodeKeys([noble.G1.Point.BASE.multiply(scalar).toBytes(true)]);
const [left, right] = [g1(123456789n * 77n), g1(noble.fields.Fr.ORDER - 77n)];
const wrong = g1(78n);
assert.equal(kernel.pairing_check(left, tables[0], right, tables[1]), 1);
assert.equal(kernel.pairing_check(left, tables[0], wrong, tables[1]), 0);

measure('pairing_check, both fixed', () =>
  assert.equal(kernel.pairing_check(left, tables[0], right, tables[1]), 1),
);
measure('pairing_prepare', () => kernel.pairing_prepare(tau, 0, 0, tables[1]));
const two = [keyBytes[0], keyBytes[1]] as [Uint8Array, Uint8Array];
const mark = used;
measure('verifyKzgProof-like: 2 points decoded + check', () => {
  used = mark;
  decodeKeys(two);
  assert.equal(kernel.pairing_check(left, tables[0], right, tables[1]), 1);
});
measure('hash', () => {
  used = mark;
  hash(message);
});
measure('decode one key', () => {
  used = mark;
  decodeKeys([two[0]]);
});
measure('decode one signature', () => {
  used = mark;
  decodeSignatures([signatures[0] as Uint8Array]);
});
measure('bls_verify, all decoded and hashed', () =>
  assert.equal(kernel.bls_verify(keys, hashes, 1, decoded), 1),
);
const ours = measure('verify from bytes', () =>
  assert.ok(verify(two[0], message, signatures[0] as Uint8Array)),
);
measure('fastAggregateVerify of 512 known keys', () => {
  used = mark;
  const key = take(KEY);
  kernel.bls_aggregate_keys(keys, 0, 512, key);
  assert.equal(kernel.bls_verify(key, hash(common), 1, decodeSignatures([aggregateSignature])), 1);
});
measure('aggregate 512 keys', () => kernel.bls_aggregate_keys(keys, 0, 512, take(KEY)));
measure(
  'batch of 64 sets from bytes, known keys',
  () => {
    used = mark;
    const points = decodeSignatures(signatures);
    const targets = take(POINT * 64);
    for (const [i, m] of messages.entries()) hash(m, targets + POINT * i);
    assert.equal(kernel.bls_verify_batch(keys, targets, 0, points, weights, 64), 1);
  },
  6,
);
measure(
  'bls_verify_batch of 64, decoded and hashed',
  () => assert.equal(kernel.bls_verify_batch(keys, hashes, 0, decoded, weights, 64), 1),
  6,
);
measure('sign', () => {
  used = mark;
  sign(secrets[0] as Uint8Array, message);
});
measure('public key', () => {
  used = mark;
  publicKey(secrets[0] as Uint8Array);
});
used = mark;
compare();
console.log('hot results equal those of noble');
const theirs = measure(
  'noble verify from bytes',
  () => {
    const hashed = long.hash(message, new TextDecoder().decode(TAG));
    assert.ok(long.verify(signatures[0] as Uint8Array, hashed, two[0]));
  },
  8,
);
console.log(`noble / ours: ${(theirs / ours).toFixed(1)}`);
