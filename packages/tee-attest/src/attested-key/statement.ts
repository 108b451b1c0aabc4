/**
 * The statement that replaces a quote: "this key is held by a TEE that was verified under this policy,
 * for this operator, until then" (design note compute-review §2). k of n appraisers sign the same
 * bytes, so nothing in it depends on who appraised or when: times of appraisal and tool versions are
 * left out, and `factsHash` covers measurements, TCB levels and devices only.
 *
 * Who trusts such a statement trusts that fewer than k appraisers collude: k of them can vouch for any
 * key, and the TEE behind it is never stronger than that. The evidence itself has to stay available,
 * so that anyone can appraise it again and a false statement can be pinned on its signers.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import {
  DOMAIN_FIELDS,
  DOMAIN_NAME,
  DOMAIN_VERSION,
  type Domain,
  keccak,
  type StructFields,
  structHash,
  typedDigest,
  word,
} from './typed-data.ts';

/** A verified TEE's key. Byte fields have 32 bytes, addresses 20; times are seconds since 1970. */
export interface AttestedKey {
  /** {@link attestedKeyId}. */
  readonly keyId: Uint8Array;
  /** Account of the key in the TEE. */
  readonly signer: Uint8Array;
  /** Account that is paid for its work. */
  readonly operator: Uint8Array;
  readonly challenge: Uint8Array;
  /** SHA-256 of the whole evidence, by which it can be found. */
  readonly evidenceHash: Uint8Array;
  /** What appraisers agree on: measurements, TCB levels, device ids. */
  readonly factsHash: Uint8Array;
  readonly policyId: Uint8Array;
  /** Digest of MRTD and runtime registers, of MRENCLAVE, or of the SNP measurement. */
  readonly cpuMeasurement: Uint8Array;
  /** Platform that the evidence names (PPID or chip id), hashed. */
  readonly platformId: Uint8Array;
  /** Merkle or plain hash over the device ids; zero for none. */
  readonly deviceRoot: Uint8Array;
  readonly deviceCount: number;
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** Which set of appraisers signs. */
  readonly setEpoch: number;
}

/** ECMAScript, "Time Values and Time Range". */
const LAST_TIME_MS = 8.64e15;

export const ATTESTED_KEY_FIELDS: StructFields = [
  ['keyId', 'bytes32'],
  ['signer', 'address'],
  ['operator', 'address'],
  ['challenge', 'bytes32'],
  ['evidenceHash', 'bytes32'],
  ['factsHash', 'bytes32'],
  ['policyId', 'bytes32'],
  ['cpuMeasurement', 'bytes32'],
  ['platformId', 'bytes32'],
  ['deviceRoot', 'bytes32'],
  ['deviceCount', 'uint32'],
  ['notBefore', 'uint64'],
  ['notAfter', 'uint64'],
  ['setEpoch', 'uint32'],
];

/**
 * `keccak256(abi.encode(chainId, registry, operator, signer, challenge))`: another chain, registry,
 * operator or challenge is another key.
 */
export function attestedKeyId(
  { chainId, registry }: Domain,
  { operator, signer, challenge }: Pick<AttestedKey, 'operator' | 'signer' | 'challenge'>,
): Uint8Array<ArrayBuffer> {
  return keccak(...[chainId, registry, operator, signer, challenge].map(word));
}

/**
 * The 32 bytes that appraisers sign with EIP-712, and the statement's name in both forms.
 * @throws TeeError `statement_malformed` or `statement_key_id`.
 */
export function attestedKeyDigest(statement: AttestedKey, domain: Domain): Uint8Array<ArrayBuffer> {
  checkStatement(statement, domain);
  return digestOfChecked(statement, domain);
}

/** {@link attestedKeyDigest} of a statement that {@link checkStatement} let pass. */
export function digestOfChecked(statement: AttestedKey, domain: Domain): Uint8Array<ArrayBuffer> {
  return typedDigest(domain, structHash('AttestedKey', ATTESTED_KEY_FIELDS, { ...statement }));
}

/** The statement as wallets and viem's `signTypedData` take it. */
export function attestedKeyTypedData(statement: AttestedKey, domain: Domain): TypedData {
  checkStatement(statement, domain);
  const named = (fields: StructFields) => fields.map(([name, type]) => ({ name, type }));
  return {
    domain: {
      name: DOMAIN_NAME,
      version: DOMAIN_VERSION,
      chainId: domain.chainId,
      verifyingContract: hex(domain.registry),
    },
    types: { EIP712Domain: named(DOMAIN_FIELDS), AttestedKey: named(ATTESTED_KEY_FIELDS) },
    primaryType: 'AttestedKey',
    message: Object.fromEntries(
      Object.entries(statement).map(([name, value]) => [
        name,
        value instanceof Uint8Array ? hex(value) : value,
      ]),
    ),
  };
}

/** EIP-712 data in the form of `eth_signTypedData_v4`. */
export interface TypedData {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    readonly verifyingContract: `0x${string}`;
  };
  readonly types: Readonly<
    Record<string, readonly { readonly name: string; readonly type: string }[]>
  >;
  readonly primaryType: 'AttestedKey';
  readonly message: Readonly<Record<string, `0x${string}` | bigint | number>>;
}

/** The end of a statement; the last time a `Date` can hold where it is beyond. */
export function expiryOf({ notAfter }: AttestedKey): Date {
  return new Date(Math.min(1000 * Number(notAfter), LAST_TIME_MS));
}

/** Demands that every field is there, fits its type, and that the key id is the hash it must be. */
export function checkStatement(statement: AttestedKey, domain: Domain): void {
  const values: Readonly<Record<string, unknown>> = { ...statement };
  for (const [name, type] of ATTESTED_KEY_FIELDS) checkField(name, type, values[name]);
  const extra = Object.keys(values).find(
    (name) => !ATTESTED_KEY_FIELDS.some(([known]) => known === name),
  );
  if (extra !== undefined) throw malformed(`unknown field ${extra}`);
  if (statement.notBefore > statement.notAfter) throw malformed('notBefore after notAfter');
  if (statement.signer.every((byte) => byte === 0)) throw malformed('signer zero');
  const expected = attestedKeyId(domain, statement);
  if (!equalBytes(statement.keyId, expected)) {
    throw new TeeError('statement_key_id', 'the key id is not that of these fields', {
      expected: bytesToHex(expected),
      actual: bytesToHex(statement.keyId),
    });
  }
}

function checkField(name: string, type: string, value: unknown): void {
  if (type === 'bytes32' || type === 'address') {
    const size = type === 'address' ? 20 : 32;
    if (!(value instanceof Uint8Array) || value.length !== size)
      throw malformed(`${name}: not ${size} bytes`);
  } else if (type === 'uint32') {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0xffffffff)
      throw malformed(`${name}: no u32`);
  } else if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) {
    throw malformed(`${name}: no u64`);
  }
}

function malformed(what: string): TeeError {
  return new TeeError('statement_malformed', `not an attested key: ${what}`);
}

function hex(bytes: Uint8Array): `0x${string}` {
  return `0x${bytesToHex(bytes)}`;
}
