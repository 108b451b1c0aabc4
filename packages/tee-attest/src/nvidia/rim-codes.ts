/** Codes of reference manifests. */

/**
 * - `rim_malformed`: genuine or not, the document is no reference manifest: elements, attributes,
 *   indices or hashes do not fit the format;
 * - `rim_signature_key`: the signer's certificate has no P-384 key, or may not sign documents;
 * - `rim_id_malformed`: a version or platform name of a report that no manifest can be called by.
 */
export type RimCode = 'rim_malformed' | 'rim_signature_key' | 'rim_id_malformed';
