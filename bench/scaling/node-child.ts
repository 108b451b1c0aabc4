/**
 * A DA node as a process: takes deliveries (header message, then its rows) on standard input, checks
 * them with `Attester`, answers each with its attestation and what it cost.
 */
import { createBls } from '@barycenter/bls';
import {
  Attester,
  type Committee,
  decodeHeaderMessage,
  decodeRowMessage,
  encodeAttestation,
} from '@barycenter/da-sampling';
import { createKzg } from '@barycenter/kzg';
import { readFrames } from './frames.ts';

/** What a node knows before the first blob. */
export interface NodeSetup {
  readonly secretKey: Uint8Array;
  readonly committee: Committee;
}

/** What a node answers to a delivery; times in processor milliseconds of the whole process. */
export interface NodeAnswer {
  readonly attestation: Uint8Array;
  readonly receivedBytes: number;
  readonly rows: number;
  readonly headerMs: number;
  readonly rowsMs: number;
  readonly signMs: number;
}

process.once('message', (setup: NodeSetup) => void serve(setup));

async function serve({ secretKey, committee }: NodeSetup): Promise<void> {
  const kzg = await createKzg();
  const bls = await createBls();
  const { domain } = committee;
  const frames = readFrames(process.stdin);
  const next = async (): Promise<Uint8Array> => {
    const { value, done } = await frames.next();
    if (done === true) process.exit(0);
    return value;
  };
  process.send?.('ready');
  for (;;) {
    const header = await next();
    const start = cpuMs();
    // A new attester every time: it would remember the header that it opened before.
    const attester = new Attester({ kzg, bls, domain, committeeOf: () => committee, secretKey });
    const session = attester.open(decodeHeaderMessage(header));
    const opened = cpuMs();
    let receivedBytes = 4 + header.length;
    for (const _ of session.assignedRows) {
      const row = await next();
      receivedBytes += 4 + row.length;
      session.add(decodeRowMessage(row, session.header.geometry));
    }
    const verified = cpuMs();
    const attestation = encodeAttestation(session.attest());
    const signed = cpuMs();
    const answer: NodeAnswer = {
      attestation,
      receivedBytes,
      rows: session.assignedRows.length,
      headerMs: opened - start,
      rowsMs: verified - opened,
      signMs: signed - verified,
    };
    process.send?.(answer);
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
