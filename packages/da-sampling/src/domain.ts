/**
 * The replay domain: every signature of the protocol names the chain, the registry contract and the
 * namespace it is meant for (da-review.md §5.1; 0G's blob signatures lack it, da.md §0 item 4).
 */
import { join, littleEndian } from './wire.ts';

/** Where a blob, a registration or a certificate is valid. */
export type Domain = {
  /** EIP-155 chain id, below 2^256. */
  readonly chainId: bigint;
  /** Address of the registry contract, 20 bytes. */
  readonly registry: Uint8Array;
  /** Application namespace, 32 bytes. */
  readonly namespace: Uint8Array;
};

/** `chainId 32 | registry 20`, as signed bytes. RangeError on a wrong length or range. */
export function encodeRegistry(domain: Domain): Uint8Array<ArrayBuffer> {
  expectLength(domain.registry, { name: 'domain.registry', size: 20 });
  return join(littleEndian(domain.chainId, 32), domain.registry);
}

/** `chainId 32 | registry 20 | namespace 32`, as signed bytes. RangeError on a wrong length. */
export function encodeDomain(domain: Domain): Uint8Array<ArrayBuffer> {
  expectLength(domain.namespace, { name: 'domain.namespace', size: 32 });
  return join(encodeRegistry(domain), domain.namespace);
}

/** RangeError naming the parameter unless `bytes` is a byte array of `size` bytes. */
export function expectLength(bytes: Uint8Array, expected: { name: string; size: number }): void {
  if (!(bytes instanceof Uint8Array) || bytes.length !== expected.size) {
    const got = bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof bytes;
    throw new RangeError(`${expected.name}: expected ${expected.size} bytes, got ${got}`);
  }
}
