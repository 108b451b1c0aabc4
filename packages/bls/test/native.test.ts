import { expect, test } from 'vitest';
import { BlsError } from '../src/index.ts';
import { createNativeBls } from '../src/native.ts';
import { blsSuite } from './bls-suite.ts';
import { ascii } from './bytes.ts';

blsSuite('native', createNativeBls, { signatureStride: 1, ownWeights: true });

test('under other tags it computes in the backend asked for', async () => {
  const message = ascii('m');
  const dst = ascii('OWN_TAG');
  const made = await Promise.all(
    (['js', 'scalar'] as const).map((backend) => createNativeBls({ backend })),
  );
  const signatures = made.map((bls) => {
    const secretKey = bls.keyGen(new Uint8Array(32));
    const signature = bls.sign(secretKey, message, { dst });
    expect(bls.verify(bls.publicKey(secretKey), message, signature, { dst })).toBe(true);
    return signature;
  });
  expect(signatures[0]).toEqual(signatures[1]);
  expect(made[0]!.backend().reason).toMatch(/noble backend/);
  expect(made[1]!.backend().reason).toMatch(/scalar backend/);
});

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
