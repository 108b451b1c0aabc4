/**
 * Verified manifests by the SHA-256 of their file: a device's manifests change with its driver and
 * VBIOS, while its reports are verified all the time. Signatures and contents are checked once per
 * file; validity times, pinned roots and OCSP answers at every use. Refusals are not kept.
 */
import { bytesToHex } from '../bytes.ts';
import { recorded, type Verified } from '../checks.ts';
import { MAX_XML_BYTES } from '../xml/read.ts';
import type { ReferenceManifest } from './reference-manifest.ts';
import {
  checkManifestTime,
  type GenuineManifest,
  type ManifestOptions,
  readJudge,
  verifyManifest,
  withRevocation,
} from './rim.ts';

/** Verifies manifests, each file once. */
export interface ManifestCache {
  /** As `verifyReferenceManifest`. Costs one SHA-256 of the file where it is known. */
  verify(xml: Uint8Array, options: ManifestOptions): Promise<Verified<ReferenceManifest>>;
  /** How many manifests are held. */
  readonly count: number;
}

const DEFAULT_CAPACITY = 64;

/**
 * A cache of at most `capacity` manifests, of which the one used longest ago goes first. A manifest
 * takes about 40 KB.
 * @throws RangeError if `capacity` is no positive integer.
 */
export function createManifestCache(options: { readonly capacity?: number } = {}): ManifestCache {
  const { capacity = DEFAULT_CAPACITY } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new RangeError(`capacity: expected a positive integer, got ${capacity}`);
  const held = new Map<string, GenuineManifest>();
  const keep = (key: string, genuine: GenuineManifest): void => {
    held.delete(key);
    held.set(key, genuine);
    const [oldest] = held.keys();
    if (held.size > capacity && oldest !== undefined) held.delete(oldest);
  };
  return {
    async verify(xml, options) {
      const judge = readJudge(options);
      const bytes = Uint8Array.from(xml.subarray(0, MAX_XML_BYTES + 1));
      return recorded('nvidia.rim.format', async (checks) => {
        const digest = await judge.crypto.digest('SHA-256', bytes);
        const key = bytesToHex(digest);
        const known = held.get(key);
        if (known !== undefined) {
          checkManifestTime(known, { ...judge, checks });
          checks.pass('nvidia.rim.known', known.manifest.version);
        }
        const genuine = known ?? (await verifyManifest(bytes, { ...judge, checks }));
        keep(key, genuine);
        return withRevocation(genuine, { ...judge, checks });
      });
    },
    get count() {
      return held.size;
    },
  };
}
