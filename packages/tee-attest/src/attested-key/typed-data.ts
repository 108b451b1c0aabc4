/**
 * EIP-712 ("Typed structured data hashing and signing") for structs of static fields: addresses,
 * unsigned integers and 32-byte words. That is all that the statements here contain, so encoding
 * is one word per field.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { unsigned } from '../binding/fields.ts';
import { bytesToHex, concatBytes } from '../bytes.ts';

/** Where a signature counts: one registry on one chain. */
export interface Domain {
  readonly chainId: bigint;
  /** 20 bytes: the contract that keeps keys and appraisers. */
  readonly registry: Uint8Array;
}

/** Fields of a struct in order: name and Solidity type. */
export type StructFields = readonly (readonly [name: string, type: string])[];

export const DOMAIN_NAME = 'barycenter.attested-key';
export const DOMAIN_VERSION = '1';
export const DOMAIN_FIELDS: StructFields = [
  ['name', 'string'],
  ['version', 'string'],
  ['chainId', 'uint256'],
  ['verifyingContract', 'address'],
];

/** What is signed: Keccak-256 of 1901 ‖ domain separator ‖ struct hash. 32 bytes. */
export function typedDigest(domain: Domain, structHash: Uint8Array): Uint8Array<ArrayBuffer> {
  return keccak(Uint8Array.of(0x19, 0x01), domainSeparator(domain), structHash);
}

/** Most domains remembered; when there are more, all are forgotten. */
const MAX_DOMAINS = 64;
const separators = /* @__PURE__ */ new Map<string, Uint8Array>();

/** Hash of the domain, computed once for each. */
function domainSeparator({ chainId, registry }: Domain): Uint8Array {
  const name = `${chainId} ${bytesToHex(registry)}`;
  let separator = separators.get(name);
  if (separator === undefined) {
    separator = keccak(
      typeHash('EIP712Domain', DOMAIN_FIELDS),
      keccak(ascii(DOMAIN_NAME)),
      keccak(ascii(DOMAIN_VERSION)),
      unsigned(chainId, 32),
      word(registry),
    );
    if (separators.size === MAX_DOMAINS) separators.clear();
    separators.set(name, separator);
  }
  return separator;
}

/** Hash of a struct: Keccak-256 of its type's hash and one word per field. */
export function structHash(
  name: string,
  fields: StructFields,
  values: Readonly<Record<string, Uint8Array | bigint | number>>,
): Uint8Array<ArrayBuffer> {
  const words = fields.map(([field]) => word(values[field] as Uint8Array | bigint | number));
  return keccak(typeHash(name, fields), ...words);
}

/** Bytes or a number as one word of 32 bytes, filled with zeros on the left. */
export function word(value: Uint8Array | bigint | number): Uint8Array {
  if (!(value instanceof Uint8Array)) return unsigned(value, 32);
  const filled = new Uint8Array(32);
  filled.set(value, 32 - value.length);
  return filled;
}

/** Keccak-256 of the parts joined. */
export function keccak(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(keccak_256(concatBytes(...parts)));
}

const typeHashes = /* @__PURE__ */ new WeakMap<StructFields, Uint8Array>();

/** Hash of a type, whose fields are a constant of this package; computed once. */
function typeHash(name: string, fields: StructFields): Uint8Array {
  let hash = typeHashes.get(fields);
  if (hash === undefined) {
    hash = keccak(ascii(`${name}(${fields.map(([field, type]) => `${type} ${field}`).join(',')})`));
    typeHashes.set(fields, hash);
  }
  return hash;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
