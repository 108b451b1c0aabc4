/**
 * Canonical XML 1.1 (W3C Recommendation, 2 May 2008), without comments, of a whole element of the
 * profile that `read.ts` reads. That profile has no `xml:` attributes, processing instructions,
 * entities, defaulted attributes or relative namespace names, so that only these rules remain: UTF-8;
 * start-tag and end-tag pairs; namespaces that differ from the parent's, by prefix, then attributes
 * by namespace name and local name; the five escapes of §2.3 each in text and in values. An element
 * that is canonicalised alone carries every namespace in its scope (§2.4).
 */
import type { XmlAttribute, XmlElement } from './element.ts';

const NO_NAMESPACES: ReadonlyMap<string, string> = new Map();
const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};
const VALUE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** The canonical bytes of an element, without the descendant `omitted` if there is one. Linear. */
export function canonicalize(element: XmlElement, omitted?: XmlElement): Uint8Array<ArrayBuffer> {
  const parts: string[] = [];
  write(element, NO_NAMESPACES, { parts, omitted });
  return new TextEncoder().encode(parts.join(''));
}

function write(
  element: XmlElement,
  rendered: ReadonlyMap<string, string>,
  output: { readonly parts: string[]; readonly omitted: XmlElement | undefined },
): void {
  const { parts, omitted } = output;
  const { scope, attributes, children } = element;
  const name = qualified(element);
  parts.push('<', name);
  if (scope !== rendered) {
    for (const [prefix, namespace] of [...scope].sort(byFirst)) {
      if (rendered.get(prefix) === namespace) continue;
      parts.push(prefix === '' ? ' xmlns' : ` xmlns:${prefix}`, '="', value(namespace), '"');
    }
  }
  for (const one of [...attributes].sort(byMeaning)) {
    parts.push(' ', qualified(one), '="', value(one.value), '"');
  }
  parts.push('>');
  for (const child of children) {
    if (typeof child === 'string') parts.push(escapeAll(child, /[&<>\r]/g, TEXT_ESCAPES));
    else if (child !== omitted) write(child, scope, output);
  }
  parts.push('</', name, '>');
}

function qualified({ prefix, local }: Pick<XmlElement, 'prefix' | 'local'>): string {
  return prefix === '' ? local : `${prefix}:${local}`;
}

function value(text: string): string {
  return escapeAll(text, /[&<"\t\n\r]/g, VALUE_ESCAPES);
}

function escapeAll(
  text: string,
  pattern: RegExp,
  escapes: Readonly<Record<string, string>>,
): string {
  return text.replace(pattern, (character) => escapes[character] as string);
}

// Names and namespace names are ASCII, so that UTF-16 order is code point order.
function byFirst([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return compare(left, right);
}

function byMeaning(left: XmlAttribute, right: XmlAttribute): number {
  return compare(left.namespace, right.namespace) || compare(left.local, right.local);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
