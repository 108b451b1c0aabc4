/**
 * The question that a compiled kernel must answer rightly before it is trusted: a signature byte for
 * byte, its verification, and the refusal of another message. Together they go through every part of
 * the arithmetic (both fields of coordinates, hashing, square roots, pairing) some ten thousand
 * products long, so an optimising compiler has taken over before they end.
 */
import type { Engine } from './engine.ts';
import { BlsError } from './errors.ts';
import { signatureTag } from './tag.ts';

/** Hexadecimal; test/known-answer.test.ts derives both with @noble/curves. */
const PUBLIC_KEY =
  '96a20bb9485ff6d8950955a629e8043a43775968ac133eb7b19c5f0389a22536' +
  '76abdd6c86c7b68d38a1b7f6af8650e7';
const SIGNATURE =
  '88e149e73cad8ad71bb5fe1b45e79c7ad56be83fb724fa98d931b65cd0926eec' +
  'c0240cb7dfbf1515ad68eea643ca170a1243eff1499c3acf6cb9b8f97ea58175' +
  '125d3f5d50a0165ada190973ec7aa9b5c5151985e2ba13d347120f326284ad43';

/** The secret key of the question: bytes 1, 2, ..., 32. */
export function knownSecretKey(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 32 }, (_, i) => i + 1);
}

/** Whether a backend answers rightly. A backend that traps throws. */
export function givesKnownAnswer<Key, Signature>(engine: Engine<Key, Signature>): boolean {
  const secretKey = knownSecretKey();
  const dst = signatureTag();
  const keyBytes = engine.publicKey(secretKey);
  const signatureBytes = engine.sign(secretKey, secretKey, dst);
  if (toHex(keyBytes) !== PUBLIC_KEY || toHex(signatureBytes) !== SIGNATURE) return false;
  const [key] = engine.decodeKeys([keyBytes]);
  const [signature] = engine.decodeSignatures([signatureBytes]);
  if (key === undefined || key instanceof BlsError) return false;
  if (signature === undefined || signature instanceof BlsError) return false;
  const right = engine.verifyProduct([{ key, message: secretKey }], signature, dst);
  const wrong = engine.verifyProduct([{ key, message: keyBytes }], signature, dst);
  return right && !wrong;
}

function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
