import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  Attester,
  type Committee,
  DaError,
  type EncodedBlob,
  type EpochSchedule,
  encodeBlob,
  isAccepted,
  isEquivocation,
  lockedUntil,
  prunableThrough,
  RetentionIndex,
  type SignedBlob,
  submitterAddress,
} from '../src/index.ts';
import {
  bls,
  COMMITTEE,
  codeOf,
  committeeFor,
  DOMAIN,
  kzg,
  POLICY,
  SUBMITTER_KEY,
  secretKeyOf,
  TOY,
} from './fixture.ts';

const SCHEDULE: EpochSchedule = {
  genesisSeconds: 1000,
  epochSeconds: 100,
  graceSeconds: 30,
  signMarginSeconds: 10,
  beaconLeadSeconds: 20,
  retentionSeconds: 500,
};
const COMMITTEES = new Map<bigint, Committee>([
  [COMMITTEE.epoch, COMMITTEE],
  [8n, committeeFor(8n)],
]);

/** A one-row blob of an epoch; another seed is another payload. */
function blobOf(epoch: bigint, nonce: bigint, seed = 1): EncodedBlob {
  return encodeBlob(seededRandom(seed).bytes(20), {
    kzg,
    profile: TOY,
    domain: DOMAIN,
    committee: COMMITTEES.get(epoch)!,
    nonce,
    submitterKey: SUBMITTER_KEY,
  });
}

/** What signs a blob from its payload; throws as the attester does. */
function signer(retention: RetentionIndex, committeeOf = (epoch: bigint) => COMMITTEES.get(epoch)) {
  const options = { ...POLICY, committeeOf, kzg, bls, secretKey: secretKeyOf(1), retention };
  const attester = new Attester(options);
  return (blob: EncodedBlob) => {
    const session = attester.open(blob.message);
    for (const row of session.assignedRows) session.add(blob.rowMessage(row));
    return session.attest();
  };
}

describe('prunableThrough', () => {
  it('names exactly the epochs whose stake is released, and none that is still accepted', () => {
    for (let now = 900; now < 2600; now++) {
      const through = prunableThrough(SCHEDULE, now);
      for (let epoch = 0n; epoch < 16n; epoch++) {
        const isOver = through !== undefined && epoch <= through;
        expect(isOver, `epoch ${epoch} at ${now}`).toBe(now >= lockedUntil(SCHEDULE, epoch));
        expect(isOver && isAccepted(SCHEDULE, { epoch, seconds: now })).toBe(false);
      }
    }
  });

  it('names none before the first is over', () => {
    const first = lockedUntil(SCHEDULE, 0n);
    expect(prunableThrough(SCHEDULE, first - 1)).toBeUndefined();
    expect(prunableThrough(SCHEDULE, first)).toBe(0n);
  });

  it('refuses a time that is none', () => {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => prunableThrough(SCHEDULE, bad)).toThrow(RangeError);
    }
  });
});

describe('a retention index', () => {
  it('keeps a blob once, and gives up exactly the blobs of the epochs that are pruned', () => {
    const index = new RetentionIndex();
    const [old, other, later] = [blobOf(7n, 0n), blobOf(7n, 1n), blobOf(8n, 2n)] as const;
    for (const { message } of [old, other, later, old]) index.keep(message);
    expect(index.size).toBe(3);
    expect(index.prune(6n)).toEqual([]);
    expect(index.size).toBe(3);
    expect(index.prune(7n)).toEqual([old.headerRoot, other.headerRoot]);
    expect([index.size, index.prunedThrough]).toEqual([1, 7n]);
    expect(index.prune(3n)).toEqual([]); // a clock set back
    expect(index.prunedThrough).toBe(7n);
    expect(codeOf(() => index.keep(old.message))).toBe('epoch_pruned');
    expect(index.prune(8n)).toEqual([later.headerRoot]);
  });

  it('agrees with its store after a crash at any step of pruning', () => {
    const blobs = [blobOf(7n, 0n), blobOf(7n, 1n), blobOf(8n, 2n)];
    // The order of a node: the number, durably; then the blobs, one after the other.
    for (let deleted = 0; deleted <= 2; deleted++) {
      const stored = blobs.slice(deleted);
      const index = new RetentionIndex({ prunedThrough: 7n });
      const swept = stored.filter(
        ({ message }) => outcomeOf(() => index.keep(message)) === 'epoch_pruned',
      );
      expect(swept).toEqual(blobs.slice(deleted, 2));
      expect(index.size).toBe(1);
    }
  });

  it('refuses a bound that is none', () => {
    for (const maxBlobs of [0, -1, 1.5, Number.NaN]) {
      expect(() => new RetentionIndex({ maxBlobs })).toThrow(RangeError);
    }
  });
});

describe('an attester never signs two headers for one nonce', () => {
  const first = blobOf(7n, 0n);
  const second = blobOf(7n, 0n, 2);

  it('not when a flood of other nonces fills its table: it refuses the next, and forgets none', () => {
    const flood = [1n, 2n, 3n].map((nonce) => blobOf(7n, nonce));
    const attack = (retention: RetentionIndex) => {
      const sign = signer(retention);
      sign(first);
      const codes = flood.map((blob) => outcomeOf(() => sign(blob)));
      return [...codes, outcomeOf(() => signer(retention)(second))];
    };
    const bounded = new RetentionIndex({ maxBlobs: 2 });
    expect(attack(bounded)).toEqual(['signed', 'retention_full', 'retention_full', 'equivocation']);
    expect(outcomeOf(() => signer(bounded)(first))).toBe('signed'); // the same again is no new vow
    // The naive table, which drops its oldest entry for a new one, signs the second header.
    expect(attack(new ForgetfulIndex(2)).at(-1)).toBe('signed');
  });

  it('not when both were opened before either was signed', () => {
    const retention = new RetentionIndex();
    const attester = new Attester({ ...POLICY, kzg, bls, secretKey: secretKeyOf(1), retention });
    const other = new Attester({ ...POLICY, kzg, bls, secretKey: secretKeyOf(1), retention });
    const sessions = [attester.open(first.message), other.open(second.message)];
    [first, second].forEach((blob, i) => {
      for (const row of sessions[i]!.assignedRows) sessions[i]!.add(blob.rowMessage(row));
    });
    sessions[0]!.attest();
    try {
      sessions[1]!.attest();
      expect.unreachable();
    } catch (error) {
      expect((error as DaError).code).toBe('equivocation');
      const submitter = submitterAddress(SUBMITTER_KEY);
      const { evidence } = error as DaError;
      expect(isEquivocation(evidence!, { domain: DOMAIN, submitter })).toBe(true);
    }
  });

  it('not after a restart, if it keeps what it stored', () => {
    const restored = new RetentionIndex();
    restored.keep(first.message);
    expect(outcomeOf(() => signer(restored)(second))).toBe('equivocation');
    expect(outcomeOf(() => signer(new RetentionIndex())(second))).toBe('signed'); // or else
  });

  it('not after its epoch was pruned and the clock was set back', () => {
    const retention = new RetentionIndex();
    const sign = signer(retention); // its committeeOf still answers for the epoch
    sign(first);
    retention.prune(7n);
    expect(outcomeOf(() => sign(second))).toBe('epoch_pruned');
    const restarted = new RetentionIndex({ prunedThrough: retention.prunedThrough! });
    expect(outcomeOf(() => signer(restarted)(second))).toBe('epoch_pruned');
    expect(outcomeOf(() => signer(restarted)(blobOf(8n, 0n)))).toBe('signed');
  });

  it('not in a later epoch, as long as the first is kept', () => {
    const retention = new RetentionIndex();
    const sign = signer(retention);
    sign(first);
    expect(outcomeOf(() => sign(blobOf(8n, 0n)))).toBe('equivocation');
  });

  it('and none at all once the epoch has ended, though its rows were verified before', () => {
    let now: Committee | undefined = COMMITTEE;
    const options = { ...POLICY, committeeOf: () => now, kzg, bls, secretKey: secretKeyOf(1) };
    const session = new Attester(options).open(first.message);
    for (const row of session.assignedRows) session.add(first.rowMessage(row));
    now = undefined;
    expect(codeOf(() => session.attest())).toBe('epoch_unknown');
  });
});

/** 'signed', or the code of the refusal. */
function outcomeOf(act: () => unknown): string {
  try {
    act();
    return 'signed';
  } catch (error) {
    expect(error).toBeInstanceOf(DaError);
    return (error as DaError).code;
  }
}

/** The naive table: bounded by dropping the oldest vow. */
class ForgetfulIndex extends RetentionIndex {
  #index = new RetentionIndex();
  #order: SignedBlob[] = [];
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override check(blob: SignedBlob): void {
    this.#index.check(blob);
  }

  override keep(blob: SignedBlob): void {
    this.#index.keep(blob);
    this.#order = [...this.#order, blob].slice(-this.#most);
    this.#index = new RetentionIndex();
    for (const kept of this.#order) this.#index.keep(kept);
  }
}
