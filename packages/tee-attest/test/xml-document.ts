/**
 * Random XML documents of the reader's profile: as a model, as text in some layout, and in canonical
 * form, written from the definition and without any of the package's code.
 */
import type { Random } from '@barycenter/testing';

const NAMESPACES = ['urn:a', 'urn:b', 'http://example.org/a', 'http://example.org/?q=1&r'];
const PREFIXES = ['', 'a', 'b', 'ns0'];
const LOCALS = ['x', 'Y', 'z-1', '_w.v', 'Hash0'];
const TEXTS = ['', ' ', 'text', '\n\t', '<&>"\'', '\r', 'é€𝄞', ']] >', 'a\tb', '&amp;'];

interface Attribute {
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

export interface Model {
  readonly prefix: string;
  readonly local: string;
  readonly declared: ReadonlyMap<string, string>;
  readonly attributes: readonly Attribute[];
  readonly children: readonly (Model | string)[];
}

/** A random element; `above` are the namespaces in scope. */
export function randomModel(
  random: Random,
  above: ReadonlyMap<string, string> = new Map(),
  depth: number = 1,
): Model {
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
  const declared = new Map<string, string>();
  for (let i = random.integer(3); i > 0; i--) declared.set(pick(PREFIXES), pick(NAMESPACES));
  const scope = new Map([...above, ...declared]);
  const prefixes = [...scope.keys()].filter((prefix) => prefix !== '');
  const attributes = new Map<string, Attribute>();
  for (let i = random.integer(5); i > 0; i--) {
    const prefix = prefixes.length > 0 && random.integer(2) === 0 ? pick(prefixes) : '';
    const local = pick(LOCALS);
    const meaning = `${prefix === '' ? '' : scope.get(prefix)} ${local}`;
    attributes.set(meaning, { prefix, local, value: pick(TEXTS) });
  }
  const children: (Model | string)[] = [];
  for (let i = depth < 6 ? random.integer(4) : 0; i > 0; i--)
    children.push(random.integer(2) === 0 ? pick(TEXTS) : randomModel(random, scope, depth + 1));
  const prefix = random.integer(2) === 0 || prefixes.length === 0 ? '' : pick(prefixes);
  return { prefix, local: pick(LOCALS), declared, attributes: [...attributes.values()], children };
}

/** The element written in one of its many layouts. */
export function lay(model: Model, random: Random): string {
  const space = (): string => [' ', '  ', '\n', '\t ', '\n\n'][random.integer(5)]!;
  const maybe = (): string => (random.integer(3) === 0 ? space() : '');
  const character = (one: string): string => {
    const point = one.codePointAt(0)!;
    const hex = `&#x${point.toString(16)};`;
    const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }[one];
    const forms = [`&#${point};`, hex, hex.toUpperCase().replace('X', 'x'), named ?? hex];
    return forms[random.integer(forms.length)]!;
  };
  const write = (text: string, always: RegExp): string =>
    [...text]
      .map((one) => (always.test(one) || random.integer(6) === 0 ? character(one) : one))
      .join('');
  const value = (text: string): string => {
    const quote = random.integer(2) === 0 ? '"' : "'";
    const always = quote === '"' ? /^[<&"\t\n\r]$/ : /^[<&'\t\n\r]$/;
    return quote + write(text, always) + quote;
  };
  const name = qualified(model);
  const parts = [
    ...[...model.declared].map(([prefix, uri]) => [
      prefix === '' ? 'xmlns' : `xmlns:${prefix}`,
      uri,
    ]),
    ...model.attributes.map((one) => [qualified(one), one.value]),
  ] as [string, string][];
  const inner = model.children
    .map((child) => (typeof child === 'string' ? write(child, /^[<&>\r]$/) : lay(child, random)))
    .join('');
  const start = random
    .shuffle(parts)
    .map(([key, text]) => `${space()}${key}${maybe()}=${maybe()}${value(text)}`)
    .join('');
  if (inner === '' && random.integer(2) === 0) return `<${name}${start}${maybe()}/>`;
  return `<${name}${start}${maybe()}>${inner}</${name}${maybe()}>`;
}

/**
 * Canonical form, by the definition: of each element, every namespace in scope that its parent (the
 * last of `ancestors`) does not have alike; then the attributes by namespace name and local name.
 */
export function canonicalForm(model: Model, ancestors: readonly Model[] = []): string {
  const path = [...ancestors, model];
  const lookup = (prefix: string, elements: readonly Model[]): string | undefined =>
    [...elements]
      .reverse()
      .find(({ declared }) => declared.has(prefix))
      ?.declared.get(prefix);
  const namespaces = [...new Set(path.flatMap(({ declared }) => [...declared.keys()]))]
    .sort()
    .filter((prefix) => lookup(prefix, path) !== lookup(prefix, ancestors))
    .map((prefix) => {
      const key = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
      return ` ${key}="${lookup(prefix, path)!.replaceAll('&', '&amp;')}"`;
    });
  const key = ({ prefix, local }: Attribute): string =>
    `${prefix === '' ? '' : lookup(prefix, path)}\u0000${local}`;
  const attributes = [...model.attributes]
    .sort((left, right) => (key(left) < key(right) ? -1 : 1))
    .map((one) => ` ${qualified(one)}="${escapeValue(one.value)}"`);
  const inner = model.children.map((child) =>
    typeof child === 'string' ? escapeText(child) : canonicalForm(child, path),
  );
  const name = qualified(model);
  return `<${name}${namespaces.join('')}${attributes.join('')}>${inner.join('')}</${name}>`;
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;');
}

function escapeValue(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;');
}

function qualified({ prefix, local }: Pick<Attribute, 'prefix' | 'local'>): string {
  return prefix === '' ? local : `${prefix}:${local}`;
}
