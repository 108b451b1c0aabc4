/**
 * A bounded memory of public keys that passed KeyValidate, so that a committee's keys are checked
 * once and not with every certificate. Least recently used keys leave first. Only valid keys enter:
 * what a key was refused for is found again each time.
 */

/** Keys remembered by one `Bls` object; 0.2 to 0.4 kB each. */
export const MAX_CACHED_KEYS = 8192;

/** Bytes of a key, two to a character. */
const NAME_LENGTH = 24;

/** Validated keys by their 48 bytes. */
export interface KeyCache<Key> {
  /** The key behind these 48 bytes, or undefined; a hit becomes the most recently used. */
  get(bytes: Uint8Array): Key | undefined;
  /** Remembers a validated key and forgets the least recently used one beyond the bound. */
  set(bytes: Uint8Array, key: Key): void;
  /** Number of keys held, at most the bound. */
  size(): number;
  /** Forgets all. */
  clear(): void;
}

/** An empty cache of at most `maxKeys` keys. */
export function createKeyCache<Key>(maxKeys: number): KeyCache<Key> {
  const keys = new Map<string, Key>(); // a Map iterates in order of insertion
  return {
    get(bytes) {
      const name = nameOf(bytes);
      const key = keys.get(name);
      if (key === undefined) return undefined;
      keys.delete(name);
      keys.set(name, key);
      return key;
    },
    set(bytes, key) {
      keys.set(nameOf(bytes), key);
      if (keys.size <= maxKeys) return;
      const oldest = keys.keys().next();
      if (!oldest.done) keys.delete(oldest.value);
    },
    size: () => keys.size,
    clear: () => keys.clear(),
  };
}

/**
 * 48 bytes as 24 characters: a copy, so a caller who changes the array later changes nothing here.
 * A hit costs 0.2 us; spreading the byte array itself into fromCharCode costs 1.4 us, which for 512
 * known keys would be as long as half a pairing check (Node 24.21).
 */
function nameOf(bytes: Uint8Array): string {
  const units: number[] = [];
  for (let i = 0; i < NAME_LENGTH; i++) units.push((bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  return String.fromCharCode(...units);
}
