/** What a verified reference integrity manifest says a driver's or VBIOS's measurements must be. */

export interface ReferenceManifest {
  readonly id: string;
  readonly version: string /* colloquialVersion */;
  readonly kind: 'driver' | 'vbios';
  readonly sha256: Uint8Array;
  readonly expiresAt: Date;
  readonly measurements: readonly {
    readonly index: number;
    readonly active: boolean;
    readonly size: number;
    readonly alternatives: readonly Uint8Array[];
  }[];
  readonly platform?: { project?: string; projectSku?: string; chipSku?: string } | undefined;
}
