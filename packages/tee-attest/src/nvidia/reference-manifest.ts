/** What a verified reference integrity manifest says a driver's or VBIOS's measurements must be. */

export interface ReferenceManifest {
  /** The tag's identifier. NVIDIA does not keep them apart: `version` and `sha256` name a manifest. */
  readonly id: string;
  /** `Meta@colloquialVersion`: `550.144.03`, `96.00.5E.00.01`. */
  readonly version: string;
  readonly kind: 'driver' | 'vbios';
  /** Of the file. */
  readonly sha256: Uint8Array;
  /** Earliest end of validity among the signer's certificates and the answers about them. */
  readonly expiresAt: Date;
  /** Whether every certificate of the signer was reported good by OCSP. */
  readonly revocationChecked?: boolean;
  readonly measurements: readonly {
    /** Index of the report's measurement block, less one. */
    readonly index: number;
    /** Whether a device's measurement must be one of the alternatives. */
    readonly active: boolean;
    /** Bytes of a measurement and of each alternative. */
    readonly size: number;
    readonly alternatives: readonly Uint8Array[];
  }[];
  /** Board that the manifest is for, where that is known. NVIDIA's manifests do not say. */
  readonly platform?: { project?: string; projectSku?: string; chipSku?: string } | undefined;
}
