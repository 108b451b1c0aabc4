import { EIP7594, sampleCommittee } from '@barycenter/da-sampling';
import { certificateCall, judgeCertificate, readCommittee } from '@barycenter/da-sampling/viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import { bls, certify, type Chain, DaDeployment, members, SETTINGS, startChain } from '../src/da-deployment.ts';

const binary = findAnvil();
describe.runIf(binary !== undefined)('x', () => {
  let anvil: Anvil;
  let chain: Chain;
  beforeAll(async () => {
    ({ chain, anvil } = await startChain(binary!, 'osaka'));
  });
  afterAll(() => anvil?.stop());
  test('gas', async () => {
    const da = await DaDeployment.create(chain, { ...SETTINGS, profile: EIP7594 });
    const list = members(200);
    let previous;
    let t = Date.now();
    for (const m of list) { try { const r = await da.register(m, { stake: 5000n, ...(previous ? { previous } : {}) }); previous = m.account; if (m === list[5]) console.log('register', r.gasUsed); } catch (e) { console.log(list.indexOf(m), e, await chain.getTxpoolContent()); throw e; } }
    console.log('registered', Date.now() - t);
    const epoch = await da.nextEpoch();
    for (let b = await chain.getBlockNumber(); b > 200n; b--) { const blk = await chain.getBlock({ blockNumber: b }); if (blk.transactions.length) console.log(b, blk.gasUsed); }
    const committee = await readCommittee(chain, { address: da.address, epoch, bls, profile: EIP7594 });
    const blob = { headerRoot: new Uint8Array(32).fill(7), profile: EIP7594.id, byteLength: 32_505_856 };
    for (const n of [0, 1, 30]) {
      const certificate = certify(committee, { members: list, blob, absent: Array.from({ length: n }, (_, i) => 6 * i + 3) });
      console.log(await judgeCertificate(chain, { address: da.address, certificate, profile: EIP7594 }));
      const call = certificateCall(da.address, certificate);
      const r = await da.send(list[0]!.account, { ...call, functionName: 'verify' });
      console.log('verify', n, r.gasUsed);
      if (n === 30) console.log('record', (await da.send(list[0]!.account, call)).gasUsed);
    }
  });
});
