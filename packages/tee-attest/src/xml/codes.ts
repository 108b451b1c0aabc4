/** Codes of the XML reader and of XML signatures. */

/**
 * - `xml_too_large`: more bytes, elements, attributes, namespaces or depth than the reader allows;
 * - `xml_malformed`: not well-formed in the profile that `read.ts` states;
 * - `xml_forbidden`: a construct that the profile leaves out: document type, entity, comment, CDATA,
 *   processing instruction or XML declaration;
 * - `xml_signature_missing`: the root element has no Signature child;
 * - `xml_signature_repeated`: more than one Signature anywhere in the document;
 * - `xml_signature_misplaced`: the Signature is not a child of the root element;
 * - `xml_signature_profile`: another algorithm, reference, transform, element or attribute in the
 *   Signature than the fixed profile has;
 * - `xml_digest_mismatch`: the document is not the one that was signed;
 * - `xml_signature_invalid`: the signature value is not the signer's.
 */
export type XmlCode =
  | 'xml_too_large'
  | 'xml_malformed'
  | 'xml_forbidden'
  | 'xml_signature_missing'
  | 'xml_signature_repeated'
  | 'xml_signature_misplaced'
  | 'xml_signature_profile'
  | 'xml_digest_mismatch'
  | 'xml_signature_invalid';
