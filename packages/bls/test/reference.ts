/**
 * The slow, obvious way: the equation as the draft writes it, through noble's high-level functions,
 * one pairing per entry. It shares with the package under test noble's field arithmetic only.
 * draft-irtf-cfrg-bls-signature-05 §2.9, and refusing the infinity signature as this package does.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { signatureTag } from '../src/index.ts';

/** prod e(pk_i, H(m_i)) = e(G, signature), every key and the signature valid, at least one pair. */
export function referenceAggregateVerify(
  keys: readonly Uint8Array[],
  claim: { messages: readonly Uint8Array[]; signature: Uint8Array; dst?: Uint8Array },
): boolean {
  if (keys.length === 0 || keys.length !== claim.messages.length) return false;
  const dst = claim.dst ?? signatureTag();
  try {
    const signature = decode(() => bls12_381.longSignatures.Signature.fromBytes(claim.signature));
    const { Fp12 } = bls12_381.fields;
    let left = Fp12.ONE;
    keys.forEach((bytes, i) => {
      if (bytes.length !== 48) throw new Error('not compressed');
      const key = decode(() => bls12_381.G1.Point.fromBytes(bytes));
      const hash = bls12_381.longSignatures.hash(claim.messages[i]!, dst);
      left = Fp12.mul(left, bls12_381.pairing(key, hash));
    });
    return Fp12.eql(left, bls12_381.pairing(bls12_381.G1.Point.BASE, signature));
  } catch {
    return false;
  }
}

function decode<Point extends { is0(): boolean }>(fromBytes: () => Point): Point {
  const point = fromBytes();
  if (point.is0()) throw new Error('infinity');
  return point;
}
