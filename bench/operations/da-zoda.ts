/**
 * The hash-only scheme beside the KZG scheme at the same seats and rate: dispersal of a blob, and what
 * a node does with it (open the header, verify 64 rows, one thread). The first must be ten times
 * faster. Results differ by design, so contenders agree on geometry and on what was accepted.
 */
import {
  authenticateHeader,
  type CommitmentScheme,
  createZoda,
  EIP7594,
  type EncodedBlob,
  kzgScheme,
  MAX_BLOB_BYTES,
  type Profile,
  RowVerifier,
  sampleCommittee,
  ZODA,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { type Bench, type Contender, type Operation, operation } from '../src/operation.ts';

const COMMITTEE_SIZE = 16;
const CHECKED_ROWS = 64;

type SchemeName = 'kzg' | 'zoda';

const disperse =
  (name: SchemeName): Contender<Uint8Array> =>
  async (payload, bench) => {
    const { scheme, options } = await setScene(name, bench);
    return {
      run: () => scheme.encodeBlob(payload, options),
      read: (blob) => [(blob as EncodedBlob).geometry.k, (blob as EncodedBlob).header.byteLength],
    };
  };

const check =
  (name: SchemeName): Contender<Uint8Array> =>
  async (payload, bench) => {
    const { scheme, options, policy } = await setScene(name, bench);
    const blob = scheme.encodeBlob(payload, options);
    const rows = Array.from({ length: CHECKED_ROWS }, (_, i) => blob.rowMessage(16 * i));
    return {
      run: () => {
        const header = scheme.openHeader(authenticateHeader(blob.message, policy));
        const verifier = new RowVerifier({ scheme, header });
        return rows.map((row) => verifier.add(row).index);
      },
    };
  };

async function setScene(name: SchemeName, bench: Bench) {
  const scheme: CommitmentScheme = name === 'zoda' ? createZoda() : kzgScheme(await bench.kzg());
  const profile: Profile = name === 'zoda' ? ZODA : EIP7594;
  const bls = await bench.bls();
  const random = seededRandom(COMMITTEE_SIZE);
  const domain = { chainId: 1n, registry: random.bytes(20), namespace: random.bytes(32) };
  const validators = Array.from({ length: COMMITTEE_SIZE }, () => ({
    account: random.bytes(20),
    publicKey: bls.publicKey(bls.keyGen(random.bytes(32))),
    stake: 32n,
  }));
  const seed = random.bytes(32);
  const committee = sampleCommittee({ bls, domain, epoch: 1n, seed, validators, profile });
  const submitterKey = new Uint8Array(32).fill(7);
  const options = { profile, domain, committee, nonce: 1n, submitterKey };
  return { scheme, options, policy: { domain, committeeOf: () => committee, profiles: [profile] } };
}

function pair(bytes: number, when: { readonly slow: true } | { readonly quickOnly: true }) {
  const common = {
    ...when,
    table: 'dispersal' as const,
    bytes,
    minRounds: 3,
    input: async () => seededRandom(bytes).bytes(bytes),
  };
  return [
    operation<Uint8Array>({
      ...common,
      name: `da::encodeBlob/scheme=zoda bytes=${bytes}`,
      must: [{ rule: 'faster', peer: 'kzg scheme', bound: 10 }],
      contenders: { ours: disperse('zoda'), 'kzg scheme': disperse('kzg') },
    }),
    operation<Uint8Array>({
      ...common,
      name: `da::nodeCheck/scheme=zoda rows=${CHECKED_ROWS} bytes=${bytes}`,
      must: [],
      contenders: { ours: check('zoda'), 'kzg scheme': check('kzg') },
    }),
  ];
}

export const zodaScheme: readonly Operation[] = [
  ...pair(2 ** 20, { quickOnly: true }),
  ...pair(MAX_BLOB_BYTES, { slow: true }),
];
