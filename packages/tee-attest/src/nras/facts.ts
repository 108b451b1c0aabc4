/** What a verified token of NVIDIA's attestation service says. */

/** Facts of one device. */
export interface NrasDevice {
  /** The service's name of it: `GPU-0`, `SWITCH-2`. */
  readonly name: string;
  readonly kind: 'gpu' | 'switch';
  /** Decimal number by which the service knows the device. */
  readonly ueid: string;
  /** `GH100 A01 GSP BROM`. */
  readonly model: string;
  readonly driverVersion: string | undefined;
  readonly vbiosVersion: string | undefined;
  /** What the service warns of, if it does. */
  readonly warning: string | undefined;
  /** Every claim of the device's token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Facts of one answer. */
export interface NrasFacts {
  readonly issuer: string;
  /** Version of the claims: `3.0`. */
  readonly version: string;
  /** 32 bytes that the requester chose. */
  readonly nonce: Uint8Array;
  readonly devices: readonly NrasDevice[];
  /** Identifiers of the keys that signed, each once. */
  readonly keyIds: readonly string[];
  readonly issuedAt: Date;
  /** Earliest `exp` of the tokens: an hour after issue. */
  readonly expiresAt: Date;
}
