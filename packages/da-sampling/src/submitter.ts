/**
 * The submitter's signature over headerRoot (da-review.md §1.3(9)): secp256k1 ECDSA, Ethereum
 * addresses. Without it anybody frames a submitter for equivocation, burns its nonces, or makes
 * nodes do curve work for an anonymous sender. It is checked before the first BLS12-381 operation.
 *
 * Signed digest: TH(SUBMIT, chainId 32 | registry 20 | headerRoot 32). Signature: r 32 | s 32 | v,
 * big-endian as on Ethereum, v in {0, 1}, s in the lower half (one signature per key and digest).
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { type Domain, encodeRegistry, expectLength } from './domain.ts';
import { DaError, type EquivocationEvidence, type SignedHeader } from './errors.ts';
import { type BlobHeader, decodeHeader, headerRoot as rootOf } from './header.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';
import { equalBytes, join } from './wire.ts';

/** Bytes of a submitter signature. */
export const SUBMITTER_SIGNATURE_BYTES = 65;

/** The Ethereum address (20 bytes) of a secp256k1 secret key (32 bytes). */
export function submitterAddress(submitterKey: Uint8Array): Uint8Array<ArrayBuffer> {
  expectLength(submitterKey, { name: 'submitterKey', size: 32 });
  return addressOf(secp256k1.getPublicKey(submitterKey, false));
}

/** Signs a header root for one domain, 65 bytes. */
export function signHeaderRoot(
  headerRoot: Uint8Array,
  options: { domain: Domain; submitterKey: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const digest = submitDigest(options.domain, headerRoot);
  const recovered = secp256k1.sign(digest, options.submitterKey, {
    prehash: false,
    format: 'recovered',
  });
  return join(recovered.slice(1), recovered.slice(0, 1)); // noble puts v first
}

/**
 * The address that signed a header root. Throws `signature_malformed` for a wrong length, v outside
 * {0, 1}, a high s, or values that are no signature.
 */
export function recoverSubmitter(
  signed: { readonly headerRoot: Uint8Array; readonly signature: Uint8Array },
  domain: Domain,
): Uint8Array<ArrayBuffer> {
  const { signature } = signed;
  if (signature.length !== SUBMITTER_SIGNATURE_BYTES || signature[64]! > 1) {
    throw new DaError('signature_malformed', 'expected r | s | v of 65 bytes with v in {0, 1}');
  }
  const digest = submitDigest(domain, signed.headerRoot);
  try {
    const recovered = join(signature.slice(64), signature.slice(0, 64));
    const parsed = secp256k1.Signature.fromBytes(recovered, 'recovered');
    if (parsed.hasHighS()) throw new RangeError('s is in the upper half');
    return addressOf(parsed.recoverPublicKey(digest).toBytes(false));
  } catch (cause) {
    throw new DaError('signature_malformed', 'no secp256k1 signature', { cause });
  }
}

/**
 * Whether evidence holds two different headers of one namespace and nonce, both signed by
 * `submitter` for this domain. The headers are carried whole: two honest headers of different
 * nonces prove nothing. Nonces count per (chain, registry, namespace). Never throws for bad bytes.
 */
export function isEquivocation(
  evidence: EquivocationEvidence,
  options: { domain: Domain; submitter: Uint8Array },
): boolean {
  const { domain, submitter } = options;
  try {
    const first = openSigned(evidence.first, domain);
    const second = openSigned(evidence.second, domain);
    return (
      first.nonce === second.nonce &&
      !equalBytes(rootOf(first), rootOf(second)) &&
      [first, second].every(
        (header) =>
          equalBytes(header.submitter, submitter) && equalBytes(header.namespace, domain.namespace),
      )
    );
  } catch (error) {
    if (error instanceof DaError) return false;
    throw error;
  }
}

/** The header, after its signature was found to be its submitter's. */
function openSigned(signed: SignedHeader, domain: Domain): BlobHeader {
  const header = decodeHeader(signed.header);
  const submitter = recoverSubmitter(
    { headerRoot: rootOf(header), signature: signed.signature },
    domain,
  );
  if (!equalBytes(submitter, header.submitter)) {
    throw new DaError('submitter_mismatch', 'the header is not signed by its submitter');
  }
  return header;
}

function submitDigest(domain: Domain, headerRoot: Uint8Array): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.submit, encodeRegistry(domain), headerRoot);
}

/** Last 20 bytes of keccak256 of the public key's coordinates. Yellow Paper, appendix F. */
function addressOf(uncompressedPublicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(keccak_256(uncompressedPublicKey.slice(1)).slice(12));
}
