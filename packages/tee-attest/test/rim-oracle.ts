/**
 * A second way to judge a manifest: node:crypto for certificates and signatures, expressions for the
 * XML, and the tests' own canonical form. It takes less care than the package and may accept more;
 * whatever the package accepts, it must accept.
 */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { canonicalForm, type Model } from './xml-document.ts';

const ROOT = '12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1';

/** Whether a manifest is genuine and its certificates are valid at `now`. */
export function isGenuine(xml: Uint8Array, now: Date): boolean {
  try {
    const root = readModel(new TextDecoder('utf-8', { fatal: true }).decode(xml));
    const signature = child(root, 'Signature');
    const info = child(signature, 'SignedInfo');
    const document = canonicalForm({
      ...root,
      children: root.children.filter((one) => one !== signature),
    });
    // Alone, a SignedInfo carries every namespace in its scope.
    const declared = new Map([...root.declared, ...signature.declared]);
    const signedInfo = Buffer.from(canonicalForm({ ...info, declared }));
    const chain = child(child(signature, 'KeyInfo'), 'X509Data')
      .children.filter((one) => typeof one !== 'string')
      .map((one) => new X509Certificate(Buffer.from(content(one), 'base64')));
    const key = { key: chain[0]!.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const value = Buffer.from(content(child(signature, 'SignatureValue')), 'base64');
    const digest = createHash('sha384').update(document).digest('base64');
    return (
      digest === content(child(child(info, 'Reference'), 'DigestValue')).replaceAll('\n', '') &&
      verify('sha384', signedInfo, key, value) &&
      createHash('sha256').update(chain.at(-1)!.raw).digest('hex') === ROOT &&
      chain.every((one, i) => one.verify((chain[i + 1] ?? one).publicKey)) &&
      chain.every((one) => one.validFromDate <= now && now <= one.validToDate)
    );
  } catch {
    return false;
  }
}

function child(parent: Model, local: string): Model {
  const found = parent.children.find((one) => typeof one !== 'string' && one.local === local);
  if (found === undefined || typeof found === 'string') throw new Error(`no ${local}`);
  return found;
}

function content(model: Model): string {
  return model.children.join('');
}

function readModel(source: string): Model {
  type Open = Model & { readonly children: (Model | string)[] };
  const roots: (Model | string)[] = [];
  const stack: Open[] = [];
  let at = 0;
  for (const match of source.matchAll(/<(\/?)(?:(\w+):)?(\w+)([^<>]*?)(\/?)>/g)) {
    const [tag, closing, prefix = '', local = '', rest = '', empty] = match;
    const siblings = stack.at(-1)?.children ?? roots;
    if (match.index > at) siblings.push(source.slice(at, match.index));
    at = match.index + tag.length;
    if (closing === '/') {
      stack.pop();
      continue;
    }
    const written = [...rest.matchAll(/(?:(\w+):)?(\w+)\s*=\s*"([^"&]*)"/g)];
    const declared = new Map<string, string>();
    const attributes: Model['attributes'][number][] = [];
    for (const [, space = '', name = '', value = ''] of written) {
      if (space === 'xmlns') declared.set(name, value);
      else if (space === '' && name === 'xmlns') declared.set('', value);
      else attributes.push({ prefix: space, local: name, value });
    }
    const open: Open = { prefix, local, declared, attributes, children: [] };
    siblings.push(open);
    if (empty === '') stack.push(open);
  }
  const [root] = roots;
  if (root === undefined || typeof root === 'string') throw new Error('no root');
  return root;
}
