import { createHash } from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, test } from 'vitest';
import {
  type BindingClaim,
  type BindingEvidence,
  type BindingExpectation,
  type BoundKey,
  bindingReportData,
  blockChallenge,
  computeBind,
  encodeKeys,
  gpuCommit,
  gpuNonce,
  runtimeEventDigest,
  verifyBinding,
} from '../src/binding.ts';

const random = seededRandom(61);
const NOW = new Date('2026-06-01T12:00:00Z');
const bytes = (length: number): Uint8Array => random.bytes(length);
const secretKey = bytes(32);
const signerKey: BoundKey = {
  algorithm: 'secp256k1',
  publicKey: secp256k1.getPublicKey(secretKey, true),
};

const block = {
  kind: 'block' as const,
  number: 1234n,
  hash: bytes(32),
  time: new Date(NOW.getTime() - 60_000),
  isFinal: true,
};
const expected: BindingExpectation = {
  chainId: 1n,
  registry: bytes(20),
  operator: bytes(20),
  policyId: bytes(32),
  challenge: block,
  deviceCount: 3,
};

interface Session {
  readonly claim: BindingClaim;
  readonly evidence: BindingEvidence;
}

/** A worker that follows the eight steps. */
function session(
  about: BindingExpectation = expected,
  {
    keys = [signerKey],
    tlsSpkiHash,
    sign,
  }: {
    keys?: readonly BoundKey[];
    tlsSpkiHash?: Uint8Array;
    sign?: (bind: Uint8Array) => Uint8Array;
  } = {},
): Session {
  const challenge =
    about.challenge.kind === 'random'
      ? about.challenge.bytes
      : blockChallenge({
          ...about,
          blockNumber: about.challenge.number,
          blockHash: about.challenge.hash,
        });
  const seed = seededRandom(62);
  const deviceIds = Array.from({ length: about.deviceCount }, () => seed.bytes(32)).sort(
    Buffer.compare,
  );
  const bind = computeBind({ ...about, challenge, keys, tlsSpkiHash, deviceIds });
  const devices = deviceIds.map((deviceId, index) => ({
    deviceId,
    nonce: gpuNonce(bind, { index, deviceId }),
    report: seed.bytes(100),
    chain: seed.bytes(50),
  }));
  const commit = gpuCommit(devices);
  const runtimeEvents = [seed.bytes(48), runtimeEventDigest(commit)];
  const register = runtimeEvents.reduce(
    (value, digest) => createHash('sha384').update(value).update(digest).digest(),
    Buffer.alloc(48),
  );
  const possession = sign?.(bind) ?? secp256k1.sign(bind, secretKey, { prehash: false });
  return {
    claim: { keys, tlsSpkiHash, possession },
    evidence: {
      cpu: {
        reportData: bindingReportData(bind, commit),
        runtimeRegister: Uint8Array.from(register),
      },
      devices,
      runtimeEvents,
    },
  };
}

async function outcome(
  { claim, evidence }: Session,
  { about = expected, now = NOW }: { about?: BindingExpectation; now?: Date } = {},
): Promise<string> {
  const result = await verifyBinding(claim, evidence, { expected: about, now });
  return result.ok ? 'ok' : result.code;
}

const withEvidence = (base: Session, change: Partial<BindingEvidence>): Session => ({
  ...base,
  evidence: { ...base.evidence, ...change },
});

test('a worker that follows the steps is accepted, and the facts say what was bound', async () => {
  const { claim, evidence } = session();
  const result = await verifyBinding(claim, evidence, { expected, now: NOW });
  if (!result.ok) throw new Error(result.message);
  expect(result.facts.deviceIds).toEqual(evidence.devices.map(({ deviceId }) => deviceId));
  expect(result.facts.channel).toBe('none');
  expect(result.facts.collectedByMeasuredCode).toBe(true);
  expect(result.facts.signerAddress).toHaveLength(20);
  expect(result.checks.every(({ ok }) => ok)).toBe(true);
});

test('tagged hashes follow the stated formula, computed a second way', () => {
  const sha = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const tag = sha(Buffer.from('barycenter/challenge/1'));
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(1234n);
  const chain = Buffer.alloc(32);
  chain[31] = 1;
  const { registry, operator } = expected;
  const challenge = blockChallenge({
    chainId: 1n,
    registry,
    operator,
    blockNumber: 1234n,
    blockHash: block.hash,
  });
  expect(Buffer.from(challenge)).toEqual(
    sha(tag, tag, chain, registry, operator, number, block.hash),
  );
  const setTag = sha(Buffer.from('barycenter/gpuset/2'));
  expect(Buffer.from(gpuCommit([]))).toEqual(sha(setTag, setTag, Uint8Array.of(0, 0)));
});

test('a nonce, a binding and a set of devices are the formulas of the note, computed a second way', () => {
  const sha = (...parts: readonly Uint8Array[]): Buffer =>
    createHash('sha256').update(Buffer.concat(parts)).digest();
  const tagged = (tag: string, ...parts: readonly Uint8Array[]): Buffer => {
    const prefix = sha(Buffer.from(tag));
    return sha(prefix, prefix, ...parts);
  };
  const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
  const [challenge, deviceId, report, chain] = [bytes(32), bytes(32), bytes(100), bytes(50)];
  const { registry, operator, policyId } = expected;
  const chainId = Uint8Array.from([...new Uint8Array(31), 1]);
  const key = Buffer.concat([u16(1), u16(33), signerKey.publicKey]);
  const fields = [challenge, chainId, registry, operator, policyId, key, new Uint8Array(32)];
  const bind = tagged('barycenter/tee/2', ...fields, u16(1), deviceId);
  const binding = { ...expected, challenge, keys: [signerKey], deviceIds: [deviceId] };
  expect(Buffer.from(computeBind(binding))).toEqual(bind);
  const nonce = tagged('barycenter/gpu/2', bind, u16(258), deviceId);
  expect(Buffer.from(gpuNonce(bind, { index: 258, deviceId }))).toEqual(nonce);
  const set = tagged('barycenter/gpuset/2', u16(1), deviceId, sha(report), sha(chain));
  expect(Buffer.from(gpuCommit([{ deviceId, report, chain }]))).toEqual(set);
});

test('evidence without devices and with a random challenge is accepted', async () => {
  const about: BindingExpectation = {
    ...expected,
    deviceCount: 0,
    challenge: { kind: 'random', bytes: bytes(32) },
  };
  expect(await outcome(session(about), { about })).toBe('ok');
});

test('evidence for another chain, registry, operator, policy or challenge is refused', async () => {
  const made = session();
  const others: readonly Partial<BindingExpectation>[] = [
    { chainId: 2n },
    { registry: bytes(20) },
    { operator: bytes(20) },
    { policyId: bytes(32) },
    { challenge: { ...block, hash: bytes(32) } },
    { challenge: { ...block, number: 1235n } },
    { challenge: { kind: 'random', bytes: bytes(32) } },
  ];
  for (const other of others) {
    const code = await outcome(made, { about: { ...expected, ...other } });
    // The devices answered nonces of the worker's binding, which is not the one the verifier computes.
    expect(code).toBe('binding_gpu_nonce');
    const bare = session({ ...expected, deviceCount: 0 });
    expect(await outcome(bare, { about: { ...expected, ...other, deviceCount: 0 } })).toBe(
      'binding_report_data',
    );
  }
});

test('a challenge from a block that is not final, too old or of the future is refused', async () => {
  const made = session();
  const about = (change: Partial<typeof block>): BindingExpectation => ({
    ...expected,
    challenge: { ...block, ...change },
  });
  expect(await outcome(made, { about: about({ isFinal: false }) })).toBe('binding_block_not_final');
  expect(await outcome(made, { about: about({ time: new Date(NOW.getTime() - 3_600_000) }) })).toBe(
    'ok',
  );
  expect(await outcome(made, { about: about({ time: new Date(NOW.getTime() - 3_601_000) }) })).toBe(
    'binding_challenge_stale',
  );
  expect(await outcome(made, { about: about({ time: new Date(NOW.getTime() + 1000) }) })).toBe(
    'binding_challenge_stale',
  );
});

test('devices left out, added, doubled or reordered are refused', async () => {
  const made = session();
  const [first, second, third] = made.evidence.devices as [never, never, never];
  expect(await outcome(withEvidence(made, { devices: [first, second] }))).toBe(
    'binding_device_count',
  );
  expect(await outcome(withEvidence(made, { devices: [first, second, third, third] }))).toBe(
    'binding_device_count',
  );
  expect(await outcome(withEvidence(made, { devices: [first, second, second] }))).toBe(
    'binding_device_duplicate',
  );
  expect(await outcome(withEvidence(made, { devices: [second, first, third] }))).toBe(
    'binding_device_order',
  );
});

test('one device cannot answer for two positions, nor with the nonce of another session', async () => {
  const made = session();
  const [first, second, third] = made.evidence.devices as [Device, Device, Device];
  const borrowed = { ...second, nonce: first.nonce };
  expect(await outcome(withEvidence(made, { devices: [first, borrowed, third] }))).toBe(
    'binding_gpu_nonce',
  );
  const other = session({ ...expected, challenge: { ...block, hash: bytes(32) } });
  expect(await outcome(withEvidence(made, { devices: other.evidence.devices }))).toBe(
    'binding_gpu_nonce',
  );
});

type Device = BindingEvidence['devices'][number];

test('another report or chain of the same device under the same nonce is refused', async () => {
  const made = session();
  const [first, ...rest] = made.evidence.devices as [Device, ...Device[]];
  for (const change of [{ report: bytes(100) }, { chain: bytes(50) }]) {
    const devices = [{ ...first, ...change }, ...rest];
    expect(await outcome(withEvidence(made, { devices }))).toBe('binding_gpu_commit');
  }
});

test('a key that the quote does not cover is refused, and so is one without proof of possession', async () => {
  const about = { ...expected, deviceCount: 0 };
  const made = session(about);
  const thief = bytes(32);
  const stolen: BoundKey = {
    algorithm: 'secp256k1',
    publicKey: secp256k1.getPublicKey(thief, true),
  };
  expect(await outcome({ ...made, claim: { ...made.claim, keys: [stolen] } }, { about })).toBe(
    'binding_report_data',
  );
  const unproven = session(about, {
    sign: (bind) => secp256k1.sign(bind, thief, { prehash: false }),
  });
  expect(await outcome(unproven, { about })).toBe('binding_possession');
  const short = { ...made, claim: { ...made.claim, possession: new Uint8Array(63) } };
  expect(await outcome(short, { about })).toBe('binding_possession');
});

test('a TLS key is bound: added, dropped, changed, zero or of another length it is refused', async () => {
  const about = { ...expected, deviceCount: 0 };
  const tlsSpkiHash = bytes(32);
  const made = session(about, { tlsSpkiHash });
  const result = await verifyBinding(made.claim, made.evidence, { expected: about, now: NOW });
  expect(result.ok && result.facts.channel).toBe('tls');
  const change = (hash: Uint8Array | undefined): Session => ({
    ...made,
    claim: { ...made.claim, tlsSpkiHash: hash },
  });
  expect(await outcome(change(undefined), { about })).toBe('binding_report_data');
  expect(await outcome(change(bytes(32)), { about })).toBe('binding_report_data');
  expect(await outcome(change(new Uint8Array(32)), { about })).toBe('binding_key_malformed');
  expect(await outcome(change(bytes(31)), { about })).toBe('binding_key_malformed');
});

test('an event log that does not lead to the register, or has no event for these devices, is refused', async () => {
  const made = session();
  const [, event] = made.evidence.runtimeEvents as [Uint8Array, Uint8Array];
  expect(await outcome(withEvidence(made, { runtimeEvents: [event] }))).toBe('binding_runtime_log');
  expect(await outcome(withEvidence(made, { runtimeEvents: [bytes(47)] }))).toBe(
    'binding_runtime_log',
  );
  const cpu = { ...made.evidence.cpu, runtimeRegister: undefined };
  expect(await outcome(withEvidence(made, { cpu }))).toBe('binding_runtime_log');
  const foreign = bytes(48);
  const register = createHash('sha384').update(Buffer.alloc(48)).update(foreign).digest();
  const other = {
    cpu: { ...made.evidence.cpu, runtimeRegister: Uint8Array.from(register) },
    runtimeEvents: [foreign],
  };
  expect(await outcome(withEvidence(made, other))).toBe('binding_runtime_event');
  const unlogged = await verifyBinding(
    made.claim,
    { ...made.evidence, runtimeEvents: undefined },
    { expected, now: NOW },
  );
  expect(unlogged.ok && unlogged.facts.collectedByMeasuredCode).toBe(false);
});

test('keys of every algorithm prove possession, and lists of keys do not collide with single ones', async () => {
  const about = { ...expected, deviceCount: 0 };
  const edSecret = bytes(32);
  const ed: BoundKey = { algorithm: 'ed25519', publicKey: ed25519.getPublicKey(edSecret) };
  const p: BoundKey = { algorithm: 'p256', publicKey: p256.getPublicKey(secretKey, true) };
  const hpke: BoundKey = { algorithm: 'x25519', publicKey: bytes(32) };
  const signEd = (bind: Uint8Array) => ed25519.sign(bind, edSecret);
  const signP = (bind: Uint8Array) => p256.sign(bind, secretKey);
  expect(await outcome(session(about, { keys: [ed], sign: signEd }), { about })).toBe('ok');
  expect(await outcome(session(about, { keys: [p], sign: signP }), { about })).toBe('ok');
  expect(await outcome(session(about, { keys: [ed, hpke], sign: signEd }), { about })).toBe('ok');
  const encodings = [[ed], [ed, hpke], [ed, ed], [signerKey], [p]].map((keys) =>
    Buffer.from(encodeKeys(keys)).toString('hex'),
  );
  expect(new Set(encodings).size).toBe(encodings.length);
});

test('bytes that are no key are refused', () => {
  const bad: readonly (readonly BoundKey[])[] = [
    [],
    Array.from({ length: 9 }, () => signerKey),
    [{ algorithm: 'x25519', publicKey: bytes(32) }],
    [signerKey, { algorithm: 'x25519', publicKey: new Uint8Array(32) }],
    [signerKey, { algorithm: 'x25519', publicKey: Uint8Array.from([1, ...new Uint8Array(31)]) }],
    [{ algorithm: 'secp256k1', publicKey: bytes(32) }],
    [{ algorithm: 'secp256k1', publicKey: new Uint8Array(33).fill(0xff) }],
    [{ algorithm: 'p256', publicKey: new Uint8Array(33) }],
    [{ algorithm: 'ed25519', publicKey: Uint8Array.from([1, ...new Uint8Array(31)]) }],
    [{ algorithm: 'toString' as never, publicKey: bytes(32) }],
  ];
  for (const keys of bad)
    expect(() => encodeKeys(keys)).toThrow(
      expect.objectContaining({ code: 'binding_key_malformed' }),
    );
});

test('a missing clock or a report data of another length is a mistake of the caller', () => {
  const { claim, evidence } = session();
  expect(() => verifyBinding(claim, evidence, { expected, now: undefined as never })).toThrow(
    TypeError,
  );
  expect(() => verifyBinding(claim, evidence, { expected, now: NOW.getTime() as never })).toThrow(
    TypeError,
  );
  const cpu = { reportData: new Uint8Array(63) };
  expect(() => verifyBinding(claim, { ...evidence, cpu }, { expected, now: NOW })).toThrow(
    RangeError,
  );
});
