/** Base64 as XML Schema's `base64Binary` allows it: RFC 4648 §4 with white space anywhere. */

/** The bytes, or undefined for other text, padding included, or stray bits in the last character. */
export function readBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const compact = text.replace(/[ \t\r\n]+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  const binary = atob(compact);
  if (btoa(binary) !== compact) return undefined;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
