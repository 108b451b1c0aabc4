/**
 * How CPU evidence, GPU evidence and keys are tied to each other (design note compute-review §1).
 * The worker computes these values in this order, inside measured code; the verifier computes them again
 * from the bytes it received (`verify-binding.ts`):
 *
 * 1. `challenge`, from a final block of the registry's chain, or from the verifier;
 * 2. the signing key, generated inside this instance;
 * 3. the devices, by the key that the vendor's provisioner certified, sorted;
 * 4. `bind`, over everything that is claimed;
 * 5. per device a nonce of its own, so that one device cannot answer for two;
 * 6. `gpuCommit`, over the reports themselves; the runtime register is extended by it;
 * 7. the CPU quote, last, with `bind ‖ gpuCommit` as report data;
 * 8. the signer's signature over `bind`.
 *
 * What this does not show is where a device is: a host can forward its channel to a genuine device
 * elsewhere (until TDISP), and a leaked hardware key signs anything. Lists of devices are the
 * mitigation (`policy`).
 */
import { concatBytes } from '../bytes.ts';
import { digestSync } from '../crypto.ts';
import { type BoundKey, encodeKeys } from './bound-key.ts';
import { ADDRESS_BYTES, exactly, unsigned } from './fields.ts';
import { taggedHash } from './tagged-hash.ts';

/** Most devices of one binding. */
export const MAX_DEVICES = 64;

/** The block a challenge is made of, and for whom. */
export interface BlockChallenge {
  readonly chainId: bigint;
  /** 20 bytes. */
  readonly registry: Uint8Array;
  /** 20 bytes: the account that will be paid. */
  readonly operator: Uint8Array;
  readonly blockNumber: bigint;
  /** 32 bytes. */
  readonly blockHash: Uint8Array;
}

/** Everything a binding covers. */
export interface Binding {
  /** 32 bytes: {@link blockChallenge}, or random bytes of the verifier, used once. */
  readonly challenge: Uint8Array;
  readonly chainId: bigint;
  /** 20 bytes. */
  readonly registry: Uint8Array;
  /** 20 bytes. */
  readonly operator: Uint8Array;
  /** 32 bytes: hash of the policy text. */
  readonly policyId: Uint8Array;
  /** Keys that live in the enclave; the first signs. */
  readonly keys: readonly BoundKey[];
  /** 32 bytes: SHA-256 of the SubjectPublicKeyInfo of the enclave's TLS key, or undefined: no channel claim. */
  readonly tlsSpkiHash?: Uint8Array | undefined;
  /** 32 bytes each, ascending. */
  readonly deviceIds: readonly Uint8Array[];
}

/** A device's report and certificates as they were received. */
export interface DeviceEvidence {
  /** 32 bytes: SHA-256 of certificate 1's SubjectPublicKeyInfo. */
  readonly deviceId: Uint8Array;
  readonly report: Uint8Array;
  /** DER of the certificates, leaf first, joined. */
  readonly chain: Uint8Array;
}

/** `H("barycenter/challenge/1", chainId ‖ registry ‖ operator ‖ blockNumber ‖ blockHash)`: not older than its block. */
export function blockChallenge(block: BlockChallenge): Uint8Array<ArrayBuffer> {
  return taggedHash(
    'barycenter/challenge/1',
    unsigned(block.chainId, 32),
    exactly('registry', block.registry, ADDRESS_BYTES),
    exactly('operator', block.operator, ADDRESS_BYTES),
    unsigned(block.blockNumber, 8),
    exactly('blockHash', block.blockHash, 32),
  );
}

/**
 * `H("barycenter/tee/2", challenge ‖ chainId ‖ registry ‖ operator ‖ policyId ‖ keys ‖ tlsSpkiHash or
 * zero ‖ n ‖ deviceId_0 ‖ …)`: 32 bytes, the first half of the CPU quote's report data.
 */
export function computeBind(binding: Binding): Uint8Array<ArrayBuffer> {
  const { deviceIds } = binding;
  if (deviceIds.length > MAX_DEVICES) throw new RangeError(`deviceIds: at most ${MAX_DEVICES}`);
  return taggedHash(
    'barycenter/tee/2',
    exactly('challenge', binding.challenge, 32),
    unsigned(binding.chainId, 32),
    exactly('registry', binding.registry, ADDRESS_BYTES),
    exactly('operator', binding.operator, ADDRESS_BYTES),
    exactly('policyId', binding.policyId, 32),
    encodeKeys(binding.keys),
    exactly('tlsSpkiHash', binding.tlsSpkiHash ?? new Uint8Array(32), 32),
    unsigned(deviceIds.length, 2),
    ...deviceIds.map((id) => exactly('deviceId', id, 32)),
  );
}

/** `H("barycenter/gpu/2", bind ‖ index ‖ deviceId)`: the SPDM nonce of the device at this position. */
export function gpuNonce(
  bind: Uint8Array,
  { index, deviceId }: { readonly index: number; readonly deviceId: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const fields = [exactly('bind', bind, 32), unsigned(index, 2), exactly('deviceId', deviceId, 32)];
  return taggedHash('barycenter/gpu/2', ...fields);
}

/** `H("barycenter/gpuset/2", n ‖ (deviceId ‖ SHA-256(report) ‖ SHA-256(chain))_i)`; no devices have this form too. */
export function gpuCommit(devices: readonly DeviceEvidence[]): Uint8Array<ArrayBuffer> {
  const parts = devices.map(({ deviceId, report, chain }) =>
    concatBytes(
      exactly('deviceId', deviceId, 32),
      digestSync('SHA-256', report),
      digestSync('SHA-256', chain),
    ),
  );
  return taggedHash('barycenter/gpuset/2', unsigned(devices.length, 2), ...parts);
}

/**
 * The 48 bytes by which a TDX runtime register is extended before the quote is made: SHA-384 of
 * `gpuCommit`.
 */
export function runtimeEventDigest(commit: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestSync('SHA-384', exactly('commit', commit, 32));
}

/** Name of the event that a guest of dstack emits with `gpuCommit` as its payload. */
export const DSTACK_EVENT = 'barycenter-gpuset';

/**
 * The same for guests of dstack, which extend by SHA-384(type ‖ ":" ‖ name ‖ ":" ‖ payload), the type
 * 08000001 in little-endian bytes (dstack, cc-eventlog, `RuntimeEvent`).
 */
export function dstackEventDigest(commit: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(`:${DSTACK_EVENT}:`);
  const type = Uint8Array.of(0x01, 0x00, 0x00, 0x08);
  return digestSync('SHA-384', concatBytes(type, name, exactly('commit', commit, 32)));
}

/** The 64 bytes of the CPU quote's report data. */
export function bindingReportData(bind: Uint8Array, commit: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...exactly('bind', bind, 32), ...exactly('commit', commit, 32)]);
}
