/**
 * The submitter's word for an archive: which shards belong to its blob. The certificate is public and
 * says nothing about the archive, so without this anybody could archive other bytes under it.
 *
 *   digest = TH("BARYCENTER_EXAMPLE_ARCHIVE_V1", chainId 32 | registry 20 | namespace 32
 *                                              | headerRoot 32 | archiveRoot 32)
 *   TH(tag, x) = sha256(sha256(tag) | sha256(tag) | x)    signature = r 32 | s 32 | v
 *
 * secp256k1 as over the header (da-sampling/src/submitter.ts): v in {0, 1}, s in the lower half, and
 * the key is the one whose address the header names. The tag keeps the two kinds of signature apart.
 */
import { createHash } from 'node:crypto';
import { type Domain, encodeDomain } from '@barycenter/da-sampling';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const TAG = 'BARYCENTER_EXAMPLE_ARCHIVE_V1';
const SIGNATURE_BYTES = 65;

/** What is signed: these shards are the archive of this blob. */
export interface ArchiveClaim {
  readonly domain: Domain;
  readonly headerRoot: Uint8Array;
  readonly archiveRoot: Uint8Array;
}

/** Signs a claim, 65 bytes. */
export function signArchive(
  claim: ArchiveClaim,
  submitterKey: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const options = { prehash: false, format: 'recovered' } as const;
  const recovered = secp256k1.sign(digestOf(claim), submitterKey, options);
  return Uint8Array.from([...recovered.slice(1), recovered[0]!]); // noble puts v first
}

/** Whether a claim is signed by the submitter of this address; false for any other bytes. */
export function isArchiveSignature(
  signature: Uint8Array,
  { submitter, ...claim }: ArchiveClaim & { readonly submitter: Uint8Array },
): boolean {
  if (signature.length !== SIGNATURE_BYTES || signature[64]! > 1) return false;
  try {
    const recovered = Uint8Array.from([signature[64]!, ...signature.slice(0, 64)]);
    const parsed = secp256k1.Signature.fromBytes(recovered, 'recovered');
    if (parsed.hasHighS()) return false;
    const publicKey = parsed.recoverPublicKey(digestOf(claim)).toBytes(false);
    // Last 20 bytes of keccak256 of the coordinates. Yellow Paper, appendix F.
    const address = keccak_256(publicKey.slice(1)).slice(12);
    return bytesToHex(address) === bytesToHex(submitter);
  } catch {
    return false;
  }
}

function digestOf({ domain, headerRoot, archiveRoot }: ArchiveClaim): Uint8Array {
  const tag = createHash('sha256').update(TAG).digest();
  const hash = createHash('sha256').update(tag).update(tag).update(encodeDomain(domain));
  return new Uint8Array(hash.update(headerRoot).update(archiveRoot).digest());
}
