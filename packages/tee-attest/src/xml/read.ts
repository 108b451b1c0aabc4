/**
 * A strict, non-validating reader of a small profile of XML 1.0 (fifth edition) with Namespaces 1.0:
 * what NVIDIA's reference manifests are written in, and nothing that has been used against XML
 * signatures.
 *
 * In the profile: UTF-8 without byte order mark; elements, attributes, text; the five predefined
 * entities and character references; names of ASCII letters, digits, `_`, `-` and `.`; absolute
 * ASCII namespace names. Not in it: document types, entities, processing instructions and the XML
 * declaration, comments, CDATA sections, carriage returns, line breaks and tabs in attribute values,
 * the `xml:` prefix, undeclaring a namespace. Each of those is refused, not skipped.
 *
 * Every byte is looked at a constant number of times.
 */
import { parseText } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { XmlAttribute, XmlElement } from './element.ts';

/** Longest document read. NVIDIA's manifests have 18 to 26 KB. */
export const MAX_XML_BYTES = 65_536;
/** Deepest element, the root being 1. A manifest's Transform is at 6. */
export const MAX_XML_DEPTH = 8;
/** Most elements. A manifest has about 90. */
export const MAX_XML_ELEMENTS = 2048;
/** Most attributes of one element, namespace declarations included. A Meta has 14. */
export const MAX_XML_ATTRIBUTES = 64;
/** Most namespaces in scope at one element. A manifest has 4. */
export const MAX_XML_NAMESPACES = 16;

/** Sticky: read where the last one ended. */
const NAME = /(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y;
const NOT_IN_VALUE = /[<\t\n]/;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g;
/** Anything but XML's Char (§2.2), and carriage returns. */
const ILLEGAL = /[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ILLEGAL_REFERENCE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const PREDEFINED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
/** A scheme and characters of RFC 3986: absolute, and ordered by code point as by UTF-16 unit. */
const NAMESPACE = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/;
const RESERVED = /^http:\/\/www\.w3\.org\/(?:XML\/1998\/namespace|2000\/xmlns\/)$/;
const NO_NAMESPACES: ReadonlyMap<string, string> = new Map();

/**
 * Parses a document into its root element.
 * @throws TeeError `xml_too_large`, `xml_malformed` or `xml_forbidden`.
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > MAX_XML_BYTES) throw tooLarge(`${bytes.length} bytes`, MAX_XML_BYTES);
  const source = parseText(bytes);
  if (source === undefined) throw malformed('not UTF-8');
  const illegal = ILLEGAL.exec(source);
  if (illegal !== null) throw malformed(`a character outside the profile at ${illegal.index}`);
  return new Reader(source).document();
}

class Reader {
  readonly #source: string;
  #at = 0;
  #elements = 0;

  constructor(source: string) {
    this.#source = source;
  }

  document(): XmlElement {
    this.#skipSpace();
    const root = this.#element(NO_NAMESPACES, 1);
    this.#skipSpace();
    if (this.#at !== this.#source.length) throw this.#unexpected('the end');
    return root;
  }

  #element(inherited: ReadonlyMap<string, string>, depth: number): XmlElement {
    if (depth > MAX_XML_DEPTH) throw tooLarge('depth', MAX_XML_DEPTH);
    if (++this.#elements > MAX_XML_ELEMENTS) throw tooLarge('elements', MAX_XML_ELEMENTS);
    this.#expect('<');
    const name = this.#name();
    const { declared, written } = this.#attributes();
    const scope = declared.size === 0 ? inherited : new Map([...inherited, ...declared]);
    if (scope.size > MAX_XML_NAMESPACES) throw tooLarge('namespaces', MAX_XML_NAMESPACES);
    const attributes = resolveAttributes(written, scope);
    const namespace = resolve(name.prefix, scope, scope.get('') ?? '');
    const children = this.#skip('/>') ? [] : this.#content(name, scope, depth);
    return { ...name, namespace, attributes, declared, scope, children };
  }

  /** From after the attributes to the end tag, which must be `name`'s. */
  #content(
    name: Pick<XmlElement, 'prefix' | 'local'>,
    scope: ReadonlyMap<string, string>,
    depth: number,
  ): (XmlElement | string)[] {
    this.#expect('>');
    const children: (XmlElement | string)[] = [];
    for (;;) {
      const next = this.#source.indexOf('<', this.#at);
      if (next < 0) throw malformed('an element without end tag');
      if (next > this.#at) children.push(readText(this.#source.slice(this.#at, next)));
      this.#at = next;
      if (this.#skip('</')) break;
      children.push(this.#element(scope, depth + 1));
    }
    const end = this.#name();
    if (end.prefix !== name.prefix || end.local !== name.local)
      throw malformed(`an end tag of another element before ${this.#at}`);
    this.#skipSpace();
    this.#expect('>');
    return children;
  }

  #attributes(): {
    declared: ReadonlyMap<string, string>;
    written: Omit<XmlAttribute, 'namespace'>[];
  } {
    const declared = new Map<string, string>();
    const written: Omit<XmlAttribute, 'namespace'>[] = [];
    for (;;) {
      const spaces = this.#skipSpace();
      const next = this.#source[this.#at];
      if (next === '>' || next === '/') break;
      if (spaces === 0) throw this.#unexpected('white space');
      if (written.length + declared.size === MAX_XML_ATTRIBUTES)
        throw tooLarge('attributes', MAX_XML_ATTRIBUTES);
      const { prefix, local } = this.#name();
      this.#skipSpace();
      this.#expect('=');
      this.#skipSpace();
      const value = readReferences(this.#quoted());
      if (prefix === 'xmlns') declare(declared, local, value);
      else if (prefix === '' && local === 'xmlns') declare(declared, '', value);
      else written.push({ prefix, local, value });
    }
    return { declared: declared.size === 0 ? NO_NAMESPACES : declared, written };
  }

  #name(): Pick<XmlElement, 'prefix' | 'local'> {
    const next = this.#source[this.#at];
    if (next === '!' || next === '?')
      throw new TeeError('xml_forbidden', `markup outside the profile at ${this.#at}`);
    NAME.lastIndex = this.#at;
    const match = NAME.exec(this.#source);
    if (match === null) throw this.#unexpected('a name');
    this.#at += match[0].length;
    return { prefix: match[1] ?? '', local: match[2] ?? '' };
  }

  /** An attribute's value as it is written. */
  #quoted(): string {
    const mark = this.#source[this.#at];
    const end = mark === '"' || mark === "'" ? this.#source.indexOf(mark, this.#at + 1) : -1;
    const value = this.#source.slice(this.#at + 1, Math.max(end, 0));
    if (end < 0 || NOT_IN_VALUE.test(value)) throw this.#unexpected('a value in quotation marks');
    this.#at = end + 1;
    return value;
  }

  /** How many characters of white space were skipped. */
  #skipSpace(): number {
    const start = this.#at;
    for (;;) {
      const next = this.#source[this.#at];
      if (next !== ' ' && next !== '\n' && next !== '\t') return this.#at - start;
      this.#at++;
    }
  }

  #skip(literal: string): boolean {
    if (!this.#source.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  #expect(literal: string): void {
    if (!this.#skip(literal)) throw this.#unexpected(literal);
  }

  #unexpected(expected: string): TeeError {
    return malformed(`expected ${expected} at ${this.#at}`);
  }
}

/** Text between tags. */
function readText(source: string): string {
  if (source.includes(']]>')) throw malformed(']]> in text');
  return readReferences(source);
}

function readReferences(source: string): string {
  if (!source.includes('&')) return source;
  return source.replace(REFERENCE, (_, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return PREDEFINED[named] as string;
    if (decimal === undefined && hex === undefined)
      throw new TeeError('xml_forbidden', 'an entity other than the five predefined ones');
    const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    const character = point > 0x10ffff ? '\0' : String.fromCodePoint(point);
    if (ILLEGAL_REFERENCE.test(character)) throw malformed('a reference to no character');
    return character;
  });
}

function declare(declared: Map<string, string>, prefix: string, namespace: string): void {
  if (prefix === 'xml' || prefix === 'xmlns') throw malformed(`${prefix} declared`);
  if (!NAMESPACE.test(namespace) || RESERVED.test(namespace))
    throw malformed('a namespace name outside the profile');
  if (declared.has(prefix)) throw malformed('a namespace declared twice');
  declared.set(prefix, namespace);
}

function resolveAttributes(
  written: readonly Omit<XmlAttribute, 'namespace'>[],
  scope: ReadonlyMap<string, string>,
): XmlAttribute[] {
  const seen = new Set<string>();
  return written.map(({ prefix, local, value }) => {
    const namespace = resolve(prefix, scope, '');
    const meaning = `${local} ${namespace}`;
    if (seen.has(meaning)) throw malformed('an attribute twice');
    seen.add(meaning);
    return { prefix, local, namespace, value };
  });
}

/** The namespace of a prefix; of no prefix, `unprefixed`. */
function resolve(prefix: string, scope: ReadonlyMap<string, string>, unprefixed: string): string {
  if (prefix === '') return unprefixed;
  const namespace = scope.get(prefix);
  if (namespace === undefined) throw malformed('a prefix without namespace');
  return namespace;
}

function malformed(what: string): TeeError {
  return new TeeError('xml_malformed', `not XML of the profile: ${what}`);
}

function tooLarge(what: string, bound: number): TeeError {
  return new TeeError('xml_too_large', `too much XML: ${what}, at most ${bound}`);
}
