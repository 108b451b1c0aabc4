/** A revocation list speaks for one key under one root, whatever else has the same names. */
import { testKey } from '@barycenter/testing/synthetic-ca';
import { beforeAll, expect, it } from 'vitest';
import { verifyTdx } from '../src/intel.ts';
import { buildWorld, goodRecipe, type Keys, NOW, worldKeys } from './cases/intel-world.ts';

let keys: Keys;
beforeAll(async () => {
  keys = await worldKeys();
});

it('the list of a PCK authority of the same name with another key is not the quote’s', async () => {
  const recipe = goodRecipe();
  recipe.authority = { key: keys.other };
  recipe.quotedAuthority = { key: keys.authority };
  recipe.pckCrl = { signer: keys.other };
  const { quote, collateral, trust } = await buildWorld(keys, recipe);
  const result = await verifyTdx(quote, collateral, { now: NOW, trust });
  expect(result.ok ? 'ok' : result.code).toBe('crl_issuer_mismatch');
});

it('lists under one pinned root say nothing of a quote under another', async () => {
  const [one, other] = await Promise.all([
    buildWorld(keys, goodRecipe()),
    buildWorld({ ...keys, root: await testKey('P-256') }, goodRecipe()),
  ]);
  const trust = { intel: [...one.trust.intel, ...other.trust.intel] };
  const verify = async (collateral: typeof one.collateral) => {
    const result = await verifyTdx(one.quote, collateral, { now: NOW, trust });
    return result.ok ? 'ok' : result.code;
  };
  expect(await verify(one.collateral)).toBe('ok');
  expect(await verify(other.collateral)).toBe('chain_untrusted_root');
});
