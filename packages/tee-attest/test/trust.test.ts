import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { PRODUCTION_TRUST } from '../src/trust.ts';
import { certificateBlocks } from './oracle/certificates.ts';

/** SHA-256 of the roots' public keys, as `design/tee.md` §1 lists them beside the certificates'. */
const KEYS: Readonly<Record<string, string>> = {
  'Intel SGX Root CA': 'a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e',
  'ARK-Milan': '9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9',
  'ARK-Genoa': '429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831',
  'ARK-Turin': '4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08',
  'NVIDIA Device Identity CA': 'a90c4eb5acfd3e3d03a25db6a26b84f720ad0503196c627c21ddd48dd85b06a4',
  'NVIDIA CoRIM signing Root CA':
    'dec1dc316477aa851eebdf51327ae9f864bc8d89254657ed1e7eb9168af1e1a3',
};
const folder = vectorsFolder('tee');

describe('the pinned roots', () => {
  if (folder === undefined) return;
  it("are the self-signed certificates of that name in the vendors' samples, with the known keys", () => {
    const { intel, amd, nvidiaDevice, nvidiaRim } = PRODUCTION_TRUST;
    const pins = [intel, amd.milan, amd.genoa, amd.turin, nvidiaDevice, nvidiaRim];
    Object.entries(KEYS).forEach(([name, key], i) => {
      const roots = certificateBlocks()
        .map((block) => new X509Certificate(block))
        .filter((certificate) => certificate.subject.split('\n').includes(`CN=${name}`));
      const genuine = roots.filter(
        (root) =>
          root.verify(root.publicKey) &&
          hash(root.publicKey.export({ type: 'spki', format: 'der' })) === key,
      );
      expect(pins[i], name).toEqual([...new Set(genuine.map(({ raw }) => hash(raw)))]);
    });
  });

  it('are those of the roots folder', () => {
    const chain = readFileSync(join(folder, 'snp/roots/ask_ark_genoa.pem'), 'utf8');
    const root = new X509Certificate(chain.slice(chain.lastIndexOf('-----BEGIN')));
    expect(PRODUCTION_TRUST.amd.genoa).toEqual([hash(root.raw)]);
  });
});

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
