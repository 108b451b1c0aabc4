/**
 * contracts/Committees.sol on anvil: the committee drawn on chain is, byte for byte, the one of
 * src/committee.ts, and nobody can choose anything about it. Rules: da-review.md §3, §5.2, §5.8.
 */
import { type Committee, sampleCommittee, type Validator } from '@barycenter/da-sampling';
import { formCall, readCommittee } from '@barycenter/da-sampling/viem';
import { type Hex, toHex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/random.ts';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import {
  bls,
  bytesOf,
  type Chain,
  DaDeployment,
  type Member,
  members,
  refusalOf,
  SETTINGS,
  SMALL_PROFILE,
  startChain,
} from '../src/da-deployment.ts';

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

const SEED = 2537;
const SIX = members(6);
/** Blocks whose hash a contract can have. EIP-2935, HISTORY_SERVE_WINDOW. */
const HASH_WINDOW = 8191n;

describe.runIf(binary !== undefined)(`the committee on chain (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  let anvil: Anvil;
  let chain: Chain;
  let da: DaDeployment;
  let caller: Hex;
  beforeAll(async () => {
    ({ chain, anvil } = await startChain(binary!, 'osaka'));
    [caller] = (await chain.getAddresses()) as [Hex];
  });
  afterAll(() => anvil?.stop());
  beforeEach(async () => {
    da = await DaDeployment.create(chain);
  });

  const freeze = (): Promise<unknown> => da.send(caller, { functionName: 'freeze' });
  const form = (epoch: bigint, header: Hex): Promise<unknown> =>
    da.send(caller, { functionName: 'form', args: [epoch, header] });
  const seedBlockOf = async (epoch: bigint): Promise<bigint> =>
    (await chain.readContract({ ...da.contract, functionName: 'snapshots', args: [epoch] }))[0];
  const rootOf = async (epoch: bigint): Promise<Hex> =>
    (await chain.readContract({ ...da.contract, functionName: 'committeeOf', args: [epoch] }))[0];

  /** The committee from what the test knows, and the seed block's field as the node gives it. */
  const expected = async (
    epoch: bigint,
    list: readonly { member: Member; stake: bigint }[],
  ): Promise<Committee> => {
    const { mixHash } = await chain.getBlock({ blockNumber: await seedBlockOf(epoch) });
    const validators: Validator[] = list.map(({ member, stake }) => ({
      account: bytesOf(member.account),
      publicKey: bls.publicKey(member.secretKey),
      stake,
    }));
    const { settings, domain } = da;
    return sampleCommittee({
      bls,
      domain,
      epoch,
      seed: bytesOf(mixHash),
      validators,
      profile: settings.profile,
    });
  };

  test('has the root of sampleCommittee for uneven stakes, epoch after epoch', async () => {
    const stakes = SIX.map(() => 1000n + random.bigint(1n << 64n));
    stakes[2] = 1000n; // without a seat
    await da.registerAll(SIX, (i) => stakes[i]!);
    const list = SIX.map((member, i) => ({ member, stake: stakes[i]! }));
    for (let trial = 0; trial < 6; trial++) {
      const epoch = await da.nextEpoch();
      const committee = await expected(epoch, list);
      expect(committee.members.length).toBeLessThan(6);
      expect(await rootOf(epoch), `seed ${SEED} epoch ${epoch}`).toBe(toHex(committee.root));
    }
  });

  test('has the root of sampleCommittee for one validator and for 60 equal ones', async () => {
    await da.registerAll(SIX.slice(0, 1), () => 1000n);
    const one = await da.nextEpoch();
    expect(await rootOf(one)).toBe(
      toHex((await expected(one, [{ member: SIX[0]!, stake: 1000n }])).root),
    );
    const profile = { ...SMALL_PROFILE, rowCount: 1024 };
    da = await DaDeployment.create(chain, { ...SETTINGS, profile });
    const many = members(60, 3);
    await da.registerAll(many, () => 1000n);
    const epoch = await da.nextEpoch();
    const committee = await expected(
      epoch,
      many.map((member) => ({ member, stake: 1000n })),
    );
    expect(await rootOf(epoch)).toBe(toHex(committee.root));
  });

  test('is read, drawn again and compared by the client', async () => {
    await da.registerAll(SIX, (i) => 1000n + BigInt(i));
    const epoch = await da.nextEpoch();
    const { address } = da;
    const options = { address, epoch, bls, profile: SMALL_PROFILE };
    const committee = await readCommittee(chain, options);
    expect(toHex(committee.root)).toBe(await rootOf(epoch));
    expect(committee.domain).toEqual(da.domain);
    const profile = { ...SMALL_PROFILE, rowCount: 17 };
    await expect(readCommittee(chain, { ...options, profile })).rejects.toMatchObject({
      code: 'committee_mismatch',
    });
  });

  test('is of the stakes at the freeze; later changes count in the next epoch', async () => {
    await da.registerAll(SIX.slice(0, 5), () => 1000n);
    await freeze();
    await da.send(SIX[1]!.account, { functionName: 'addStake', value: 10_000n });
    await da.send(SIX[0]!.account, { functionName: 'resign', args: [`0x${'00'.repeat(20)}`] });
    await da.register(SIX[5]!, { stake: 9000n });
    const epoch = (await da.currentEpoch()) + 1n;
    await chain.mine({ blocks: 5 });
    await da.send(caller, await formCall(chain, { address: da.address, epoch }));
    const before = SIX.slice(0, 5).map((member) => ({ member, stake: 1000n }));
    expect(await rootOf(epoch)).toBe(toHex((await expected(epoch, before)).root));
    await da.enterEpoch(epoch);
    const next = await da.nextEpoch();
    const after = SIX.slice(1).map((member, i) => ({
      member,
      stake: [11_000n, 1000n, 1000n, 1000n, 9000n][i]!,
    }));
    expect(await rootOf(next)).toBe(toHex((await expected(next, after)).root));
  });

  test('is frozen once and formed once', async () => {
    expect(await refusalOf(freeze())).toBe('CommitteeEmpty');
    await da.registerAll(SIX, () => 1000n);
    expect(await refusalOf(form(1n, '0xc0'))).toBe('NotFrozen');
    await freeze();
    expect(await refusalOf(freeze())).toBe('AlreadyFrozen');
    await chain.mine({ blocks: 5 });
    const call = await formCall(chain, { address: da.address, epoch: 1n });
    await da.send(caller, call);
    expect(await refusalOf(da.send(caller, call))).toBe('AlreadyFormed');
    expect(await refusalOf(rootOf(2n))).toBe('NotFormed');
    await expect(formCall(chain, { address: da.address, epoch: 2n })).rejects.toMatchObject({
      code: 'epoch_unknown',
    });
  });

  test('takes no seed but the RANDAO value of its seed block', async () => {
    await da.registerAll(SIX, () => 1000n);
    await freeze();
    await chain.mine({ blocks: 12 });
    const { args } = await formCall(chain, { address: da.address, epoch: 1n });
    const [, header] = args;
    const { mixHash, number, parentHash } = await chain.getBlock({
      blockNumber: await seedBlockOf(1n),
    });
    const numbered = toHex(number + 1n)
      .slice(2)
      .padStart(4, '0');
    const altered = [
      header.replace(mixHash.slice(2), 'ab'.repeat(32)),
      header.replace(parentHash.slice(2), 'ab'.repeat(32)),
      header.replace(`82${toHex(number, { size: 2 }).slice(2)}`, `82${numbered}`),
    ] as Hex[];
    for (const bent of altered) {
      if (bent !== header) expect(await refusalOf(form(1n, bent))).toBe('SeedInvalid');
    }
    expect(altered.filter((bent) => bent !== header).length).toBeGreaterThanOrEqual(2);
    await form(1n, header);
  });

  test('takes no other block of the chain as its seed block', async () => {
    await da.registerAll(SIX, () => 1000n);
    await freeze();
    await chain.mine({ blocks: 12 });
    await da.enterEpoch(1n);
    await freeze(); // epoch 2, with a later seed block
    await chain.mine({ blocks: 6 });
    const [, header] = (await formCall(chain, { address: da.address, epoch: 2n })).args;
    expect(await refusalOf(form(1n, header))).toBe('SeedInvalid');
  });

  test('can be frozen again only if nobody formed it before the seed was lost', async () => {
    await da.registerAll(SIX, () => 1000n);
    await freeze();
    await chain.mine({ blocks: 5 });
    const lost = (await seedBlockOf(1n)) + HASH_WINDOW + 1n;
    const call = await formCall(chain, { address: da.address, epoch: 1n });
    const at = (number: bigint, request: object): Promise<unknown> =>
      chain.simulateContract({
        ...da.contract,
        ...request,
        account: caller,
        blockOverrides: { number },
      } as never);
    await at(lost - 1n, call);
    expect(await refusalOf(at(lost - 1n, { functionName: 'freeze' }))).toBe('AlreadyFrozen');
    expect(await refusalOf(at(lost, call))).toBe('SeedInvalid');
    await at(lost, { functionName: 'freeze' });
    await da.send(caller, call);
    expect(await refusalOf(at(lost, { functionName: 'freeze' }))).toBe('AlreadyFrozen');
  });

  test('stores keys as code that starts with STOP, 96 bytes each, at an address nobody passes', async () => {
    await da.registerAll(SIX, () => 1000n);
    await da.nextEpoch();
    const [, keys, , stakes] = await chain.readContract({
      ...da.contract,
      functionName: 'snapshots',
      args: [1n],
    });
    const code = await chain.getCode({ address: keys });
    expect(code?.slice(0, 4)).toBe('0x00');
    expect(bytesOf(code!).length).toBe(1 + 6 * 96);
    expect((await chain.getCode({ address: stakes }))?.slice(0, 4)).toBe('0x00');
    expect((await chain.call({ to: keys, data: '0x01' })).data).toBe(undefined);
  });

  test('refuses a committee whose keys add up to infinity', async () => {
    const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
    const [a, b, c] = SIX as [Member, Member, Member];
    const rest = (2n * order - BigInt(toHex(a.secretKey)) - BigInt(toHex(b.secretKey))) % order;
    const last = { ...c, secretKey: bytesOf(toHex(rest, { size: 32 })) };
    await da.registerAll([a, b, last], () => 1000n);
    await freeze();
    await chain.mine({ blocks: 5 });
    const call = await formCall(chain, { address: da.address, epoch: 1n });
    expect(await refusalOf(da.send(caller, call))).toBe('CommitteeKeyInfinity');
  });
});
