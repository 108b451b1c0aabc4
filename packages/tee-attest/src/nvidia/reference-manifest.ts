/** What a verified reference integrity manifest says: versions and the values that firmware must have. */

/** A manifest (RIM) of a driver or a VBIOS whose signature was verified. */
export interface ReferenceManifest {
  readonly id: string;
  /** The driver's or VBIOS' version (`colloquialVersion`). */
  readonly version: string;
  readonly kind: 'driver' | 'vbios';
  /** Of the manifest's bytes. */
  readonly sha256: Uint8Array;
  /** Earliest end of validity among the signer's certificates. */
  readonly expiresAt: Date;
  readonly measurements: readonly ReferenceMeasurement[];
  /** The board that a VBIOS manifest is for, where it says so. */
  readonly platform?:
    | {
        readonly project?: string;
        readonly projectSku?: string;
        readonly chipSku?: string;
      }
    | undefined;
}

/** Reference values of one index; the device's measurement must equal one of them if it is active. */
export interface ReferenceMeasurement {
  readonly index: number;
  readonly active: boolean;
  /** Bytes of each value. */
  readonly size: number;
  readonly alternatives: readonly Uint8Array[];
}
