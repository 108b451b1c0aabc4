import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import { attribute, elements, text } from '../src/xml/element.ts';
import {
  MAX_XML_ATTRIBUTES,
  MAX_XML_BYTES,
  MAX_XML_DEPTH,
  MAX_XML_ELEMENTS,
  MAX_XML_NAMESPACES,
  parseXml,
} from '../src/xml/read.ts';
import { canonicalForm, lay, randomModel } from './xml-document.ts';

const parse = (source: string) => parseXml(new TextEncoder().encode(source));

function codeOf(source: string | Uint8Array): string {
  try {
    parseXml(typeof source === 'string' ? new TextEncoder().encode(source) : source);
    return 'ok';
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    return error.code;
  }
}

describe('parseXml', () => {
  it('resolves namespaces of elements and attributes', () => {
    const root = parse('<a xmlns="urn:1" xmlns:p="urn:2" b="x"><p:c p:b="y" b="z"/>t</a>');
    const [child] = elements(root);
    expect([root.namespace, child!.namespace, child!.local]).toEqual(['urn:1', 'urn:2', 'c']);
    expect([attribute(root, 'b'), attribute(root, 'b', 'urn:1')]).toEqual(['x', undefined]);
    expect([attribute(child!, 'b'), attribute(child!, 'b', 'urn:2')]).toEqual(['z', 'y']);
    expect([text(root), text(child!)]).toEqual([undefined, '']);
  });

  const malformed: Readonly<Record<string, string>> = {
    'nothing at all': '',
    'white space only': ' \n',
    'text only': 'a',
    'text before the root': 'x<a/>',
    'text after the root': '<a/>x',
    'two roots': '<a/><a/>',
    'an element without end': '<a>',
    'an end without element': '</a>',
    'another end tag': '<a></b>',
    'an end tag with another prefix': '<p:a xmlns:p="urn:1" xmlns:q="urn:1"></q:a>',
    'crossing elements': '<a><b></a></b>',
    'an unfinished tag': '<a',
    'an unfinished end tag': '<a></a',
    'a space before the name': '< a/>',
    'a space inside the end of an empty tag': '<a / >',
    'an attribute in an end tag': '<a></a b="">',
    'an attribute without value': '<a b/>',
    'an attribute without quotes': '<a b=c/>',
    'an attribute with unlike quotes': '<a b="c\'/>',
    'attributes without space': '<a b=""c=""/>',
    'an attribute twice': '<a b="" b=""/>',
    'one attribute by two prefixes': '<a xmlns:p="urn:1" xmlns:q="urn:1" p:b="" q:b=""/>',
    'a namespace declared twice': '<a xmlns:p="urn:1" xmlns:p="urn:2"/>',
    'an element of no namespace prefix': '<p:a/>',
    'an attribute of no namespace prefix': '<a p:b=""/>',
    'a prefix of a sibling': '<a><b xmlns:p="urn:1"/><p:c/></a>',
    'a namespace undeclared': '<a xmlns="urn:1"><b xmlns=""/></a>',
    'a prefix undeclared': '<a xmlns:p="urn:1"><b xmlns:p=""/></a>',
    'a relative namespace': '<a xmlns="x/y"/>',
    'a namespace outside ASCII': '<a xmlns="urn:é"/>',
    'the prefix xml': '<a xml:lang="en"/>',
    'the prefix xml declared': '<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>',
    'the prefix xml declared as another': '<a xmlns:xml="urn:1"/>',
    'the prefix xmlns declared': '<a xmlns:xmlns="urn:1"/>',
    'the namespace of xml declared': '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>',
    'the namespace of xmlns declared': '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>',
    'an element called xmlns:a': '<xmlns:a/>',
    'two colons': '<a:b:c xmlns:a="urn:1"/>',
    'a name from a digit': '<1a/>',
    'a name outside ASCII': '<é/>',
    'a tag in a value': '<a b="<"/>',
    'a line break in a value': '<a b="\n"/>',
    'a tab in a value': '<a b="\t"/>',
    ']]> in text': '<a>]]></a>',
    'a carriage return': '<a>\r\n</a>',
    'a NUL': '<a>\0</a>',
    'a control character': '<a>\x0b</a>',
    'a noncharacter': '<a>\ufffe</a>',
    'a reference to NUL': '<a>&#0;</a>',
    'a reference to a control character': '<a>&#x1F;</a>',
    'a reference to a surrogate': '<a>&#xD800;</a>',
    'a reference beyond Unicode': '<a>&#x110000;</a>',
    'a byte order mark': '\ufeff<a/>',
  };
  for (const [name, source] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => expect(codeOf(source)).toBe('xml_malformed'));
  }

  const forbidden: Readonly<Record<string, string>> = {
    'a document type': '<!DOCTYPE a><a/>',
    'entities that grow': '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    'an external entity': '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    'a comment': '<a><!-- b --></a>',
    'a comment before the root': '<!-- b --><a/>',
    'a CDATA section': '<a><![CDATA[b]]></a>',
    'an instruction': '<a><?b c?></a>',
    'an XML declaration': '<?xml version="1.0" encoding="UTF-8"?><a/>',
    'an entity': '<a>&b;</a>',
    'an entity in a value': '<a b="&c;"/>',
    'a bare ampersand': '<a>&</a>',
    'an ampersand at the end of a name': '<a>&amp</a>',
    'a reference without digits': '<a>&#;</a>',
    'a hexadecimal reference with X': '<a>&#X41;</a>',
    'a reference of very many digits': `<a>&#${'0'.repeat(100)}65;</a>`,
  };
  for (const [name, source] of Object.entries(forbidden)) {
    it(`forbids ${name}`, () => expect(codeOf(source)).toBe('xml_forbidden'));
  }

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [[0xff], [0x3c, 0x61, 0xc0, 0xaf, 0x2f, 0x3e], [0x3c, 0x00, 0x61, 0x00]])
      expect(codeOf(Uint8Array.from(bytes))).toBe('xml_malformed');
  });

  it('reads up to its bounds and not beyond', () => {
    const padded = (size: number) => `<a>${' '.repeat(size - 7)}</a>`;
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    const many = (count: number) => `<a>${'<b/>'.repeat(count - 1)}</a>`;
    const wide = (count: number) =>
      `<a${Array.from({ length: count }, (_, i) => ` b${i}=""`).join('')}/>`;
    const spaces = (count: number) =>
      `<a${Array.from({ length: count }, (_, i) => ` xmlns:b${i}="urn:1"`).join('')}/>`;
    for (const [make, bound] of [
      [padded, MAX_XML_BYTES],
      [nested, MAX_XML_DEPTH],
      [many, MAX_XML_ELEMENTS],
      [wide, MAX_XML_ATTRIBUTES],
      [spaces, MAX_XML_NAMESPACES],
    ] as const) {
      expect(codeOf(make(bound))).toBe('ok');
      expect(codeOf(make(bound + 1))).toBe('xml_too_large');
    }
    const inherited = `<a xmlns:p="urn:1"><a${' xmlns:b="urn:1"'}>${spaces(MAX_XML_NAMESPACES - 1)}</a></a>`;
    expect(codeOf(inherited)).toBe('xml_too_large');
  });

  it('answers random, truncated and mutated documents with a result or an error of its own', () => {
    const random = seededRandom(99);
    const encoder = new TextEncoder();
    const alphabet = encoder.encode('<>/="\' &;#x!?-[]aé\n:');
    for (let i = 0; i < 3000; i++) {
      codeOf(random.bytes(random.integer(300)));
      codeOf(
        Uint8Array.from(
          random.bytes(random.integer(80)),
          (byte) => alphabet[byte % alphabet.length]!,
        ),
      );
      const source = encoder.encode(lay(randomModel(random), random));
      const cut = source.slice(0, random.integer(source.length));
      expect(codeOf(cut), `seed ${random.seed}, round ${i}`).not.toBe('ok');
      source[random.integer(source.length)]! ^= 1 << random.integer(8);
      codeOf(source);
    }
    codeOf(random.bytes(1_000_000));
  });

  it('reads a document of the largest size in any shape', () => {
    const fill = (start: string, unit: string, end: string) =>
      start +
      unit.repeat(Math.floor((MAX_XML_BYTES - start.length - end.length) / unit.length)) +
      end;
    expect(codeOf(fill('<a b="', "'", '"/>'))).toBe('ok');
    expect(codeOf(fill('<a>', '&amp;', '</a>'))).toBe('ok');
    expect(codeOf(fill('<a>', ']', '</a>'))).toBe('ok');
    expect(codeOf(fill('<a ', ' ', '/>'))).toBe('ok');
    for (const shape of [
      fill('<a b="', 'x', ''),
      fill('<', 'a', ''),
      fill('<a>', '&', ''),
      fill('<a>&#', '1', ''),
      fill('<a>', '<a ', ''),
      fill('<a', ' b', ''),
      fill('', ' ', ''),
    ])
      expect(codeOf(shape)).not.toBe('ok');
  });

  it('keeps what a document says through its canonical form', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 300; i++) {
      const model = randomModel(random);
      expect(parse(lay(model, random)), `seed ${random.seed}, document ${i}`).toMatchObject({
        local: model.local,
        prefix: model.prefix,
      });
      expect(codeOf(canonicalForm(model))).toBe('ok');
    }
  });
});
