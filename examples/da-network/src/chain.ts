/**
 * The stand-in for a chain: one JSON file with what a real chain would record in public. The replay
 * domain, the registered validators with stake and proof of possession, the epoch and its seed, the
 * submitter's address and next nonce, and for each certified blob its certificate and archive root.
 *
 * It is trusted like a chain (nobody re-runs its consensus here), but not blindly: certificates are
 * verified by whoever reads them. The file is replaced atomically and carries a sha256 over its
 * content, so damage is found (`state_damaged`) and never repaired by overwriting.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bls } from '@barycenter/bls';
import {
  type Committee,
  type Domain,
  EIP7594,
  type EpochSchedule,
  PROFILES,
  type Profile,
  type Registration,
  sampleCommittee,
  ZODA,
} from '@barycenter/da-sampling';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { ArchiveRecord } from './archive.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { NetworkError } from './errors.ts';

/** A registered validator. The node that runs it is in the folder of the same number. */
export interface RegisteredValidator extends Registration {
  /** Stake in wei. */
  readonly stake: bigint;
}

/** What the chain knows of a certified blob. */
export interface BlobRecord {
  /** The certificate's bytes. */
  readonly certificate: Uint8Array;
  readonly archive: ArchiveRecord | undefined;
}

/** The chain's whole content. */
export interface ChainState {
  /** The one profile this network pins. */
  readonly profile: Profile;
  readonly domain: Domain;
  readonly epoch: bigint;
  /** The epoch's beacon value, 32 bytes. */
  readonly seed: Uint8Array;
  readonly validators: readonly RegisteredValidator[];
  readonly submitter: { readonly address: Uint8Array; readonly nonce: bigint };
  /** Certified blobs by headerRoot in hex. */
  readonly blobs: ReadonlyMap<string, BlobRecord>;
}

/**
 * The chain's time in epochs. There is one: epoch 1, of 10^9 seconds, lasts until May 2033. Then nodes
 * keep what it certified for its grace and two weeks.
 */
export const SCHEDULE: EpochSchedule = {
  genesisSeconds: 0,
  epochSeconds: 1_000_000_000,
  graceSeconds: 28_800,
  signMarginSeconds: 600,
  beaconLeadSeconds: 600,
  retentionSeconds: 1_209_600,
};

/** The profile of a network unless the user says. */
export const DEFAULT_PROFILE: Profile = EIP7594;

/** The file's name inside the state folder. */
export const CHAIN_FILE = 'chain.json';
/** Largest file that is read: some 60,000 blobs. */
export const MAX_CHAIN_BYTES: number = 64 * 1024 * 1024;

const FORMAT = 'barycenter-chain/1';

/** The chain in a state folder. Holds the state in memory; every change is durable on return. */
export class Chain {
  readonly #path: string;
  #state: ChainState;
  #committee: Committee | undefined;

  /** Whether a folder holds a chain. */
  static exists(folder: string): boolean {
    return existsSync(join(folder, CHAIN_FILE));
  }

  /** Writes a new chain. */
  static create(folder: string, state: ChainState): Chain {
    const chain = new Chain(join(folder, CHAIN_FILE), state);
    chain.#save(state);
    return chain;
  }

  /** Reads a chain; throws `NetworkError` 'state_missing' or 'state_damaged'. */
  static load(folder: string): Chain {
    const path = join(folder, CHAIN_FILE);
    if (!existsSync(path)) {
      throw new NetworkError('state_missing', `${path} does not exist: nothing was put here yet`);
    }
    return new Chain(path, readState(path));
  }

  private constructor(path: string, state: ChainState) {
    this.#path = path;
    this.#state = state;
  }

  get state(): ChainState {
    return this.#state;
  }

  /** The committee of the chain's epoch. O(validators), once. */
  committee(bls: Bls): Committee {
    const { domain, epoch, seed, validators, profile } = this.#state;
    this.#committee ??= sampleCommittee({
      bls,
      domain,
      epoch,
      seed,
      validators,
      profile,
    });
    return this.#committee;
  }

  /** The committee of an accepted epoch: the current one, and no other. */
  committeeOf(bls: Bls): (epoch: bigint) => Committee | undefined {
    return (epoch) => (epoch === this.#state.epoch ? this.committee(bls) : undefined);
  }

  /** The submitter's next nonce, used up before it is returned: a crash never reuses one. */
  takeNonce(): bigint {
    const { submitter } = this.#state;
    this.#save({ ...this.#state, submitter: { ...submitter, nonce: submitter.nonce + 1n } });
    return submitter.nonce;
  }

  /** Records a certified blob, or the archive of one that is recorded already. */
  recordBlob(headerRoot: Uint8Array, record: BlobRecord): void {
    const blobs = new Map(this.#state.blobs).set(bytesToHex(headerRoot), record);
    this.#save({ ...this.#state, blobs });
  }

  /** The record of a blob; throws `NetworkError` 'identifier_unknown'. */
  blob(headerRoot: Uint8Array): BlobRecord {
    const record = this.#state.blobs.get(bytesToHex(headerRoot));
    if (record === undefined) {
      throw new NetworkError(
        'identifier_unknown',
        `no certificate for ${bytesToHex(headerRoot)} on this chain`,
      );
    }
    return record;
  }

  #save(state: ChainState): void {
    const content = JSON.stringify(encodeState(state));
    writeFileAtomic(
      this.#path,
      Buffer.from(`{"sha256":"${digestOf(content)}","state":${content}}\n`),
    );
    this.#state = state;
  }
}

type Json = { readonly [name: string]: unknown };

function encodeState(state: ChainState): Json {
  return {
    format: FORMAT,
    profile: state.profile.name,
    chainId: state.domain.chainId.toString(),
    registry: bytesToHex(state.domain.registry),
    namespace: bytesToHex(state.domain.namespace),
    epoch: state.epoch.toString(),
    seed: bytesToHex(state.seed),
    validators: state.validators.map(({ account, publicKey, possession, stake }) => ({
      account: bytesToHex(account),
      publicKey: bytesToHex(publicKey),
      possession: bytesToHex(possession),
      stake: stake.toString(),
    })),
    submitter: {
      address: bytesToHex(state.submitter.address),
      nonce: state.submitter.nonce.toString(),
    },
    blobs: [...state.blobs].map(([headerRoot, { certificate, archive }]) => ({
      headerRoot,
      certificate: bytesToHex(certificate),
      ...(archive && {
        archiveRoot: bytesToHex(archive.root),
        archiveBytes: archive.byteLength,
      }),
    })),
  };
}

function readState(path: string): ChainState {
  try {
    if (statSync(path).size > MAX_CHAIN_BYTES)
      throw new Error(`larger than ${MAX_CHAIN_BYTES} bytes`);
    const text = readFileSync(path, 'utf8');
    const file = record(JSON.parse(text));
    // The digest is over the exact bytes of the state, so it is taken from the text.
    const content = text.slice(text.indexOf('"state":') + 8, text.lastIndexOf('}'));
    if (file.sha256 !== digestOf(content)) throw new Error('its sha256 does not match its content');
    return decodeState(record(file.state));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError('state_damaged', `${path}: ${reason}`, { cause });
  }
}

function decodeState(state: Json): ChainState {
  if (state.format !== FORMAT) throw new Error(`format: expected ${FORMAT}`);
  const submitter = record(state.submitter);
  return {
    profile: profileNamed(state.profile),
    domain: {
      chainId: integer(state.chainId),
      registry: bytes(state.registry, 20),
      namespace: bytes(state.namespace, 32),
    },
    epoch: integer(state.epoch),
    seed: bytes(state.seed, 32),
    validators: list(state.validators).map((entry) => ({
      account: bytes(entry.account, 20),
      publicKey: bytes(entry.publicKey, 48),
      possession: bytes(entry.possession, 96),
      stake: integer(entry.stake),
    })),
    submitter: { address: bytes(submitter.address, 20), nonce: integer(submitter.nonce) },
    blobs: new Map(
      list(state.blobs).map((entry) => [
        bytesToHex(bytes(entry.headerRoot, 32)),
        { certificate: bytes(entry.certificate), archive: decodeArchive(entry) },
      ]),
    ),
  };
}

function decodeArchive(entry: Json): ArchiveRecord | undefined {
  if (entry.archiveRoot === undefined) return undefined;
  const byteLength = entry.archiveBytes;
  if (typeof byteLength !== 'number' || !Number.isSafeInteger(byteLength) || byteLength < 1) {
    throw new Error('archiveBytes: expected an integer of 1 or more');
  }
  return { root: bytes(entry.archiveRoot, 32), byteLength };
}

function profileNamed(name: unknown): Profile {
  const profile = [...PROFILES, ZODA].find((known) => known.name === name);
  if (profile === undefined) throw new Error('profile: expected the name of a known profile');
  return profile;
}

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('expected an object');
  }
  return value as Json;
}

function list(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new Error('expected a list');
  return value.map(record);
}

function integer(value: unknown): bigint {
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,77})$/.test(value)) {
    throw new Error('expected a decimal integer');
  }
  return BigInt(value);
}

function bytes(value: unknown, size?: number): Uint8Array {
  if (typeof value !== 'string') throw new Error('expected hex');
  const result = hexToBytes(value);
  if (size !== undefined && result.length !== size) throw new Error(`expected ${size} bytes`);
  return result;
}

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
