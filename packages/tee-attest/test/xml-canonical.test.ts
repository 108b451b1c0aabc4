import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, vectorsFolder } from '@barycenter/testing';
import { sha384 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../src/xml/canonical.ts';
import { elements } from '../src/xml/element.ts';
import { parseXml } from '../src/xml/read.ts';
import { canonicalForm, lay, randomModel } from './xml-document.ts';

const parse = (text: string) => parseXml(new TextEncoder().encode(text));
const canonical = (text: string) => new TextDecoder().decode(canonicalize(parse(text)));

describe('canonicalize', () => {
  it('gives the form that the definition gives, for any layout of random documents', () => {
    const random = seededRandom(20_261_121);
    for (let i = 0; i < 1500; i++) {
      const model = randomModel(random);
      const laid = lay(model, random);
      expect(canonical(laid), `seed ${random.seed}, document ${i}: ${laid}`).toBe(
        canonicalForm(model),
      );
    }
  });

  it('gives a part alone with every namespace in its scope', () => {
    const root = parse('<a xmlns="urn:1" xmlns:p="urn:2"><b xmlns:q="urn:3"><p:c q:d=""/></b></a>');
    const part = elements(elements(root)[0]!)[0]!;
    expect(new TextDecoder().decode(canonicalize(part))).toBe(
      '<p:c xmlns="urn:1" xmlns:p="urn:2" xmlns:q="urn:3" q:d=""></p:c>',
    );
  });

  it('is its own canonical form', () => {
    const random = seededRandom(7);
    for (let i = 0; i < 200; i++) {
      const once = canonicalForm(randomModel(random));
      expect(canonical(once), `seed ${random.seed}, document ${i}`).toBe(once);
    }
  });

  // Canonical XML 1.1 §3.3, §3.4 as far as the profile reaches.
  it('does as the recommendation shows for start tags, end tags and character changes', () => {
    expect(canonical('<doc>\n   <e1   />\n   <e2   ></e2>\n</doc>')).toBe(
      '<doc>\n   <e1></e1>\n   <e2></e2>\n</doc>',
    );
    expect(canonical('<e3   name = "elem3"   id="elem3"   />')).toBe(
      '<e3 id="elem3" name="elem3"></e3>',
    );
    expect(
      canonical(
        '<e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m" xmlns:b="http://www.ietf.org" ' +
          'xmlns:a="http://www.w3.org" xmlns="http://example.org"/>',
      ),
    ).toBe(
      '<e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" ' +
        'attr="I\'m" attr2="all" b:attr="sorted" a:attr="out"></e5>',
    );
    expect(canonical('<t>First line&#x0d;&#10;Second &#x22; &quot;&lt;&gt;&amp;</t>')).toBe(
      '<t>First line&#xD;\nSecond " "&lt;&gt;&amp;</t>',
    );
    expect(canonical('<n a="\'&#x20;&#13;&#xa;&#9; &apos; &gt;"/>')).toBe(
      '<n a="\' &#xD;&#xA;&#x9; \' >"></n>',
    );
  });

  it('omits exactly the element it is told to', () => {
    const root = parse('<a> <b>1</b> <b>2</b> </a>');
    const omitted = elements(root)[1]!;
    expect(new TextDecoder().decode(canonicalize(root, omitted))).toBe('<a> <b>1</b>  </a>');
  });
});

const folder = vectorsFolder('tee');
describe.runIf(folder !== undefined)('canonicalize, on published manifests', () => {
  for (const path of [
    'hopper-545.00-full/driver_rim.xml',
    'hopper-545.00-full/vbios_rim.xml',
    'switch-ls10/vbios_rim.xml',
    'rims/NV_GPU_DRIVER_GH100_550.144.03.xml',
    'rims/incorrect_signature_driver_rim.xml',
    'rims/g520_0200_885_960074000D_PROD.swidtag',
  ]) {
    it(`gives the digest that stands in ${path}`, () => {
      const xml = readFileSync(join(folder!, 'nvidia', path), 'utf8');
      const root = parse(xml);
      const signature = elements(root).find(({ local }) => local === 'Signature')!;
      const written = /DigestValue>([^<]+)</.exec(xml)![1]!.replaceAll('\n', '');
      const digest = sha384(canonicalize(root, signature));
      expect(Buffer.from(digest).toString('base64')).toBe(written);
    });
  }
});
