/**
 * What a node, a disperser or a light client does with a deployed `DataAvailability` contract. Writing
 * functions return the arguments of viem's `writeContract`; reading functions take a viem client and
 * check what they read, since an RPC node is no authority: a committee is drawn again from its snapshot
 * and compared with the root.
 */
import type { Bls } from '@barycenter/bls';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { DATA_AVAILABILITY_ABI } from './abi.ts';
import { encodeBlockHeader, type HeaderFields } from './block-header.ts';
import { DATA_AVAILABILITY_BYTECODE } from './bytecode.ts';
import type { Certificate, CertificateVerdict } from './certificate.ts';
import { type Committee, sampleCommittee } from './committee.ts';
import type { ElementProof } from './element-proof.ts';
import { DaError, type DaErrorCode } from './errors.ts';
import { compressKey, expandSignature, PACKED_KEY_BYTES, packKey } from './evm-points.ts';
import { geometry, type Profile } from './profile.ts';
import type { Registration } from './registration.ts';
import { committeeFailureBits } from './security.ts';
import type { Share } from './tails.ts';

type Hex = `0x${string}`;
type Abi = typeof DATA_AVAILABILITY_ABI;

/** The part of a viem public client that is used; any version of viem 2 fits. */
export type ChainReader = {
  getChainId(): Promise<number>;
  getBlock(request: { readonly blockNumber: bigint }): Promise<HeaderFields>;
  /** viem's is generic over the ABI; `never` stands for whatever it takes. */
  readContract(request: never): Promise<unknown>;
};

/** Arguments of viem's `writeContract` or `simulateContract`, less the account. */
export type ContractCall<Name extends string, Args extends readonly unknown[]> = {
  readonly address: Hex;
  readonly abi: Abi;
  readonly functionName: Name;
  readonly args: Args;
};

/** What a deployment fixes for ever: contracts/Settings.sol. */
export type DeploymentSettings = {
  readonly namespace: Uint8Array;
  readonly profile: Profile;
  readonly epochSeconds: bigint;
  readonly graceSeconds: bigint;
  readonly retentionSeconds: bigint;
  readonly seedDelayBlocks: bigint;
  readonly minStakeWei: bigint;
};

/** Arguments of viem's `deployContract`, less the account. */
export type Deployment = {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly args: readonly [
    {
      readonly namespace: Hex;
      readonly profile: {
        readonly id: number;
        readonly rowCount: number;
        readonly thresholdRows: number;
        readonly steps: readonly { readonly maxElements: number; readonly dataRows: number }[];
      };
      readonly epochSeconds: bigint;
      readonly graceSeconds: bigint;
      readonly retentionSeconds: bigint;
      readonly seedDelayBlocks: bigint;
      readonly minStake: bigint;
    },
  ];
};

/** A certificate as the contract takes it. */
type EvmCertificate = {
  readonly headerRoot: Hex;
  readonly epoch: bigint;
  readonly profile: number;
  readonly byteLength: number;
  readonly bitmap: Hex;
  readonly signature: Hex;
};

/** Its verdict, contracts/Certificates.sol. */
type EvmVerdict = {
  readonly signedSeats: number;
  readonly neededSeats: number;
  readonly toleratedAdversarySeats: number;
};

/** Adversary's share of stake for which failure bits are reported unless the caller says. */
const DEFAULT_ADVERSARY: Share = { numerator: 1n, denominator: 4n };

/** Errors of the contract that are verdicts on a certificate. */
const VERDICTS: Readonly<Record<string, DaErrorCode>> = {
  ProfileNotPinned: 'profile_not_pinned',
  GeometryMismatch: 'geometry_mismatch',
  EpochUnknown: 'epoch_unknown',
  NotFormed: 'epoch_unknown',
  BitmapLength: 'bitmap_length',
  BitmapHighBits: 'bitmap_high_bits',
  NoSigners: 'no_signers',
  BelowThreshold: 'below_threshold',
  SignatureInvalid: 'signature_invalid',
};

/** Everything `deployContract` needs; the profile is pinned by the deployment. */
export function deployment(settings: DeploymentSettings): Deployment {
  const { namespace, profile, minStakeWei, ...times } = settings;
  const { id, rowCount, thresholdRows, dataRowSteps } = profile;
  return {
    abi: DATA_AVAILABILITY_ABI,
    bytecode: DATA_AVAILABILITY_BYTECODE,
    args: [
      {
        namespace: toHex(namespace),
        profile: { id, rowCount, thresholdRows, steps: dataRowSteps },
        minStake: minStakeWei,
        ...times,
      },
    ],
  };
}

/**
 * Registers a validator; must be sent by its account, with the stake as value. `previous` is a
 * registered account below it, to save gas: without one the list is walked from its start.
 */
export function registerCall(
  address: Hex,
  registration: Registration,
  options: { readonly previous?: Hex } = {},
): ContractCall<'register', readonly [Hex, Hex, Hex]> {
  const key = toHex(packKey(registration.publicKey));
  const possession = toHex(expandSignature(registration.possession));
  const previous = options.previous ?? `0x${'00'.repeat(20)}`;
  return call(address, 'register', [key, possession, previous]);
}

/**
 * Draws the committee of a frozen epoch with the RANDAO value of its seed block, which must exist and
 * be at most 8,191 blocks old. Throws DaError `epoch_unknown` if the epoch is not frozen.
 */
export async function formCall(
  client: ChainReader,
  options: { readonly address: Hex; readonly epoch: bigint },
): Promise<ContractCall<'form', readonly [bigint, Hex]>> {
  const { address, epoch } = options;
  const [blockNumber] = await read<readonly [bigint]>(client, call(address, 'snapshots', [epoch]));
  if (blockNumber === 0n) throw new DaError('epoch_unknown', `epoch ${epoch} is not frozen`);
  const header = encodeBlockHeader(await client.getBlock({ blockNumber }));
  return call(address, 'form', [epoch, toHex(header)]);
}

/**
 * The committee of a formed epoch: its snapshot and seed are read, the committee is drawn from them and
 * its root compared with the contract's. DaError `committee_mismatch` if they differ.
 */
export async function readCommittee(
  client: ChainReader,
  options: {
    readonly address: Hex;
    readonly epoch: bigint;
    readonly bls: Bls;
    readonly profile: Profile;
  },
): Promise<Committee> {
  const { address, epoch, bls, profile } = options;
  const [chainId, namespace, [stakes, keys], [root, seed]] = await Promise.all([
    client.getChainId(),
    read<Hex>(client, call(address, 'NAMESPACE', [])),
    read<readonly [readonly Hex[], Hex]>(client, call(address, 'snapshotOf', [epoch])),
    read<readonly [Hex, Hex]>(client, call(address, 'committeeOf', [epoch])),
  ]);
  const packed = fromHex(keys);
  const validators = stakes.map((word, i) => ({
    account: fromHex(word.slice(0, 42)),
    stake: BigInt(`0x${word.slice(42)}`),
    publicKey: compressKey(packed.subarray(i * PACKED_KEY_BYTES, (i + 1) * PACKED_KEY_BYTES)),
  }));
  const domain = {
    chainId: BigInt(chainId),
    registry: fromHex(address),
    namespace: fromHex(namespace),
  };
  const committee = sampleCommittee({
    bls,
    domain,
    epoch,
    seed: fromHex(seed),
    validators,
    profile,
  });
  if (toHex(committee.root) !== root) {
    throw new DaError('committee_mismatch', 'the snapshot does not give the committee root');
  }
  return committee;
}

/** Records a certificate. DaError `signature_invalid` if its signature is no point. */
export function certificateCall(
  address: Hex,
  certificate: Certificate,
): ContractCall<'record', readonly [EvmCertificate]> {
  return call(address, 'record', [evmCertificate(certificate)]);
}

/** Checks 31 payload bytes of a certified blob: `readContract` answers its headerRoot or reverts. */
export function elementCall(
  address: Hex,
  options: { readonly index: number; readonly proof: ElementProof },
): ContractCall<
  'verifyElement',
  readonly [
    bigint,
    Hex,
    {
      readonly header: Hex;
      readonly commitment: Hex;
      readonly branch: readonly Hex[];
      readonly proof: Hex;
    },
  ]
> {
  const { data, header, commitment, branch, proof } = options.proof;
  return call(address, 'verifyElement', [
    BigInt(options.index),
    toHex(data),
    {
      header: toHex(header),
      commitment: toHex(commitment),
      branch: branch.map(toHex),
      proof: toHex(proof),
    },
  ]);
}

/**
 * What the contract says of a certificate, now, without recording it; the same verdict as
 * `verifyCertificate`. Rethrows what is no verdict: no connection, a chain without the precompiles.
 */
export async function judgeCertificate(
  client: ChainReader,
  options: {
    readonly address: Hex;
    readonly certificate: Certificate;
    readonly profile: Profile;
    readonly adversaryShare?: Share;
    readonly grindingBits?: number;
  },
): Promise<CertificateVerdict> {
  const { address, certificate, profile } = options;
  try {
    const { signedSeats, neededSeats, toleratedAdversarySeats } = await read<EvmVerdict>(
      client,
      call(address, 'verify', [evmCertificate(certificate)]),
    );
    const { k, n } = geometry(profile, certificate.byteLength);
    const failureBits = committeeFailureBits(
      { n, k, thresholdRows: neededSeats },
      {
        adversaryShare: options.adversaryShare ?? DEFAULT_ADVERSARY,
        grindingBits: options.grindingBits ?? 0,
      },
    );
    return { ok: true, signedSeats, neededSeats, toleratedAdversarySeats, failureBits };
  } catch (error) {
    const code = error instanceof DaError ? error.code : VERDICTS[revertName(error) ?? ''];
    if (code === undefined) throw error;
    return { ok: false, code };
  }
}

function evmCertificate(certificate: Certificate): EvmCertificate {
  const { headerRoot, epoch, profile, byteLength, bitmap, signature } = certificate;
  return {
    headerRoot: toHex(headerRoot),
    epoch,
    profile,
    byteLength,
    bitmap: toHex(bitmap),
    signature: toHex(expandSignature(signature)),
  };
}

/** The name of the contract's error in the causes of what viem throws. */
function revertName(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { data } = cause as { data?: { errorName?: unknown } };
    if (typeof data?.errorName === 'string') return data.errorName;
  }
  return undefined;
}

/** Asks the contract; T is what viem decodes by the ABI. */
async function read<T>(
  client: ChainReader,
  request: ContractCall<string, readonly unknown[]>,
): Promise<T> {
  return (await client.readContract(request as never)) as T;
}

function call<Name extends string, const Args extends readonly unknown[]>(
  address: Hex,
  functionName: Name,
  args: Args,
): ContractCall<Name, Args> {
  return { address, abi: DATA_AVAILABILITY_ABI, functionName, args };
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hexToBytes(hex.slice(2)));
}
