/**
 * The client of the contracts against a node that lies or fails. What a contract answers is tested on
 * a chain: testing/conformance/test/da-*.test.ts.
 */
import { describe, expect, it } from 'vitest';
import {
  type ChainReader,
  certificateCall,
  deployment,
  judgeCertificate,
  readCommittee,
} from '../src/contract-client.ts';
import { packKey } from '../src/evm-points.ts';
import { bls, COMMITTEE, codeOf, DOMAIN, flipped, TOY, VALIDATORS } from './fixture.ts';

const address = toHex(DOMAIN.registry);
const certificate = {
  headerRoot: new Uint8Array(32),
  epoch: 7n,
  profile: TOY.id,
  byteLength: 5,
  bitmap: Uint8Array.of(63),
  signature: bls.sign(new Uint8Array(32).fill(1), new Uint8Array(1)),
};

/** A node that answers `readContract` from a table and knows the chain. */
function node(answers: Record<string, unknown>, chainId = Number(DOMAIN.chainId)): ChainReader {
  return {
    getChainId: async () => chainId,
    readContract: async ({ functionName }: { functionName: string }) => answers[functionName],
  } as unknown as ChainReader;
}

const SNAPSHOT = [...VALIDATORS].sort((a, b) => a.account[0]! - b.account[0]!);
const ANSWERS = {
  NAMESPACE: toHex(DOMAIN.namespace),
  snapshotOf: [
    SNAPSHOT.map(
      ({ account, stake }) => `${toHex(account)}${stake.toString(16).padStart(24, '0')}`,
    ),
    `0x${SNAPSHOT.map(({ publicKey }) => toHex(packKey(publicKey)).slice(2)).join('')}`,
  ],
  committeeOf: [toHex(COMMITTEE.root), toHex(COMMITTEE.seed), 6n],
};

describe('readCommittee', () => {
  const read = (client: ChainReader) =>
    readCommittee(client, { address, epoch: 7n, bls, profile: TOY });

  it('draws the committee of the snapshot and compares its root', async () => {
    expect(await read(node(ANSWERS))).toEqual(COMMITTEE);
  });

  it('refuses a node that bends the snapshot, the seed, the root, the namespace or the chain', async () => {
    const [words, keys] = ANSWERS.snapshotOf as [string[], string];
    const [root, seed] = ANSWERS.committeeOf;
    const bent = [
      node({
        ...ANSWERS,
        snapshotOf: [[...words.slice(0, 5), `${words[5]!.slice(0, -1)}1`], keys],
      }),
      node({ ...ANSWERS, snapshotOf: [words.slice(1), keys] }),
      node({ ...ANSWERS, committeeOf: [root, toHex(flipped(COMMITTEE.seed))] }),
      node({ ...ANSWERS, committeeOf: [toHex(flipped(COMMITTEE.root)), seed] }),
      node({ ...ANSWERS, NAMESPACE: toHex(flipped(DOMAIN.namespace)) }),
      node(ANSWERS, 1),
    ];
    for (const client of bent) {
      await expect(read(client)).rejects.toMatchObject({ code: 'committee_mismatch' });
    }
  });
});

describe('judgeCertificate', () => {
  it('rethrows what is no verdict and answers a verdict for what is no point', async () => {
    const failing = (error: Error) =>
      ({
        readContract: async () => {
          throw error;
        },
      }) as unknown as ChainReader;
    const judge = (client: ChainReader, change = {}) =>
      judgeCertificate(client, {
        address,
        certificate: { ...certificate, ...change },
        profile: TOY,
      });
    await expect(judge(failing(new Error('no connection')))).rejects.toThrow('no connection');
    const unknown = Object.assign(new Error('reverted'), { data: { errorName: 'BlobDamaged' } });
    await expect(judge(failing(unknown))).rejects.toThrow('reverted');
    const known = Object.assign(new Error('reverted'), { data: { errorName: 'NotFormed' } });
    const wrapped = new Error('call failed', { cause: known });
    expect(await judge(failing(wrapped))).toEqual({ ok: false, code: 'epoch_unknown' });
    const signature = new Uint8Array(96);
    expect(await judge(node({}), { signature })).toEqual({ ok: false, code: 'signature_invalid' });
  });
});

describe('certificateCall and deployment', () => {
  it('refuse a signature that is no point, and pin the profile', () => {
    const signature = new Uint8Array(96);
    expect(codeOf(() => certificateCall(address, { ...certificate, signature }))).toBe(
      'signature_invalid',
    );
    const { args } = deployment({
      namespace: DOMAIN.namespace,
      profile: TOY,
      epochSeconds: 28_800n,
      graceSeconds: 600n,
      retentionSeconds: 86_400n,
      seedDelayBlocks: 96n,
      minStakeWei: 1n,
    });
    expect(args[0].profile).toEqual({
      id: TOY.id,
      rowCount: 16,
      thresholdRows: 12,
      steps: TOY.dataRowSteps,
    });
  });
});

function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
