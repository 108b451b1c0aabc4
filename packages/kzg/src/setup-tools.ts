/** What of an engine a setup is read with. */

/** SHA-256 of the parts, one after the other. */
export type Hash = (parts: readonly Uint8Array[]) => Uint8Array<ArrayBuffer>;

export interface SetupTools {
  readonly hash: Hash;
  /** Decodes 48-byte points with all checks; a status byte for each, see POINT_STATUS. */
  decodePoints(encodings: readonly Uint8Array[]): { readonly statuses: Uint8Array };
}
