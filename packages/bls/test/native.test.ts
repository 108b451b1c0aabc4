import { expect, test } from 'vitest';
import { BlsError } from '../src/index.ts';
import { createNativeBls } from '../src/native.ts';
import { blsSuite } from './bls-suite.ts';

// The published signatures carry a tag that blst does not know: noble signs them, see noble.test.ts.
blsSuite('native', createNativeBls, { signatureStride: 8 });

test.each([
  ['is not installed', () => Promise.reject(new Error('Cannot find package'))],
  ['has other exports', () => Promise.resolve({ default: { sign: () => {} } })],
  ['is nothing', () => Promise.resolve(undefined)],
])('a binding that %s is reported as native_unavailable', async (_, load) => {
  const refusal = createNativeBls({ load });
  await expect(refusal).rejects.toBeInstanceOf(BlsError);
  await expect(refusal).rejects.toMatchObject({ code: 'native_unavailable' });
});

test('a binding that signs under another tag is refused when it is loaded', async () => {
  const { default: blst } = await import('@chainsafe/blst');
  class OtherSecretKey {
    static fromBytes(bytes: Uint8Array): OtherSecretKey {
      return new OtherSecretKey(blst.SecretKey.fromBytes(bytes));
    }
    readonly #key: InstanceType<typeof blst.SecretKey>;
    constructor(key: InstanceType<typeof blst.SecretKey>) {
      this.#key = key;
    }
    sign(message: Uint8Array) {
      return this.#key.sign(new Uint8Array([...message, 0]));
    }
  }
  const load = () => Promise.resolve({ default: { ...blst, SecretKey: OtherSecretKey } });
  await expect(createNativeBls({ load })).rejects.toMatchObject({ code: 'native_unavailable' });
});
