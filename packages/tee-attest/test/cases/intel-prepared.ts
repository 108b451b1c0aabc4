/** Laws of prepared collateral, and of what callers may do while and after a quote is verified. */
import { sign, type TestKey, testCertificate, toPem } from '@barycenter/testing/synthetic-ca';
import { bytesToHex } from '../../src/bytes.ts';
import type { CryptoProvider } from '../../src/crypto.ts';
import { webCrypto } from '../../src/crypto.ts';
import {
  type PreparedIntelCollateral,
  prepareIntelCollateral,
  type SignedText,
  type VerifyQuoteOptions,
  verifyQuote,
  verifySgx,
  verifyTdx,
} from '../../src/intel.ts';
import { accepted, type Case, flipped, misused, refused, same } from './case.ts';
import { buildWorld, goodRecipe, type Keys, type World } from './intel-world.ts';

/** A second signer of statements. */
const SIGNER = { subject: 'Intel SGX TCB Signing', issuer: 'Intel SGX Root CA', serial: 8 };

async function resigned(
  { text }: SignedText,
  key: TestKey,
  chain: readonly Uint8Array[],
): Promise<SignedText> {
  const signature = await sign(key, new TextEncoder().encode(text));
  return { text, signature, issuerChain: toPem(...chain) };
}

/** WebCrypto that counts verifications. */
function counting(): CryptoProvider & { count: number } {
  const inner = webCrypto(globalThis.crypto.subtle);
  const provider = {
    ...inner,
    count: 0,
    verify(signed: Parameters<CryptoProvider['verify']>[0]) {
      provider.count++;
      return inner.verify(signed);
    },
  };
  return provider;
}

/** Every law as a case. */
export function intelPreparedCases(keys: Keys): readonly Case[] {
  const good = () => buildWorld(keys, goodRecipe());
  const prepare = async ({ collateral, ...context }: World) =>
    accepted(await prepareIntelCollateral(collateral, context));
  return [
    {
      name: 'prepared: nine signatures cold, six to prepare, three for a new platform, two for a known one',
      run: async () => {
        const { quote, collateral, now, trust } = await good();
        const crypto = counting();
        const context = { now, trust, crypto };
        const counted = async (work: () => Promise<{ ok: boolean }>) => {
          const before = crypto.count;
          if (!(await work()).ok) throw new Error('refused');
          return crypto.count - before;
        };
        const prepared = await prepareIntelCollateral(collateral, context);
        same(crypto.count, 6);
        const kept = accepted(prepared);
        same(await counted(() => verifyQuote(quote, collateral, context)), 9);
        same(await counted(() => verifyQuote(quote, kept, { now, trust })), 3);
        same(await counted(() => verifyQuote(quote, kept, { now, trust })), 2);
      },
    },
    {
      name: 'prepared: the times are checked again at each use',
      run: async () => {
        const world = await good();
        const { quote, trust } = world;
        const prepared = await prepare(world);
        same(prepared.expiresAt.toISOString(), '2026-06-20T00:00:00.000Z');
        const at = async (date: string) =>
          verifyQuote(quote, prepared, { now: new Date(date), trust });
        accepted(await at('2026-06-20T00:00:00Z'));
        refused(await at('2026-06-20T00:00:01Z'), 'crl_expired');
        refused(await at('2026-05-19T23:59:59Z'), 'crl_not_yet_valid');
        refused(await at('2037-01-01T00:00:00Z'), 'chain_expired');
        refused(await at('2025-01-01T00:00:00Z'), 'chain_not_yet_valid');
      },
    },
    ...(
      [
        ['tcbInfo', 'tcb_info'],
        ['qeIdentity', 'qe_identity'],
      ] as const
    ).map(([statement, prefix]) => ({
      name: `prepared: ${statement} is checked again at each use, and so is the known PCK chain`,
      run: async () => {
        const recipe = goodRecipe();
        recipe[statement].issueDate = '2026-05-30T00:00:00Z';
        recipe[statement].nextUpdate = '2026-06-05T00:00:00Z';
        recipe.leaf = { notAfter: new Date('2026-06-03T00:00:00Z') };
        const world = await buildWorld(keys, recipe);
        const { quote, trust } = world;
        const prepared = await prepare(world);
        const at = async (day: string) =>
          verifyQuote(quote, prepared, { now: new Date(`2026-${day}T00:00:00Z`), trust });
        accepted(await at('06-01'));
        refused(await at('06-04'), 'chain_expired');
        refused(await at('06-06'), `${prefix}_expired`);
        refused(await at('05-29'), `${prefix}_not_yet_valid`);
      },
    })),
    {
      name: 'prepared: a root that is no longer trusted is refused',
      run: async () => {
        const world = await good();
        const prepared = await prepare(world);
        const { quote, now } = world;
        refused(await verifyQuote(quote, prepared, { now }), 'chain_untrusted_root');
      },
    },
    {
      name: 'prepared: a copy of prepared collateral is not prepared',
      run: async () => {
        const world = await good();
        const forged = { ...(await prepare(world)) } as PreparedIntelCollateral;
        const { quote, now, trust } = world;
        await misused(() => verifyQuote(quote, forged, { now, trust }));
      },
    },
    {
      name: 'prepared: collateral that does not hold is not prepared',
      run: async () => {
        const { collateral, ...context } = await good();
        const rootCrl = flipped(collateral.rootCrl, 8 * collateral.rootCrl.length - 1);
        const result = await prepareIntelCollateral({ ...collateral, rootCrl }, context);
        refused(result, 'crl_signature_invalid');
      },
    },
    {
      name: 'prepared: a known chain does not admit another quote',
      run: async () => {
        const world = await good();
        const { quote, now, trust } = world;
        const prepared = await prepare(world);
        accepted(await verifyQuote(quote, prepared, { now, trust }));
        const changed = flipped(quote, 8 * 200);
        refused(await verifyQuote(changed, prepared, { now, trust }), 'quote_signature_invalid');
      },
    },
    {
      name: 'prepared: a chain that was refused is not remembered',
      run: async () => {
        const recipe = goodRecipe();
        recipe.leaf = { signer: keys.other };
        const world = await buildWorld(keys, recipe);
        const { quote, now, trust } = world;
        const prepared = await prepare(world);
        for (let i = 0; i < 3; i++) {
          const result = await verifyQuote(quote, prepared, { now, trust });
          refused(result, 'chain_signature_invalid');
        }
      },
    },
    {
      name: 'signers: TCB info and identity may have a signer each, and each may be revoked',
      run: async () => {
        for (const revoked of [[], [8]]) {
          const recipe = goodRecipe();
          recipe.rootCrl = { revoked };
          const { quote, collateral, now, trust, certificates } = await buildWorld(keys, recipe);
          const signer = await testCertificate({ ...SIGNER, key: keys.other, signer: keys.root });
          const qeIdentity = await resigned(collateral.qeIdentity, keys.other, [
            signer,
            certificates.root,
          ]);
          const changed = { ...collateral, qeIdentity };
          const result = await verifyQuote(quote, changed, { now, trust });
          if (revoked.length === 0) accepted(result);
          else refused(result, 'certificate_revoked');
        }
      },
    },
    {
      name: 'signers: one under another root is refused, though that root is pinned too',
      run: async () => {
        const { quote, collateral, now, trust } = await good();
        const root = await testCertificate({
          ...SIGNER,
          subject: SIGNER.issuer,
          key: keys.other,
          signer: keys.other,
          authority: {},
        });
        const signer = await testCertificate({ ...SIGNER, key: keys.leaf, signer: keys.other });
        const qeIdentity = await resigned(collateral.qeIdentity, keys.leaf, [signer, root]);
        const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', root));
        const both = { intel: [...trust.intel, bytesToHex(digest)] };
        const result = await verifyQuote(
          quote,
          { ...collateral, qeIdentity },
          { now, trust: both },
        );
        refused(result, 'chain_untrusted_root');
      },
    },
    {
      name: 'callers: changing the bytes while they are verified changes nothing',
      run: async () => {
        const { quote, collateral, now, trust } = await good();
        const original = Uint8Array.from(quote);
        const running = verifyQuote(quote, collateral, { now, trust });
        quote.fill(0);
        collateral.rootCrl.fill(0);
        collateral.pckCrl.fill(0);
        collateral.tcbInfo.signature.fill(0);
        collateral.qeIdentity.signature.fill(0);
        const { reportData, userData } = accepted(await running);
        same([...reportData], Array(64).fill(0x66));
        same([...userData], [...original.subarray(28, 48)]);
      },
    },
    {
      name: 'callers: changing facts does not change what prepared collateral says next',
      run: async () => {
        const world = await good();
        const { quote, now, trust } = world;
        const prepared = await prepare(world);
        const verifyAgain = async () =>
          accepted(await verifyQuote(quote, prepared, { now, trust }));
        const facts = await verifyAgain();
        const before = JSON.stringify([facts.pck, facts.tcb, facts.collateral, facts.expiresAt]);
        for (const bytes of [facts.pck.fmspc, facts.pck.ppid, facts.pck.pceId]) bytes.fill(9);
        (facts.pck.cpuSvn as number[]).fill(9);
        (facts.tcb.platform.advisories as string[]).push('forged');
        for (const date of [
          facts.tcb.date,
          facts.tcb.platform.date,
          facts.tcb.quotingEnclave.date,
          facts.collateral.tcbInfo.nextUpdate,
          facts.expiresAt,
        ]) {
          date.setTime(0);
        }
        const { pck, tcb, collateral, expiresAt } = await verifyAgain();
        same(JSON.stringify([pck, tcb, collateral, expiresAt]), before);
      },
    },
    {
      name: 'callers: verification without a time is misuse, and so is a number',
      run: async () => {
        const { quote, collateral } = await good();
        for (const now of [undefined, new Date(Number.NaN), 1_780_000_000, '2026-06-01', null]) {
          const options = { now } as unknown as VerifyQuoteOptions;
          await misused(() => prepareIntelCollateral(collateral, options));
          for (const verify of [verifyQuote, verifyTdx, verifySgx]) {
            await misused(() => verify(quote, collateral, options));
          }
        }
      },
    },
    {
      name: 'callers: a quote that is no bytes is misuse',
      run: async () => {
        const { collateral, now, trust } = await good();
        for (const quote of ['AAAA', undefined, [1, 2, 3], new ArrayBuffer(5000)]) {
          await misused(() => verifyQuote(quote as never, collateral, { now, trust }));
        }
      },
    },
  ];
}
