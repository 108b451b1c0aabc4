/**
 * contracts/Validators.sol on anvil: who may register with which key, and when stake is free again.
 * Rules: da-review.md §5.5, §5.6, §5.7.
 */
import { signatureTag } from '@barycenter/bls';
import { attestationTag, lockedUntil, prunableThrough } from '@barycenter/da-sampling';
import {
  DATA_AVAILABILITY_ABI,
  expandSignature,
  formCall,
  packKey,
} from '@barycenter/da-sampling/viem';
import { type Hex, parseEventLogs, toFunctionSelector, toHex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addTorsion } from '../../../packages/da-sampling/test/torsion.ts';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import {
  bls,
  bytesOf,
  type Chain,
  DaDeployment,
  infiniteSignature,
  type Member,
  members,
  refusalOf,
  SETTINGS,
  startChain,
} from '../src/da-deployment.ts';
import { concat, hashOnChain, uncompressG1 } from '../src/eip2537.ts';

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

const [first, second, third] = members(3) as [Member, Member, Member];
/** Order of the groups, and of the base field. EIP-2537, "Curve parameters". */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
/** Most gas of one transaction. EIP-7825. */
const MAX_TRANSACTION_GAS = 2n ** 24n;
const POSSESSION_TAG = new TextEncoder().encode(
  'BARYCENTER_DA_POP_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_',
);
const ZERO_ADDRESS: Hex = `0x${'00'.repeat(20)}`;

describe.runIf(binary !== undefined)('the registry', () => {
  let anvil: Anvil;
  let chain: Chain;
  let da: DaDeployment;
  beforeAll(async () => {
    ({ chain, anvil } = await startChain(binary!, 'osaka'));
  });
  afterAll(() => anvil?.stop());
  beforeEach(async () => {
    da = await DaDeployment.create(chain);
  });

  const read = (functionName: 'validatorCount' | 'currentEpoch'): Promise<bigint> =>
    chain.readContract({ ...da.contract, functionName });
  const list = async (): Promise<readonly Hex[]> =>
    chain.readContract({ ...da.contract, functionName: 'listValidators' });
  /** What a proof of possession signs: src/registration.ts. */
  const possessionMessage = (key: Uint8Array, { account }: Member): Uint8Array =>
    concat(key, littleEndian(da.domain.chainId), da.domain.registry, bytesOf(account));
  /** `register` with arguments that the client would not make. */
  const registerRaw = (member: Member, args: readonly [Hex, Hex, Hex]): Promise<unknown> =>
    da.send(member.account, { functionName: 'register', args, value: 5000n });

  test('keeps account, key and stake of a proven registration and says so', async () => {
    const { logs } = await da.register(first, { stake: 5000n });
    const [event] = parseEventLogs({ abi: DATA_AVAILABILITY_ABI, logs });
    const key = toHex(packKey(bls.publicKey(first.secretKey)));
    expect(event).toMatchObject({ eventName: 'Registered', args: { key, stake: 5000n } });
    expect(await list()).toEqual([`${first.account}${'1388'.padStart(24, '0')}`]);
  });

  test('keeps accounts in ascending order whatever the order and the hint', async () => {
    const [a, b, c, d] = members(4) as [Member, Member, Member, Member];
    await da.register(c, { stake: 1000n });
    await da.register(a, { stake: 1001n });
    await da.register(d, { stake: 1002n, previous: a.account });
    await da.register(b, { stake: 1003n, previous: a.account });
    expect((await list()).map((word) => word.slice(0, 42))).toEqual(
      [a, b, c, d].map(({ account }) => account),
    );
    const hinted = (previous: Hex): Promise<unknown> =>
      da.send(b.account, { functionName: 'resign', args: [previous] });
    expect(await refusalOf(hinted(c.account))).toBe('WrongPlace');
    expect(await refusalOf(hinted(`0x${'00'.repeat(19)}05`))).toBe('WrongPlace');
    await hinted(a.account);
    expect((await list()).length).toBe(3);
  });

  test('refuses a proof for another account, registry or chain', async () => {
    const other = { ...da.domain, registry: new Uint8Array(20).fill(1) };
    const fork = { ...da.domain, chainId: 1n };
    for (const registration of [
      da.registration({ ...first, account: second.account }),
      da.registration(first, other),
      da.registration(first, fork),
    ]) {
      expect(await refusalOf(da.register(first, { stake: 5000n, registration }))).toBe(
        'PossessionInvalid',
      );
    }
  });

  test('refuses a rogue key and proofs under another tag', async () => {
    const own = da.registration(first);
    const publicKey = bls.publicKey(second.secretKey);
    const message = possessionMessage(own.publicKey, first);
    for (const registration of [
      { ...own, publicKey },
      { ...own, possession: bls.sign(first.secretKey, message, { dst: signatureTag() }) },
      { ...own, possession: bls.sign(first.secretKey, message, { dst: attestationTag() }) },
    ]) {
      expect(await refusalOf(da.register(first, { stake: 5000n, registration }))).toBe(
        'PossessionInvalid',
      );
    }
  });

  test('refuses a pair after the proof that cancels the key’s', async () => {
    const publicKey = bls.publicKey(second.secretKey);
    const message = possessionMessage(publicKey, first);
    const cancelling = concat(
      new Uint8Array(256), // infinity as proof
      uncompressG1(publicKey),
      await hashOnChain(anvil, { message, tag: POSSESSION_TAG }),
    );
    const args = [packed(publicKey), toHex(cancelling), ZERO_ADDRESS] as const;
    expect(await refusalOf(registerRaw(first, args))).toBe('PossessionInvalid');
  });

  test('refuses infinity as key and as proof, which satisfy the pairing equation', async () => {
    const { publicKey, possession } = da.registration(first);
    const key = toHex(packKey(publicKey));
    const proof = toHex(expandSignature(possession));
    const infinity = toHex(expandSignature(infiniteSignature()));
    const noKey: Hex = `0x${'00'.repeat(96)}`;
    for (const [k, p] of [
      [noKey, infinity],
      [noKey, proof],
      [key, infinity],
    ] as const) {
      expect(await refusalOf(registerRaw(first, [k, p, ZERO_ADDRESS]))).toBe('PossessionInvalid');
    }
  });

  test('refuses keys outside the group and coordinates of p and more', async () => {
    const honest = bls.publicKey(first.secretKey);
    const tainted = addTorsion(honest, 3n);
    const proofOf = (key: Uint8Array): Hex => {
      const message = possessionMessage(key, first);
      return toHex(expandSignature(bls.sign(first.secretKey, message, { dst: POSSESSION_TAG })));
    };
    // The torsion vanishes in the pairing: only the group check of the precompile refuses this key.
    const outside = [packed(tainted), proofOf(tainted), ZERO_ADDRESS] as const;
    expect(await refusalOf(registerRaw(first, outside))).toBe('PossessionInvalid');
    const plain = packed(honest);
    const shifted: Hex = `0x${(BigInt(plain.slice(0, 98)) + P).toString(16)}${plain.slice(98)}`;
    expect(shifted.length).toBe(plain.length);
    const compressed = bytesOf(shifted).slice(0, 48);
    compressed[0]! |= honest[0]! & 0xa0;
    const large = [shifted, proofOf(compressed), ZERO_ADDRESS] as const;
    expect(await refusalOf(registerRaw(first, large))).toBe('PossessionInvalid');
    await registerRaw(first, [plain, proofOf(honest), ZERO_ADDRESS]);
  });

  test('refuses a key twice, also as its negative, and an account twice', async () => {
    await da.register(first, { stake: 5000n });
    const copy = { account: second.account, secretKey: first.secretKey };
    const negated = ORDER - BigInt(toHex(first.secretKey));
    const opposite = { account: second.account, secretKey: bytesOf(toHex(negated, { size: 32 })) };
    expect(await refusalOf(da.register(copy, { stake: 5000n }))).toBe('KeyReused');
    expect(await refusalOf(da.register(opposite, { stake: 5000n }))).toBe('KeyReused');
    const again = { account: first.account, secretKey: third.secretKey };
    expect(await refusalOf(da.register(again, { stake: 5000n }))).toBe('AccountReused');
  });

  test('never gives a key to another account, not even after its owner left', async () => {
    await da.register(first, { stake: 5000n });
    await da.send(first.account, { functionName: 'resign', args: [ZERO_ADDRESS] });
    expect(await read('validatorCount')).toBe(0n);
    const copy = { account: second.account, secretKey: first.secretKey };
    expect(await refusalOf(da.register(copy, { stake: 5000n }))).toBe('KeyReused');
    await da.register(first, { stake: 6000n });
    expect(await read('validatorCount')).toBe(1n);
  });

  test('refuses wrong lengths, too little stake, and a hint that is no account below', async () => {
    const { publicKey, possession } = da.registration(first);
    const key = toHex(packKey(publicKey));
    const proof = toHex(expandSignature(possession));
    expect(await refusalOf(registerRaw(first, [`${key}00`, proof, ZERO_ADDRESS]))).toBe('BadForm');
    for (const bent of [`${proof}00`, proof.slice(0, -2), '0x'] as Hex[]) {
      expect(await refusalOf(registerRaw(first, [key, bent, ZERO_ADDRESS]))).toBe(
        'PossessionInvalid',
      );
    }
    expect(await refusalOf(registerRaw(first, [key, proof, second.account]))).toBe('WrongPlace');
    const little = da.register(first, { stake: SETTINGS.minStakeWei - 1n });
    expect(await refusalOf(little)).toBe('StakeTooSmall');
  });

  test('takes 255 validators, whose committee fits in a transaction, then only larger stakes', async () => {
    const many = members(256, 2);
    const profile = { ...SETTINGS.profile, rowCount: 1024 };
    da = await DaDeployment.create(chain, { ...SETTINGS, profile });
    await da.registerAll(many.slice(0, 255), (i) => 5000n + BigInt(i * i));
    const refused = da.register(many[255]!, { stake: 5000n, previous: many[254]!.account });
    expect(await refusalOf(refused)).toBe('RegistryFull');
    // One more than the smallest stake, which is many[0]'s, takes its place.
    await da.register(many[255]!, { stake: 5001n, previous: many[254]!.account });
    const accounts = (await list()).map((word) => word.slice(0, 42));
    expect(accounts).toEqual(many.slice(1).map(({ account }) => account));
    const [amount] = await chain.readContract({
      ...da.contract,
      functionName: 'withdrawals',
      args: [many[0]!.account],
    });
    expect(amount).toBe(5000n);
    const freeze = await da.send(first.account, { functionName: 'freeze' });
    await chain.mine({ blocks: Number(SETTINGS.seedDelayBlocks) + 1 });
    const call = await formCall(chain, { address: da.address, epoch: 1n });
    const form = await da.send(first.account, call);
    console.log({ '255 validators': { freeze: freeze.gasUsed, form: form.gasUsed } });
    expect(freeze.gasUsed).toBeLessThanOrEqual(MAX_TRANSACTION_GAS);
    expect(form.gasUsed).toBeLessThanOrEqual(MAX_TRANSACTION_GAS);
  });

  test('locks stake for the next epoch, the grace and the retention, then pays it once', async () => {
    await da.register(first, { stake: 5000n });
    await da.send(first.account, { functionName: 'addStake', value: 700n });
    await da.send(first.account, { functionName: 'resign', args: [ZERO_ADDRESS] });
    const epoch = await read('currentEpoch');
    const withdraw = (): Promise<unknown> => da.send(first.account, { functionName: 'withdraw' });
    const lockedSeconds = SETTINGS.graceSeconds + SETTINGS.retentionSeconds;
    await da.enterEpoch(epoch + 2n, lockedSeconds - 2n);
    expect(await refusalOf(withdraw())).toBe('Locked');
    await da.enterEpoch(epoch + 2n, lockedSeconds);
    await withdraw();
    expect(await chain.getBalance({ address: da.address })).toBe(0n);
    expect(await refusalOf(withdraw())).toBe('NotRegistered');
  });

  test('releases stake when nodes may delete the last epoch it answers for, to the second', async () => {
    await da.register(first, { stake: 5000n });
    const epoch = await read('currentEpoch');
    await da.send(first.account, { functionName: 'resign', args: [ZERO_ADDRESS] });
    const contract = { ...da.contract, args: [first.account] } as const;
    const withdrawal = await chain.readContract({ ...contract, functionName: 'withdrawals' });
    const unlockSeconds = Number(withdrawal[1]);
    const genesis = { ...da.contract, functionName: 'epochStart', args: [0n] } as const;
    const schedule = {
      genesisSeconds: Number(await chain.readContract(genesis)),
      epochSeconds: Number(SETTINGS.epochSeconds),
      graceSeconds: Number(SETTINGS.graceSeconds),
      retentionSeconds: Number(SETTINGS.retentionSeconds),
      signMarginSeconds: 0,
      beaconLeadSeconds: 0,
    };
    expect(unlockSeconds).toBe(lockedUntil(schedule, epoch + 1n));
    expect(prunableThrough(schedule, unlockSeconds - 1)).toBe(epoch);
    expect(prunableThrough(schedule, unlockSeconds)).toBe(epoch + 1n);
  });

  test('refuses strangers to add stake, resign or withdraw', async () => {
    for (const call of [
      { functionName: 'addStake', value: 1n },
      { functionName: 'resign', args: [ZERO_ADDRESS] },
      { functionName: 'withdraw' },
    ]) {
      expect(await refusalOf(da.send(second.account, call))).toBe('NotRegistered');
    }
  });

  test('cannot be deployed with settings under which nothing could be judged', async () => {
    const { profile } = SETTINGS;
    const bad = [
      { ...SETTINGS, graceSeconds: SETTINGS.epochSeconds },
      { ...SETTINGS, minStakeWei: 0n },
      { ...SETTINGS, seedDelayBlocks: 0n },
      { ...SETTINGS, profile: { ...profile, thresholdRows: 0 } },
      { ...SETTINGS, profile: { ...profile, thresholdRows: profile.rowCount + 1 } },
      { ...SETTINGS, profile: { ...profile, dataRowSteps: [] } },
      { ...SETTINGS, profile: { ...profile, dataRowSteps: [{ maxElements: 9, dataRows: 13 }] } },
      { ...SETTINGS, profile: { ...profile, dataRowSteps: [...profile.dataRowSteps].reverse() } },
    ];
    for (const settings of bad) {
      await expect(DaDeployment.create(chain, settings)).rejects.toThrow(
        toFunctionSelector('BadSettings()'),
      );
    }
  });
});

/** x | y of a compressed point of the curve. */
function packed(compressed: Uint8Array): Hex {
  const point = uncompressG1(compressed);
  return toHex(concat(point.subarray(16, 64), point.subarray(80)));
}

function littleEndian(value: bigint): Uint8Array {
  return bytesOf(toHex(value, { size: 32 })).reverse();
}
