/** The hash of an engine, which the setup is read with. */

/** SHA-256 of the parts, one after the other. */
export type Hash = (parts: readonly Uint8Array[]) => Uint8Array<ArrayBuffer>;
