import { describe, expect, it } from 'vitest';
import { checkRegistrations, createRegistration } from '../src/registration.ts';
import { bls, codeOf, DOMAIN, flipped, SECRET_KEYS } from './fixture.ts';

const register = (i: number, domain = DOMAIN) =>
  createRegistration({
    bls,
    domain,
    account: new Uint8Array(20).fill(i),
    secretKey: SECRET_KEYS[i]!,
  });
const check =
  (list: Parameters<typeof checkRegistrations>[0], domain = DOMAIN) =>
  () =>
    checkRegistrations(list, { bls, domain });

describe('registration', () => {
  it('accepts proofs of possession of this chain and registry', () => {
    expect(check([register(0), register(1)])()).toHaveLength(2);
  });

  it('refuses a proof made for another chain, registry or account', () => {
    const other = { ...DOMAIN, chainId: 1n };
    const foreign = { ...DOMAIN, registry: new Uint8Array(20) };
    expect(codeOf(check([register(0, other)]))).toBe('possession_invalid');
    expect(codeOf(check([register(0, foreign)]))).toBe('possession_invalid');
    const moved = { ...register(0), account: new Uint8Array(20).fill(9) };
    expect(codeOf(check([moved]))).toBe('possession_invalid');
  });

  it('refuses a rogue key: a public key without its proof', () => {
    const rogue = { ...register(0), publicKey: register(1).publicKey };
    expect(codeOf(check([rogue]))).toBe('possession_invalid');
    const bent = { ...register(0), possession: flipped(register(0).possession, 5) };
    expect(codeOf(check([bent]))).toBe('possession_invalid');
  });

  it('refuses a plain signature or an attestation tag used as proof', () => {
    const { publicKey, account } = register(0);
    const possession = bls.sign(SECRET_KEYS[0]!, publicKey);
    expect(codeOf(check([{ account, publicKey, possession }]))).toBe('possession_invalid');
  });

  it('refuses a key twice, also as its negative, and an account twice', () => {
    const first = register(0);
    const again = createRegistration({
      bls,
      domain: DOMAIN,
      account: new Uint8Array(20).fill(8),
      secretKey: SECRET_KEYS[0]!,
    });
    expect(codeOf(check([first, again]))).toBe('key_reused');
    const r = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
    const secret = BigInt(
      `0x${[...SECRET_KEYS[0]!].map((b) => b.toString(16).padStart(2, '0')).join('')}`,
    );
    const negated = Uint8Array.from(
      (r - secret).toString(16).padStart(64, '0').match(/../g)!,
      (h) => Number.parseInt(h, 16),
    );
    const opposite = createRegistration({
      bls,
      domain: DOMAIN,
      account: new Uint8Array(20).fill(8),
      secretKey: negated,
    });
    expect(codeOf(check([first, opposite]))).toBe('key_reused');
    expect(
      codeOf(() => checkRegistrations([opposite], { bls, domain: DOMAIN, existing: [first] })),
    ).toBe('key_reused');
    const second = createRegistration({
      bls,
      domain: DOMAIN,
      account: first.account,
      secretKey: SECRET_KEYS[1]!,
    });
    expect(codeOf(check([first, second]))).toBe('account_reused');
  });
});
