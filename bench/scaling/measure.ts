/** Real networks of N node processes, and what a blob costs outside the nodes. */
import { type Bls, createBls } from '@barycenter/bls';
import {
  type Attestation,
  aggregate,
  attestationMessage,
  attestationTag,
  checkHeader,
  decodeAttestation,
  EIP7594,
  type EncodedBlob,
  encodeBlob,
  encodeHeaderMessage,
  encodeRowMessage,
  planDeliveries,
  sampleCommittee,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { createKzg, type Kzg } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { SUBMITTER_KEY } from '../src/da-committee.ts';
import { quantile } from '../src/statistics.ts';
import { frame } from './frames.ts';
import type { NodeAnswer } from './node-child.ts';
import { deliver, startNode } from './node-process.ts';

/** Rounds of every node before those that count: until 1,024 rows were checked, four at least. */
const WARMUP_ROWS = 1024;
const WARMUP_ROUNDS = 4;
const ROUNDS = 7;

/** One network, per node and blob: means over the nodes of each node's median. */
export interface Measured {
  readonly nodes: number;
  readonly rows: number;
  readonly bytes: number;
  readonly headerBytes: number;
  readonly headerMs: number;
  readonly rowsMs: number;
  readonly signMs: number;
  readonly cpuMs: number;
  readonly encodeMs: number;
}

type Kernels = { readonly kzg: Kzg; readonly bls: Bls };

/** The kernels of this process. */
export async function createKernels(): Promise<Kernels> {
  return { kzg: await createKzg(), bls: await createBls() };
}

/** Disperses one payload to `nodes` processes, round after round; nodes work one after another. */
export async function measureNetwork(
  nodes: number,
  options: Kernels & { readonly payloadBytes: number },
): Promise<Measured> {
  const { kzg, bls } = options;
  const { committee, secretKeys } = drawCommittee(nodes, bls);
  const payload = seededRandom(options.payloadBytes).bytes(options.payloadBytes);
  const start = cpuMs();
  const blob = encodeFor(payload, { kzg, committee });
  const encodeMs = cpuMs() - start;
  const header = frame(encodeHeaderMessage(blob.message));
  const children = await Promise.all(
    secretKeys.map((secretKey) => startNode({ secretKey, committee })),
  );
  const plan = planDeliveries(committee, blob);
  const medians: Omit<Measured, 'nodes' | 'rows' | 'headerBytes' | 'encodeMs'>[] = [];
  const attestations: Attestation[] = [];
  for (const [i, child] of children.entries()) {
    const rows = plan[i]!.rows.map((row) =>
      frame(encodeRowMessage(blob.rowMessage(row), blob.geometry)),
    );
    const messages = [header, ...rows];
    const warmup = Math.max(WARMUP_ROUNDS, Math.ceil(WARMUP_ROWS / rows.length));
    for (let round = 0; round < warmup; round++) await deliver(child, messages);
    const answers: NodeAnswer[] = [];
    for (let round = 0; round < ROUNDS; round++) answers.push(await deliver(child, messages));
    const median = (read: (answer: NodeAnswer) => number): number =>
      quantile(answers.map(read), 0.5);
    attestations.push(decodeAttestation(answers[0]!.attestation));
    medians.push({
      bytes: answers[0]!.receivedBytes,
      headerMs: median((answer) => answer.headerMs),
      rowsMs: median((answer) => answer.rowsMs),
      signMs: median((answer) => answer.signMs),
      cpuMs: median((answer) => answer.headerMs + answer.rowsMs + answer.signMs),
    });
    child.stdin!.end();
  }
  const opened = checkHeader(blob.message, {
    kzg,
    domain: committee.domain,
    committeeOf: () => committee,
  });
  const { certificate, signedSeats } = aggregate({ bls, committee, header: opened, attestations });
  if (certificate === undefined || signedSeats !== committee.seats) {
    throw new Error(`${nodes} nodes: ${signedSeats} of ${committee.seats} seats signed`);
  }
  const mean = (read: (one: (typeof medians)[number]) => number): number =>
    medians.reduce((sum, one) => sum + read(one), 0) / nodes;
  return {
    nodes,
    rows: committee.seats / nodes,
    bytes: mean(({ bytes }) => bytes),
    headerBytes: header.length,
    headerMs: mean(({ headerMs }) => headerMs),
    rowsMs: mean(({ rowsMs }) => rowsMs),
    signMs: mean(({ signMs }) => signMs),
    cpuMs: mean((one) => one.cpuMs),
    encodeMs,
  };
}

/** Aggregation per attestation and certificate check, with a committee of 1,024 members. */
export function measureCertificate({ kzg, bls }: Kernels): {
  readonly attestationMs: number;
  readonly certificateMs: number;
} {
  const { committee, secretKeys } = drawCommittee(EIP7594.rowCount, bls);
  const blob = encodeFor(new Uint8Array(1000).fill(1), { kzg, committee });
  const committeeOf = () => committee;
  const header = checkHeader(blob.message, { kzg, domain: committee.domain, committeeOf });
  const { profile, byteLength } = blob.header;
  const { headerRoot } = blob;
  const message = attestationMessage({ headerRoot, profile, byteLength }, committee);
  const attestations = secretKeys.map((secretKey, validator) => ({
    headerRoot,
    validator,
    signature: bls.sign(secretKey, message, { dst: attestationTag() }),
  }));
  const run = () => aggregate({ bls, committee, header, attestations }).certificate!;
  const certificate = run();
  const verify = () => {
    if (!verifyCertificate(certificate, { bls, committeeOf, header }).ok)
      throw new Error('refused');
  };
  return {
    attestationMs: medianMs(run, 3) / attestations.length,
    certificateMs: medianMs(verify, 15),
  };
}

/** Equal validators; `secretKeys` in committee order. */
function drawCommittee(count: number, bls: Bls) {
  const random = seededRandom(count);
  const domain = { chainId: 1n, registry: random.bytes(20), namespace: random.bytes(32) };
  const keys = new Map<string, Uint8Array>();
  const validators = Array.from({ length: count }, () => {
    const secretKey = bls.keyGen(random.bytes(32));
    const publicKey = bls.publicKey(secretKey);
    keys.set(publicKey.join(), secretKey);
    return { account: random.bytes(20), publicKey, stake: 32n };
  });
  const seed = random.bytes(32);
  const committee = sampleCommittee({ bls, domain, epoch: 1n, seed, validators, profile: EIP7594 });
  const secretKeys = committee.members.map(({ publicKey }) => keys.get(publicKey.join())!);
  return { committee, secretKeys };
}

function encodeFor(
  payload: Uint8Array,
  options: { readonly kzg: Kzg; readonly committee: ReturnType<typeof drawCommittee>['committee'] },
): EncodedBlob {
  const { domain } = options.committee;
  const signed = { domain, nonce: 0n, submitterKey: SUBMITTER_KEY };
  return encodeBlob(payload, { ...options, ...signed, profile: EIP7594 });
}

function medianMs(run: () => unknown, rounds: number): number {
  const samples = Array.from({ length: rounds }, () => {
    const start = cpuMs();
    run();
    return cpuMs() - start;
  });
  return quantile(samples, 0.5);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
