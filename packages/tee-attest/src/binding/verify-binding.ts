/**
 * The verifier's side of a binding: every value of `bind.ts` computed again from the bytes received and
 * compared with what the quotes say. The quotes themselves must have been verified: their facts come in.
 */
import { bytesToHex, equalBytes, isZero } from '../bytes.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { digestSync } from '../crypto.ts';
import {
  type Binding,
  blockChallenge,
  computeBind,
  type DeviceEvidence,
  dstackEventDigest,
  gpuCommit,
  gpuNonce,
  MAX_DEVICES,
  runtimeEventDigest,
} from './bind.ts';
import { type BoundKey, keyAddress, verifyPossession } from './bound-key.ts';
import { exactly } from './fields.ts';

/** What the verifier wants the evidence to be about. Nothing of it comes from the worker. */
export interface BindingExpectation {
  readonly chainId: bigint;
  readonly registry: Uint8Array;
  readonly operator: Uint8Array;
  readonly policyId: Uint8Array;
  readonly challenge: ExpectedChallenge;
  /** How many devices there must be. */
  readonly deviceCount: number;
}

/** Random bytes the verifier chose and uses once, or a block it looked up on its own chain. */
export type ExpectedChallenge =
  | { readonly kind: 'random'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'block';
      readonly number: bigint;
      /** 32 bytes, of the block with that number in the verifier's view. */
      readonly hash: Uint8Array;
      readonly time: Date;
      readonly isFinal: boolean;
      /** Most seconds between the block and now. Default 3600. */
      readonly maxAgeSeconds?: number;
    };

/** What the worker claims beside its quotes. */
export interface BindingClaim {
  readonly keys: readonly BoundKey[];
  readonly tlsSpkiHash?: Uint8Array | undefined;
  /** Signature of the first key over `bind`: 64 bytes. */
  readonly possession: Uint8Array;
}

/** Verified evidence: what the CPU quote and each device's report say. */
export interface BindingEvidence {
  readonly cpu: {
    /** 64 bytes. */
    readonly reportData: Uint8Array;
    /** 48 bytes: the register that the guest extends at run time (RTMR3), or undefined where there is none. */
    readonly runtimeRegister?: Uint8Array | undefined;
  };
  /** In the order of the binding. */
  readonly devices: readonly (DeviceEvidence & { readonly nonce: Uint8Array })[];
  /** Digests (48 bytes each) by which the runtime register was extended, in order. */
  readonly runtimeEvents?: readonly Uint8Array[] | undefined;
}

/** What a verified binding says. */
export interface BindingFacts {
  readonly chainId: bigint;
  readonly registry: Uint8Array;
  readonly operator: Uint8Array;
  readonly policyId: Uint8Array;
  readonly challenge: Uint8Array;
  readonly bind: Uint8Array;
  readonly gpuCommit: Uint8Array;
  readonly keys: readonly BoundKey[];
  readonly signer: BoundKey;
  /** 20 bytes, for a secp256k1 signer. */
  readonly signerAddress: Uint8Array | undefined;
  readonly deviceIds: readonly Uint8Array[];
  /**
   * `tls`: bound to a TLS key; holds for a client that compares it with its own connection's.
   * `none`: no claim; inputs must be encrypted to a bound key.
   */
  readonly channel: 'tls' | 'none';
  /** Whether the runtime register shows that measured code collected the reports. */
  readonly collectedByMeasuredCode: boolean;
}

const DEFAULT_MAX_AGE_SECONDS = 3600;
const MAX_RUNTIME_EVENTS = 4096;
const REGISTER_BYTES = 48;

/**
 * Checks that verified evidence belongs together and answers `expected`. One signature verification
 * and three hashes per device.
 */
export function verifyBinding(
  claim: BindingClaim,
  evidence: BindingEvidence,
  { expected, now }: { readonly expected: BindingExpectation; readonly now: Date },
): Promise<Verified<BindingFacts>> {
  const time = readNow(now);
  exactly('reportData', evidence.cpu.reportData, 64);
  return recorded('binding', async (checks) => {
    const challenge = checkChallenge(expected, time, checks);
    const deviceIds = checkDevices(evidence, expected.deviceCount, checks);
    // Zero stands for "no claim" in what is hashed, so nobody may claim it.
    const channel = claim.tlsSpkiHash;
    const shaped = channel === undefined || (channel.length === 32 && !isZero(channel));
    checks.must(shaped, 'binding.channel', 'binding_key_malformed');
    const binding: Binding = {
      ...expected,
      challenge,
      keys: claim.keys,
      tlsSpkiHash: channel,
      deviceIds,
    };
    const bind = computeBind(binding);
    evidence.devices.forEach(({ deviceId, nonce }, index) => {
      const wanted = gpuNonce(bind, { index, deviceId });
      checks.must(equalBytes(nonce, wanted), `binding.gpu.${index}.nonce`, 'binding_gpu_nonce', {
        expected: bytesToHex(wanted),
        actual: bytesToHex(nonce),
      });
    });
    const commit = gpuCommit(evidence.devices);
    const halves = [
      evidence.cpu.reportData.subarray(0, 32),
      evidence.cpu.reportData.subarray(32),
    ] as const;
    checks.must(equalBytes(halves[0], bind), 'binding.reportData', 'binding_report_data', {
      expected: bytesToHex(bind),
      actual: bytesToHex(halves[0]),
    });
    checks.must(equalBytes(halves[1], commit), 'binding.gpuCommit', 'binding_gpu_commit', {
      expected: bytesToHex(commit),
      actual: bytesToHex(halves[1]),
    });
    const collectedByMeasuredCode = checkRuntime(evidence, commit, checks);
    const signer = claim.keys[0] as BoundKey;
    checks.must(
      verifyPossession(signer, bind, claim.possession),
      'binding.possession',
      'binding_possession',
    );
    const { chainId, registry, operator, policyId } = expected;
    return {
      chainId,
      registry,
      operator,
      policyId,
      challenge,
      bind,
      gpuCommit: commit,
      keys: claim.keys,
      signer,
      signerAddress: signer.algorithm === 'secp256k1' ? keyAddress(signer.publicKey) : undefined,
      deviceIds,
      channel: channel === undefined ? 'none' : 'tls',
      collectedByMeasuredCode,
    };
  });
}

function checkChallenge(expected: BindingExpectation, now: number, checks: Checks): Uint8Array {
  const { challenge } = expected;
  if (challenge.kind === 'random') return exactly('challenge', challenge.bytes, 32);
  checks.must(challenge.isFinal, 'binding.block.final', 'binding_block_not_final');
  const limit = challenge.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS;
  const age = (now - readNow(challenge.time)) / 1000;
  checks.must(age >= 0 && age <= limit, 'binding.block.age', 'binding_challenge_stale', {
    expected: `0 to ${limit} s`,
    actual: `${age} s`,
  });
  const { number: blockNumber, hash: blockHash } = challenge;
  return blockChallenge({ ...expected, blockNumber, blockHash });
}

function checkDevices(
  { devices }: BindingEvidence,
  count: number,
  checks: Checks,
): readonly Uint8Array[] {
  checks.must(
    devices.length === count && count <= MAX_DEVICES,
    'binding.devices.count',
    'binding_device_count',
    {
      expected: String(count),
      actual: String(devices.length),
    },
  );
  const names = devices.map(({ deviceId }) => bytesToHex(deviceId));
  const distinct = new Set(names).size === names.length;
  checks.must(distinct, 'binding.devices.distinct', 'binding_device_duplicate');
  const ascending = names.every((name, i) => i === 0 || (names[i - 1] as string) < name);
  checks.must(ascending, 'binding.devices.order', 'binding_device_order');
  return devices.map(({ deviceId }) => deviceId);
}

/** Replays the runtime register: value = SHA-384(value ‖ digest) from zero. Without a log there is no claim. */
function checkRuntime(
  { cpu, runtimeEvents }: BindingEvidence,
  commit: Uint8Array,
  checks: Checks,
): boolean {
  if (runtimeEvents === undefined) return false;
  const bounded = runtimeEvents.length <= MAX_RUNTIME_EVENTS;
  const shaped = bounded && runtimeEvents.every(({ length }) => length === REGISTER_BYTES);
  let register = new Uint8Array(REGISTER_BYTES);
  for (const digest of shaped ? runtimeEvents : []) {
    const joined = new Uint8Array(2 * REGISTER_BYTES);
    joined.set(register);
    joined.set(digest, REGISTER_BYTES);
    register = digestSync('SHA-384', joined);
  }
  const actual = cpu.runtimeRegister ?? new Uint8Array();
  checks.must(
    shaped && equalBytes(register, actual),
    'binding.runtime.log',
    'binding_runtime_log',
    {
      expected: bytesToHex(actual),
      actual: bytesToHex(register),
    },
  );
  const wanted = [runtimeEventDigest(commit), dstackEventDigest(commit)];
  const found = runtimeEvents.some((digest) => wanted.some((one) => equalBytes(digest, one)));
  checks.must(found, 'binding.runtime.event', 'binding_runtime_event', {
    expected: wanted.map(bytesToHex).join(' or '),
  });
  return true;
}
