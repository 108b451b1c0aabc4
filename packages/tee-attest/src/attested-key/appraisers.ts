/** The set of appraisers whose signatures count, as the registry stores it. */
import { bytesToHex } from '../bytes.ts';
import { type CoseKey, isPublicKey } from './cose-key.ts';

/** Most appraisers of one set. */
export const MAX_APPRAISERS = 255;

/** Accounts that sign with EIP-712. */
export interface Appraisers {
  /** Counts up with every change of the set. */
  readonly epoch: number;
  /** How many of them must sign. */
  readonly threshold: number;
  /** 20 bytes each. */
  readonly addresses: readonly Uint8Array[];
}

/** Keys that sign with COSE. */
export interface CoseAppraisers {
  readonly epoch: number;
  readonly threshold: number;
  readonly keys: readonly CoseAppraiser[];
}

export interface CoseAppraiser extends CoseKey {
  /** 1 to 32 bytes that name the key. */
  readonly kid: Uint8Array;
}

/** @throws RangeError for a threshold that cannot be met or means nothing, doubles, or keys that are none. */
export function checkAppraisers(set: Appraisers): void {
  checkSet(set, set.addresses);
  if (set.addresses.some(({ length }) => length !== 20))
    throw new RangeError('addresses: expected 20 bytes each');
}

/** The same for keys that sign with COSE. */
export function checkCoseAppraisers(set: CoseAppraisers): void {
  checkSet(
    set,
    set.keys.map(({ kid }) => kid),
  );
  for (const key of set.keys) {
    const { kid, algorithm } = key;
    if (kid.length === 0 || kid.length > 32) throw new RangeError('kid: expected 1 to 32 bytes');
    if (!isPublicKey(key)) throw new RangeError(`publicKey: no key of ${algorithm}`);
  }
  if (new Set(set.keys.map(holderOf)).size !== set.keys.length)
    throw new RangeError('appraisers: one key stands twice');
}

/** Of a P-256 key the x-coordinate, whatever its form: who holds a key holds its negative too. */
function holderOf({ algorithm, publicKey }: CoseAppraiser): string {
  const at = algorithm === 'EdDSA' ? 0 : 1;
  return `${algorithm} ${bytesToHex(publicKey.subarray(at, at + 32))}`;
}

function checkSet(
  { epoch, threshold }: Pick<Appraisers, 'epoch' | 'threshold'>,
  names: readonly Uint8Array[],
): void {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > 0xffffffff)
    throw new RangeError('epoch: expected a u32');
  if (names.length > MAX_APPRAISERS) throw new RangeError(`appraisers: at most ${MAX_APPRAISERS}`);
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > names.length) {
    throw new RangeError(`threshold: expected 1 to ${names.length}, got ${threshold}`);
  }
  if (new Set(names.map(bytesToHex)).size !== names.length)
    throw new RangeError('appraisers: one stands twice');
}
