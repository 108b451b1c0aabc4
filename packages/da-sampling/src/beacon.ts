/**
 * Where an epoch's seed comes from, and the rule that makes it safe (da-review.md §3): the stake
 * snapshot must be final before anybody can know the beacon's value, or choose among values. Otherwise
 * a reorganisation re-registers stake with the seed known.
 *
 * A `Beacon` says with each value the earliest time at which somebody could know it, and how many bits
 * of choice whoever produces it has; `drawEpoch` checks the former against the freeze and hands the
 * latter on to the calculator. Two sources: `randao.ts`, `drand.ts`.
 */
import type { Bls } from '@barycenter/bls';
import { type Committee, sampleCommittee, type Validator } from './committee.ts';
import type { Domain } from './domain.ts';
import { DaError } from './errors.ts';
import type { Profile } from './profile.ts';

/** What a beacon gave for an epoch. */
export type BeaconValue = {
  /** 32 bytes: the committee's seed. */
  readonly seed: Uint8Array<ArrayBuffer>;
  /** Earliest Unix time, in seconds, at which anybody could know the seed or choose among seeds. */
  readonly knownSeconds: number;
  /** Bits of choice that an adversary may have had; subtract them from the committee's bits. */
  readonly grindingBits: number;
};

/** A source of seeds. */
export type Beacon = {
  /**
   * The value for an epoch, verified as far as the source allows. Rejects with DaError
   * `beacon_missing` (not there yet, or not final), `beacon_other_chain` or `beacon_invalid`.
   */
  read(epoch: bigint, options?: { readonly signal?: AbortSignal }): Promise<BeaconValue>;
};

/** The stake of an epoch and when it could no longer change. */
export type StakeSnapshot = {
  readonly validators: readonly Validator[];
  /** Unix time, in seconds, at which the block that the snapshot was taken from became final. */
  readonly finalSeconds: number;
};

/**
 * Refuses a beacon value that could be known before the snapshot was final and the clocks' margin had
 * passed: DaError `freeze_not_final`.
 */
export function checkFreeze(
  snapshot: Pick<StakeSnapshot, 'finalSeconds'>,
  options: { readonly value: Pick<BeaconValue, 'knownSeconds'>; readonly marginSeconds: number },
): void {
  const { value, marginSeconds } = options;
  if (!(snapshot.finalSeconds + marginSeconds < value.knownSeconds)) {
    const late = snapshot.finalSeconds + marginSeconds - value.knownSeconds;
    throw new DaError('freeze_not_final', `the seed could be known ${late} s before the freeze`);
  }
}

/**
 * Reads the beacon, checks the freeze, and draws the committee: `sampleCommittee` with a seed that
 * nobody could aim at. Rejects as `Beacon.read`, `checkFreeze` and `sampleCommittee` do.
 */
export async function drawEpoch(options: {
  readonly bls: Bls;
  readonly domain: Domain;
  readonly profile: Profile;
  readonly beacon: Beacon;
  readonly epoch: bigint;
  readonly snapshot: StakeSnapshot;
  /** How far clocks of the two chains may differ. */
  readonly marginSeconds: number;
  readonly signal?: AbortSignal;
}): Promise<{ readonly committee: Committee; readonly grindingBits: number }> {
  const { beacon, snapshot, epoch, marginSeconds, signal } = options;
  const value = await beacon.read(epoch, signal === undefined ? {} : { signal });
  checkFreeze(snapshot, { value, marginSeconds });
  const { bls, domain, profile } = options;
  const { seed, grindingBits } = value;
  const { validators } = snapshot;
  return {
    committee: sampleCommittee({ bls, domain, epoch, seed, validators, profile }),
    grindingBits,
  };
}
