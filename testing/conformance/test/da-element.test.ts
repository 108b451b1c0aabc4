/**
 * contracts/Elements.sol on anvil: payload bytes of a certified blob, proven by the point-evaluation
 * precompile, and no other bytes. The blob, its header and its certificate are real.
 */
import {
  type CheckedHeader,
  checkHeader,
  encodeBlob,
  RowVerifier,
  type VerifiedRow,
} from '@barycenter/da-sampling';
import {
  certificateCall,
  type ElementProof,
  elementCall,
  proveElement,
  readCommittee,
} from '@barycenter/da-sampling/viem';
import { createKzg, type Kzg } from '@barycenter/kzg';
import { toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/random.ts';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import {
  bls,
  type Chain,
  certify,
  DaDeployment,
  members,
  refusalOf,
  SMALL_PROFILE,
  startChain,
} from '../src/da-deployment.ts';

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

const SIX = members(6);
const SEED = 4844;

describe.runIf(binary !== undefined)(`an element on chain (seed ${SEED})`, () => {
  /** Four rows of 9 elements, the last of them with 5 bytes of payload. */
  const payload = seededRandom(SEED).bytes(31 * 33 + 5);
  let anvil: Anvil;
  let chain: Chain;
  let da: DaDeployment;
  let kzg: Kzg;
  let header: CheckedHeader;
  let rows: VerifiedRow[];
  beforeAll(async () => {
    ({ chain, anvil } = await startChain(binary!, 'osaka'));
    da = await DaDeployment.create(chain);
    await da.registerAll(SIX, () => 5000n);
    const epoch = await da.nextEpoch();
    const { address, domain } = da;
    const profile = SMALL_PROFILE;
    const committee = await readCommittee(chain, { address, epoch, bls, profile });
    kzg = await createKzg();
    const submitterKey = new Uint8Array(32).fill(0x33);
    const blob = encodeBlob(payload, { kzg, profile, domain, committee, nonce: 0n, submitterKey });
    const policy = { domain, committeeOf: () => committee, profiles: [profile] };
    header = checkHeader(blob.message, { ...policy, kzg });
    const verifier = new RowVerifier({ kzg, header });
    rows = [0, 1, 2, 3, 4].map((index) => verifier.add(blob.rowMessage(index)));
  });
  afterAll(() => anvil?.stop());

  const prove = (index: number): ElementProof =>
    proveElement(index, { kzg, header, row: rows[Math.floor(index / header.geometry.c)]! });
  const verify = (index: number, proof: ElementProof): Promise<unknown> =>
    chain.readContract(elementCall(da.address, { index, proof }));

  test('of a blob without a certificate is refused', async () => {
    expect(await refusalOf(verify(0, prove(0)))).toBe('NotCertified');
    const blob = {
      headerRoot: header.headerRoot,
      profile: SMALL_PROFILE.id,
      byteLength: payload.length,
    };
    const { address } = da;
    const committee = await readCommittee(chain, {
      address,
      epoch: header.header.epoch,
      bls,
      profile: SMALL_PROFILE,
    });
    const certificate = certify(committee, { members: SIX, blob });
    await da.send(SIX[0]!.account, certificateCall(address, certificate));
  });

  test('of every row and column is the payload’s bytes, zero past its end', async () => {
    expect(header.geometry).toEqual({ k: 4, n: 16, c: 9 });
    for (const index of [0, 1, 8, 9, 17, 18, 31, 32, 33]) {
      const proof = prove(index);
      const expected = new Uint8Array(31);
      expected.set(payload.subarray(31 * index, 31 * index + 31));
      expect(proof.data).toEqual(expected);
      expect(await verify(index, proof)).toBe(toHex(header.headerRoot));
    }
  });

  test('with other bytes, another place, commitment, branch, header or proof is refused', async () => {
    const proof = prove(10);
    const flip = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
      Uint8Array.from(bytes, (byte, i) => (i === 20 ? byte ^ 1 : byte));
    const other = prove(11);
    const first = prove(1);
    const cases: [string, number, Partial<ElementProof>][] = [
      ['ProofInvalid', 10, { data: flip(proof.data) }],
      ['ProofInvalid', 11, {}],
      ['ProofInvalid', 10, { data: other.data }],
      ['ProofInvalid', 10, { proof: other.proof }],
      ['ProofInvalid', 10, { proof: flip(proof.proof) }],
      ['CommitmentsMismatch', 1, {}],
      ['CommitmentsMismatch', 10, { commitment: first.commitment }],
      ['CommitmentsMismatch', 10, { branch: first.branch }],
      ['CommitmentsMismatch', 10, { branch: proof.branch.slice(1) }],
      ['CommitmentsMismatch', 10, { branch: [...proof.branch, proof.branch[0]!] }],
      ['NotCertified', 10, { header: flip(proof.header) }],
      ['BadForm', 10, { header: proof.header.slice(1) }],
      ['BadForm', 10, { commitment: proof.commitment.slice(1) }],
      ['BadForm', 10, { proof: new Uint8Array(0) }],
      ['ElementIndex', 34, {}],
    ];
    for (const [name, index, change] of cases) {
      const act = verify(index, { ...proof, ...change } as ElementProof);
      expect(await refusalOf(act), `${name} ${index} ${Object.keys(change)}`).toBe(name);
    }
    const { gasUsed } = await da.send(
      SIX[0]!.account,
      elementCall(da.address, { index: 10, proof }),
    );
    console.log({ 'verifyElement, k = 4': gasUsed });
  });

  test('is proven from its own verified row only', () => {
    const row = rows[1]!;
    expect(() => proveElement(0, { kzg, header, row })).toThrow(RangeError);
    expect(() => proveElement(34, { kzg, header, row: rows[3]! })).toThrow(RangeError);
    expect(() => proveElement(-1, { kzg, header, row })).toThrow(RangeError);
    const look = { ...row } as VerifiedRow;
    expect(() => proveElement(9, { kzg, header, row: look })).toThrow(RangeError);
  });
});
