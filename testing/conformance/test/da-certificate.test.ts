/**
 * contracts/Certificates.sol on anvil: the verdicts are those of `verifyCertificate`, for good
 * certificates and for each way of being bad. Rules: da-review.md §5.
 */
import {
  attestationMessage,
  attestationTag,
  type Certificate,
  type Committee,
  EIP7594,
  maxPayloadBytes,
  verifyCertificate,
} from '@barycenter/da-sampling';
import {
  certificateCall,
  DATA_AVAILABILITY_ABI,
  judgeCertificate,
  readCommittee,
} from '@barycenter/da-sampling/viem';
import { type Hex, parseEventLogs, toHex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addTorsionG2 } from '../../../packages/da-sampling/test/torsion.ts';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import {
  bls,
  bytesOf,
  type Chain,
  certify,
  DaDeployment,
  infiniteSignature,
  type Member,
  members,
  refusalOf,
  SETTINGS,
  SMALL_PROFILE,
  startChain,
} from '../src/da-deployment.ts';
import { measureGas } from '../src/da-gas.ts';
import { concat, hashOnChain, uncompressG1 } from '../src/eip2537.ts';

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

const SIX = members(6);
/** Two seats each for the first four, four for the others; 12 of 16 are needed. */
const STAKES = [2000n, 2000n, 2000n, 2000n, 4000n, 4000n];
const BLOB = {
  headerRoot: new Uint8Array(32).fill(7),
  profile: SMALL_PROFILE.id,
  byteLength: 1000,
};
/** Orders of the groups and of the base field. EIP-2537, "Curve parameters". */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;

describe.runIf(binary !== undefined)('a certificate on chain', () => {
  let anvil: Anvil;
  let chain: Chain;
  let da: DaDeployment;
  let committee: Committee;
  let epoch: bigint;
  let good: Certificate;
  beforeAll(async () => {
    ({ chain, anvil } = await startChain(binary!, 'osaka'));
    da = await DaDeployment.create(chain);
    await da.registerAll(SIX, (i) => STAKES[i]!);
    epoch = await da.nextEpoch();
    committee = await committeeAt(da, epoch);
    good = certify(committee, { members: SIX, blob: BLOB, absent: [1] });
  });
  afterAll(() => anvil?.stop());

  // Each test starts from the same block, in the certificate's epoch.
  let start: Hex;
  beforeEach(async () => {
    start = await chain.snapshot();
  });
  afterEach(() => chain.revert({ id: start }));

  const committeeAt = (from: DaDeployment, at: bigint): Promise<Committee> =>
    readCommittee(chain, { address: from.address, epoch: at, bls, profile: SMALL_PROFILE });
  const judge = (certificate: Certificate): ReturnType<typeof judgeCertificate> =>
    judgeCertificate(chain, { address: da.address, certificate, profile: SMALL_PROFILE });
  const judgeHere = (certificate: Certificate): ReturnType<typeof verifyCertificate> =>
    verifyCertificate(certificate, {
      bls,
      profiles: [SMALL_PROFILE],
      committeeOf: (at) => (at === epoch ? committee : undefined),
    });
  /** `verify` with fields the client would not send. */
  const verifyRaw = (changes: object): Promise<unknown> => {
    const { args } = certificateCall(da.address, good);
    return da.send(SIX[0]!.account, {
      functionName: 'verify',
      args: [{ ...args[0], ...changes }],
    });
  };

  test('of any sufficient set of signers is worth what verifyCertificate says', async () => {
    for (const absent of [[], [0], [5], [0, 3], [1, 2], [4]]) {
      const certificate = certify(committee, { members: SIX, blob: BLOB, absent });
      const verdict = await judge(certificate);
      expect(verdict).toMatchObject({ ok: true, neededSeats: 12 });
      expect(verdict).toEqual(judgeHere(certificate));
    }
  });

  test('has the verdict of verifyCertificate in every bad form', async () => {
    const bitmap = (...bytes: number[]): Partial<Certificate> => ({
      bitmap: Uint8Array.from(bytes),
    });
    const negated = good.signature.slice();
    negated[0]! ^= 0x20;
    const other = certify(committee, {
      members: SIX,
      blob: { ...BLOB, headerRoot: new Uint8Array(32).fill(8) },
      absent: [1],
    });
    const changes: [string, Partial<Certificate>][] = [
      ['profile_not_pinned', { profile: EIP7594.id }],
      ['geometry_mismatch', { byteLength: 0 }],
      ['geometry_mismatch', { byteLength: maxPayloadBytes(SMALL_PROFILE) + 1 }],
      ['geometry_mismatch', { byteLength: 2 ** 32 - 1 }],
      ['epoch_unknown', { epoch: epoch + 1n }],
      ['epoch_unknown', { epoch: 2n ** 64n - 1n }],
      ['bitmap_length', bitmap()],
      ['bitmap_length', bitmap(0b111101, 0)],
      ['bitmap_high_bits', bitmap(0b1111101)],
      ['bitmap_high_bits', bitmap(0b10111101)],
      ['no_signers', bitmap(0)],
      ['no_signers', { ...bitmap(0), signature: infiniteSignature() }],
      ['below_threshold', bitmap(0b110000)],
      ['signature_invalid', bitmap(0b111111)],
      ['signature_invalid', bitmap(0b111110)],
      ['signature_invalid', { byteLength: 1001 }],
      ['signature_invalid', { headerRoot: new Uint8Array(32).fill(8) }],
      ['signature_invalid', { signature: other.signature }],
      ['signature_invalid', { signature: negated }],
      ['signature_invalid', { signature: infiniteSignature() }],
      ['signature_invalid', { signature: new Uint8Array(96) }],
    ];
    for (const [code, change] of changes) {
      const bad = { ...good, ...change };
      const name = JSON.stringify(Object.keys(change));
      expect(await judge(bad), name).toEqual({ ok: false, code });
      expect(judgeHere(bad), name).toEqual({ ok: false, code });
    }
  });

  test('of 12 seats exactly is accepted, of 11 or fewer refused', async () => {
    const seats = committee.members.map((member) => member.seats);
    expect(seats).toEqual([2, 2, 2, 2, 4, 4]);
    const twelve = certify(committee, { members: SIX, blob: BLOB, absent: [4] });
    expect(await judge(twelve)).toMatchObject({ ok: true, signedSeats: 12 });
    const ten = certify(committee, { members: SIX, blob: BLOB, absent: [0, 4] });
    expect(await judge(ten)).toEqual({ ok: false, code: 'below_threshold' });
  });

  test('with a signature outside the group, of p and more, or of another length is refused', async () => {
    const signature = certificateCall(da.address, good).args[0].signature;
    const shifted: Hex = `0x${(BigInt(signature.slice(0, 130)) + P).toString(16).padStart(128, '0')}${signature.slice(130)}`;
    const outside: Hex = `0x${addTorsionG2(good.signature)
      .map((c) => c.toString(16).padStart(128, '0'))
      .join('')}`;
    for (const bent of [shifted, outside, `${signature}00`, signature.slice(0, -2), '0x']) {
      expect(await refusalOf(verifyRaw({ signature: bent }))).toBe('SignatureInvalid');
    }
    await verifyRaw({});
  });

  test('with a pair after its signature that cancels the signers’ is refused', async () => {
    const signers = committee.members.filter((_, i) => i !== 1).map(({ publicKey }) => publicKey);
    const cancelling = concat(
      new Uint8Array(256), // infinity as signature
      uncompressG1(bls.aggregatePublicKeys(signers)),
      await hashOnChain(anvil, {
        message: attestationMessage(BLOB, committee),
        tag: attestationTag(),
      }),
    );
    expect(await refusalOf(verifyRaw({ signature: toHex(cancelling) }))).toBe('SignatureInvalid');
  });

  test('whose signers’ keys add up to infinity is refused with the infinite signature', async () => {
    const here = await DaDeployment.create(chain);
    const [a, b, c, ...rest] = SIX as [Member, Member, Member, ...Member[]];
    const sum = BigInt(toHex(a.secretKey)) + BigInt(toHex(b.secretKey));
    const third = { ...c, secretKey: bytesOf(toHex((2n * ORDER - sum) % ORDER, { size: 32 })) };
    await here.registerAll([a, b, third, ...rest], (i) => (i < 3 ? 4000n : 1000n));
    const at = await here.nextEpoch();
    const drawn = await committeeAt(here, at);
    const bits = drawn.members.reduce((map, { account }, i) => {
      return [a, b, c].some((member) => member.account === toHex(account)) ? map | (1 << i) : map;
    }, 0);
    const signedSeats = drawn.members.slice(0, 3).reduce((total, { seats }) => total + seats, 0);
    expect(signedSeats).toBeGreaterThanOrEqual(12);
    const certificate = {
      ...BLOB,
      epoch: at,
      bitmap: Uint8Array.of(bits),
      signature: infiniteSignature(),
    };
    const verdict = await judgeCertificate(chain, {
      address: here.address,
      certificate,
      profile: SMALL_PROFILE,
    });
    expect(verdict).toEqual({ ok: false, code: 'signature_invalid' });
  });

  test('cannot be replayed at another registry with the same validators, nor in another epoch', async () => {
    const there = await DaDeployment.create(chain);
    await there.registerAll(SIX, (i) => STAKES[i]!);
    while ((await there.nextEpoch()) < epoch);
    const verdict = await judgeCertificate(chain, {
      address: there.address,
      certificate: good,
      profile: SMALL_PROFILE,
    });
    expect(verdict).toEqual({ ok: false, code: 'signature_invalid' });
    expect(await judge({ ...good, epoch: epoch - 1n })).toEqual({
      ok: false,
      code: 'epoch_unknown',
    });
  });

  test('takes no address from calldata', () => {
    for (const name of ['verify', 'record']) {
      const entry = DATA_AVAILABILITY_ABI.find((item) => 'name' in item && item.name === name);
      expect(JSON.stringify(entry)).not.toContain('address');
    }
  });

  test('is recorded once for its blob, with an event', async () => {
    const call = certificateCall(da.address, good);
    const sender = SIX[0]!.account;
    const receipt = await da.send(sender, call);
    const [event] = parseEventLogs({ abi: DATA_AVAILABILITY_ABI, logs: receipt.logs });
    const certified = {
      headerRoot: toHex(BLOB.headerRoot),
      epoch,
      byteLength: 1000,
      signedSeats: 14,
      toleratedAdversarySeats: 10,
    };
    expect(event).toMatchObject({ eventName: 'Certified', args: certified });
    const all = certify(committee, { members: SIX, blob: BLOB });
    const again = await da.send(sender, certificateCall(da.address, all));
    expect(again.logs).toEqual([]);
    const kept = await chain.readContract({
      ...da.contract,
      functionName: 'certified',
      args: [toHex(BLOB.headerRoot)],
    });
    expect(kept).toEqual([epoch, 1000, 14, 12, 10]);
    const bent = { ...good, headerRoot: new Uint8Array(32).fill(9) };
    expect(await refusalOf(da.send(sender, certificateCall(da.address, bent)))).toBe(
      'SignatureInvalid',
    );
  });

  test('is refused if a key blob is not what was written', async () => {
    const [, keys] = await chain.readContract({
      ...da.contract,
      functionName: 'snapshots',
      args: [epoch],
    });
    const code = (await chain.getCode({ address: keys }))!;
    for (const bent of [code.slice(0, -2), `${code}00`, '0x'] as Hex[]) {
      await chain.setCode({ address: keys, bytecode: bent });
      expect(await refusalOf(verifyRaw({}))).toBe('BlobDamaged');
      await expect(judge(good)).rejects.toThrow('BlobDamaged'); // no verdict on the certificate
    }
    await chain.setCode({ address: keys, bytecode: code });
    await verifyRaw({});
  });

  test('is accepted in its epoch and the grace after it, by block time', async () => {
    expect(await judge(good)).toMatchObject({ ok: true });
    await da.enterEpoch(epoch + 1n, SETTINGS.graceSeconds - 1n);
    expect(await judge(good)).toMatchObject({ ok: true });
    await da.enterEpoch(epoch + 1n, SETTINGS.graceSeconds);
    expect(await judge(good)).toEqual({ ok: false, code: 'epoch_unknown' });
  });

  test('costs at most 260,000 gas with 30 of 200 validators absent, calldata and base included', async () => {
    const gas = await measureGas(chain);
    console.log(gas);
    expect(gas.verifyAbsent).toBeLessThanOrEqual(260_000);
  });
});
