/**
 * The contracts of `@barycenter/da-sampling` on a local chain, for tests: a deployment with a small
 * profile, accounts that send without keys, validators that register, epochs that pass.
 */
import { type Bls, createBlsSync } from '@barycenter/bls';
import {
  attestationMessage,
  attestationTag,
  type Certificate,
  type Committee,
  createRegistration,
  type Domain,
  type Profile,
  type Registration,
} from '@barycenter/da-sampling';
import {
  DATA_AVAILABILITY_ABI,
  type DeploymentSettings,
  deployment,
  formCall,
  registerCall,
} from '@barycenter/da-sampling/viem';
import {
  createTestClient,
  encodeDeployData,
  type Hex,
  http,
  type PublicActions,
  parseEther,
  publicActions,
  type TestClient,
  type TransactionReceipt,
  toHex,
  type WalletActions,
  walletActions,
} from 'viem';
import { foundry } from 'viem/chains';
import { type Anvil, startAnvil } from './anvil.ts';

/** k = 1 or 4 of 16 rows, 12 needed. */
export const SMALL_PROFILE: Profile = {
  name: 'small',
  id: 0xfff0,
  rowCount: 16,
  thresholdRows: 12,
  dataRowSteps: [
    { maxElements: 4, dataRows: 1 },
    { maxElements: 4 * 4096, dataRows: 4 },
  ],
};

export const SETTINGS: DeploymentSettings = {
  namespace: new Uint8Array(32).fill(0x22),
  profile: SMALL_PROFILE,
  epochSeconds: 28_800n,
  graceSeconds: 3600n,
  retentionSeconds: 86_400n,
  seedDelayBlocks: 4n,
  minStakeWei: 1000n,
};

export type Chain = TestClient<'anvil', ReturnType<typeof http>, typeof foundry> &
  PublicActions<ReturnType<typeof http>, typeof foundry> &
  WalletActions<typeof foundry>;

/** A validator with its secret key. */
export type Member = { readonly account: Hex; readonly secretKey: Uint8Array };

export const bls: Bls = createBlsSync();

/** A chain under the rules of a hard fork, its client, and its end. */
export async function startChain(
  binary: string,
  hardfork: string,
): Promise<{ chain: Chain; anvil: Anvil }> {
  const anvil = await startAnvil(binary, { hardfork });
  const chain = createTestClient({
    mode: 'anvil',
    chain: foundry,
    transport: http(anvil.url, { timeout: 120_000, retryCount: 0 }),
    pollingInterval: 5,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
  await chain.request({ method: 'anvil_autoImpersonateAccount', params: [true] } as never);
  await chain.setAutomine(false);
  return { chain, anvil };
}

/** One deployed contract. */
export class DaDeployment {
  readonly chain: Chain;
  readonly address: Hex;
  readonly settings: DeploymentSettings;

  private constructor(chain: Chain, address: Hex, settings: DeploymentSettings) {
    this.chain = chain;
    this.address = address;
    this.settings = settings;
  }

  static async create(chain: Chain, settings = SETTINGS): Promise<DaDeployment> {
    const [account] = await chain.getAddresses();
    const data = encodeDeployData(deployment(settings));
    await chain.call({ account: account!, data }); // throws the constructor's error
    const hash = await chain.sendTransaction({ account: account!, data });
    await chain.mine({ blocks: 1 });
    const { contractAddress } = await chain.getTransactionReceipt({ hash });
    return new DaDeployment(chain, contractAddress!, settings);
  }

  get domain(): Domain {
    return {
      chainId: BigInt(this.chain.chain.id),
      registry: bytesOf(this.address),
      namespace: this.settings.namespace,
    };
  }

  get contract(): { address: Hex; abi: typeof DATA_AVAILABILITY_ABI } {
    return { address: this.address, abi: DATA_AVAILABILITY_ABI };
  }

  registration(member: Member, domain = this.domain): Registration {
    const { account, secretKey } = member;
    return createRegistration({ bls, domain, account: bytesOf(account), secretKey });
  }

  /** Sends a registration from its account; throws with the contract's error. */
  async register(
    member: Member,
    options: { stake: bigint; registration?: Registration; previous?: Hex },
  ): Promise<TransactionReceipt> {
    const { stake, registration = this.registration(member), previous } = options;
    const call = registerCall(this.address, registration, previous ? { previous } : {});
    return this.send(member.account, { ...call, value: stake });
  }

  /** Registers members of ascending accounts with a gas limit of their own, 50 in a block. */
  async registerAll(list: readonly Member[], stakeOf: (index: number) => bigint): Promise<void> {
    for (const [i, member] of list.entries()) {
      const { account } = member;
      const previous = list[i - 1]?.account;
      const registration = this.registration(member);
      const call = registerCall(this.address, registration, previous ? { previous } : {});
      await this.chain.setBalance({ address: account, value: parseEther('1000000') });
      await this.chain.writeContract({ ...call, account, value: stakeOf(i), gas: 500_000n });
      if (i % 50 === 49 || i === list.length - 1) await this.chain.mine({ blocks: 1 });
    }
    const count = await this.chain.readContract({
      ...this.contract,
      functionName: 'validatorCount',
    });
    if (count !== BigInt(list.length)) throw new Error(`${count} of ${list.length} registered`);
  }

  /** Gives the account money, simulates the call for its error, and sends it. */
  async send(account: Hex, call: object): Promise<TransactionReceipt> {
    await this.chain.setBalance({ address: account, value: parseEther('1000000') });
    const request = { ...this.contract, ...call, account } as never;
    await this.chain.simulateContract(request);
    const hash = await this.chain.writeContract(request);
    await this.chain.mine({ blocks: 1 });
    return this.chain.getTransactionReceipt({ hash });
  }

  /** Freezes and forms the committee of the next epoch and goes there. */
  async nextEpoch(): Promise<bigint> {
    return (await this.drawEpoch()).epoch;
  }

  /** The same with the receipts. */
  async drawEpoch(): Promise<{
    readonly epoch: bigint;
    readonly freeze: TransactionReceipt;
    readonly form: TransactionReceipt;
  }> {
    const [account] = await this.chain.getAddresses();
    const epoch = (await this.currentEpoch()) + 1n;
    const freeze = await this.send(account!, { functionName: 'freeze' });
    await this.chain.mine({ blocks: Number(this.settings.seedDelayBlocks) + 1 });
    const call = await formCall(this.chain, { address: this.address, epoch });
    const form = await this.send(account!, call);
    await this.enterEpoch(epoch);
    return { epoch, freeze, form };
  }

  currentEpoch(): Promise<bigint> {
    return this.chain.readContract({ ...this.contract, functionName: 'currentEpoch' });
  }

  /** Mines a block in the first second of an epoch, or `seconds` later. */
  async enterEpoch(epoch: bigint, seconds = 0n): Promise<void> {
    const start = await this.chain.readContract({
      ...this.contract,
      functionName: 'epochStart',
      args: [epoch],
    });
    await this.chain.setNextBlockTimestamp({ timestamp: start + seconds });
    await this.chain.mine({ blocks: 1 });
  }
}

/** The name of the contract's error that `act` fails with; throws if it does not. */
export async function refusalOf(act: Promise<unknown>): Promise<string> {
  const error = await act.then(
    () => new Error('expected a refusal, nothing was refused'),
    (reason: unknown) => reason as Error,
  );
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { data } = cause as { data?: { errorName?: string } };
    if (data?.errorName !== undefined) return data.errorName;
  }
  throw error;
}

/** Members whose accounts ascend, from a seed byte. */
export function members(count: number, seed = 1): Member[] {
  return Array.from({ length: count }, (_, i) => ({
    account: toHex(0x1000_0000n * BigInt(seed) + BigInt(i) + (1n << 152n), { size: 20 }),
    secretKey: bls.keyGen(Uint8Array.from({ length: 32 }, (_, j) => (j < 2 ? i >> (8 * j) : seed))),
  }));
}

/** A certificate of `blob` by the members of a committee whose index is not in `absent`. */
export function certify(
  committee: Committee,
  options: {
    readonly members: readonly Member[];
    readonly blob: Pick<Certificate, 'headerRoot' | 'profile' | 'byteLength'>;
    readonly absent?: readonly number[];
  },
): Certificate {
  const { blob, absent = [] } = options;
  const message = attestationMessage(blob, committee);
  const signers = committee.members.map((_, i) => i).filter((i) => !absent.includes(i));
  const bitmap = new Uint8Array(Math.ceil(committee.members.length / 8));
  for (const i of signers) bitmap[i >> 3]! |= 1 << (i & 7);
  const signatures = signers.map((i) =>
    bls.sign(secretKeyOf(committee, i, options.members), message, { dst: attestationTag() }),
  );
  const signature =
    signatures.length > 0 ? bls.aggregateSignatures(signatures) : infiniteSignature();
  return { ...blob, epoch: committee.epoch, bitmap, signature };
}

/** The compressed point at infinity of G2. */
export function infiniteSignature(): Uint8Array {
  return Uint8Array.from({ length: 96 }, (_, i) => (i === 0 ? 0xc0 : 0));
}

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

function secretKeyOf(committee: Committee, index: number, list: readonly Member[]): Uint8Array {
  const account = toHex(committee.members[index]!.account);
  return list.find((member) => member.account === account)!.secretKey;
}
