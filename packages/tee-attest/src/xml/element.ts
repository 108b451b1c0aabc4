/** Elements of a parsed XML document, with namespaces resolved (Namespaces in XML 1.0). */

/** A name as written and what it means. Attributes without prefix are in no namespace (''). */
export interface XmlName {
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
}

export interface XmlAttribute extends XmlName {
  readonly value: string;
}

export interface XmlElement extends XmlName {
  readonly attributes: readonly XmlAttribute[];
  /** Namespaces declared here, by prefix; '' is the default namespace. */
  readonly declared: ReadonlyMap<string, string>;
  /** Namespaces in scope here, declared here or above. */
  readonly scope: ReadonlyMap<string, string>;
  /** Elements and text, in document order. */
  readonly children: readonly (XmlElement | string)[];
}

/** The element children of an element. */
export function elements(parent: XmlElement): XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string');
}

/** The value of an attribute, or undefined. The namespace is '' for an attribute without prefix. */
export function attribute(
  element: XmlElement,
  local: string,
  namespace: string = '',
): string | undefined {
  return element.attributes.find((one) => one.local === local && one.namespace === namespace)
    ?.value;
}

/** The text of an element without element children, or undefined if it has any. */
export function text(element: XmlElement): string | undefined {
  const parts = element.children.filter((child) => typeof child === 'string');
  return parts.length === element.children.length ? parts.join('') : undefined;
}
