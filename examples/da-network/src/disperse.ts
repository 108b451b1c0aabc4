/**
 * The disperser and the aggregator: a payload becomes coded rows, every node gets its own and signs,
 * the signatures become a certificate, the certificate goes on the chain, and only then is the
 * payload archived.
 */
import {
  type AggregateResult,
  type Attestation,
  aggregate,
  assignRows,
  authenticateHeader,
  type Certificate,
  type EncodedBlob,
  encodeAttestation,
  encodeCertificate,
  encodeHeaderMessage,
  encodeRowMessage,
  type OpenedHeader,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DATA_SHARDS, encodeShard, shardPayload } from './archive.ts';
import { signArchive } from './archive-signature.ts';
import { mapBounded } from './bounded.ts';
import { codeOf, NetworkError } from './errors.ts';
import { readKey, submitterFile } from './folders.ts';
import { answeredAttestation } from './received.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';

/** What went out to the nodes and what came back. */
export interface Dispersal {
  readonly blob: EncodedBlob;
  readonly attestations: readonly Attestation[];
  /** Nodes that did not sign, and why. */
  readonly refused: readonly { readonly node: number; readonly code: string }[];
  /** Bytes sent to the nodes: header messages, row messages (or payloads). */
  readonly sentBytes: number;
  /** Bytes of attestations received. */
  readonly receivedBytes: number;
}

/** A certified blob. */
export interface Certified {
  readonly header: OpenedHeader;
  readonly certificate: Certificate;
  readonly signedSeats: number;
  readonly neededSeats: number;
  readonly failureBits: number;
  readonly certificateBytes: number;
}

/** Encodes, commits and signs a payload under the submitter's next nonce. */
export async function encodePayload(payload: Uint8Array, session: Session): Promise<EncodedBlob> {
  const { chain, bls, folder } = session;
  const { profile } = chain.state;
  const scheme = await schemeOf(profile, session);
  const submitterKey = readKey(submitterFile(folder));
  try {
    return scheme.encodeBlob(payload, {
      profile,
      domain: chain.state.domain,
      committee: chain.committee(bls),
      nonce: chain.takeNonce(),
      submitterKey,
    });
  } finally {
    submitterKey.fill(0);
  }
}

/**
 * Sends every node its rows and collects the signatures. A node with k seats or more is sent the
 * payload instead, which is shorter (da-review.md §4). Nodes that fail are reported, not fatal.
 */
export async function disperse(
  { blob, payload }: { blob: EncodedBlob; payload: Uint8Array },
  session: Session,
): Promise<Dispersal> {
  const { chain, cluster, bls, progress, workers } = session;
  const committee = chain.committee(bls);
  const assigned = assignRows(committee, blob.headerRoot);
  const header = encodeHeaderMessage(blob.message);
  const attestations: Attestation[] = [];
  const refused: { node: number; code: string }[] = [];
  let sentBytes = 0;
  let receivedBytes = 0;
  let done = 0;
  const send = async (member: number): Promise<void> => {
    const node = nodeOf(session, member);
    const rows = assigned[member]!;
    const body =
      rows.length >= blob.geometry.k
        ? { payload }
        : { rows: rows.map((row) => encodeRowMessage(blob.rowMessage(row), blob.geometry)) };
    const parts = body.payload === undefined ? body.rows : [body.payload];
    sentBytes += header.length + parts.reduce((sum, part) => sum + part.length, 0);
    try {
      const answer = await cluster.askNode('disperse', { node, header, ...body });
      const attestation = answeredAttestation(answer);
      receivedBytes += encodeAttestation(attestation).length;
      attestations.push(attestation);
    } catch (error) {
      refused.push({ node, code: codeOf(error) });
    }
    progress.show(`dispersing: ${++done} of ${committee.members.length} nodes answered`);
  };
  // Two per worker: while one is being checked, the next is already packed.
  await mapBounded(
    committee.members.map((_, member) => member),
    { limit: 2 * workers, task: send },
  );
  progress.show(undefined);
  return { blob, attestations, refused, sentBytes, receivedBytes };
}

/** The aggregator: checks the header itself, then aggregates. */
export async function aggregateDispersal(
  dispersal: Dispersal,
  session: Session,
): Promise<AggregateResult & { readonly header: OpenedHeader }> {
  const { chain, bls } = session;
  const { domain, profile } = chain.state;
  const policy = { domain, committeeOf: chain.committeeOf(bls), profiles: [profile] };
  const scheme = await schemeOf(profile, session);
  const header = scheme.openHeader(authenticateHeader(dispersal.blob.message, policy));
  const committee = chain.committee(bls);
  const { attestations } = dispersal;
  return { header, ...aggregate({ bls, committee, header, attestations }) };
}

/**
 * Aggregates and puts the certificate on the chain; throws `NetworkError` 'not_certified' if too few
 * seats signed.
 */
export async function certify(dispersal: Dispersal, session: Session): Promise<Certified> {
  const result = await aggregateDispersal(dispersal, session);
  const { certificate, header, signedSeats, neededSeats } = result;
  if (certificate === undefined) {
    throw new NetworkError(
      'not_certified',
      `${signedSeats} of ${neededSeats} needed seats signed${whoRefused(dispersal, result)}`,
    );
  }
  const verdict = verifyCertificate(certificate, {
    bls: session.bls,
    committeeOf: session.chain.committeeOf(session.bls),
    profiles: [session.chain.state.profile],
    header,
  });
  if (!verdict.ok) {
    throw new NetworkError('certificate_refused', 'our own certificate does not hold', {
      reason: verdict.code,
    });
  }
  const encoded = encodeCertificate(certificate);
  session.chain.recordBlob(header.headerRoot, { certificate: encoded, archive: undefined });
  return {
    header,
    certificate,
    signedSeats,
    neededSeats,
    failureBits: verdict.failureBits,
    certificateBytes: encoded.length,
  };
}

/** What archiving came to. */
export interface Archived {
  readonly stored: number;
  /** Bytes sent to the storage nodes. */
  readonly sentBytes: number;
}

/**
 * Archives a certified payload and records the archive's root. Throws `NetworkError`
 * 'archive_incomplete' if fewer than 10 storage nodes took their shard; the blob stays certified.
 */
export async function archivePayload(
  { payload, certified }: { payload: Uint8Array; certified: Certified },
  session: Session,
): Promise<Archived> {
  const { cluster, chain, workers } = session;
  const { record, shards } = await shardPayload(payload);
  const header = encodeHeaderMessage(certified.header.message);
  const certificate = encodeCertificate(certified.certificate);
  const { headerRoot } = certified.header;
  const archiveRoot = record.root;
  const archiveSignature = signAs(session, { headerRoot, archiveRoot });
  let sentBytes = 0;
  const failures: string[] = [];
  await mapBounded(shards, {
    limit: 2 * workers,
    task: async (parts, node) => {
      const shard = encodeShard(parts);
      const message = { header, certificate, archiveRoot, archiveSignature, shard };
      sentBytes += Object.values(message).reduce((sum, part) => sum + part.length, 0);
      try {
        await cluster.askStorage('archive', { node, ...message });
      } catch (error) {
        failures.push(`${node}: ${codeOf(error)}`);
      }
    },
  });
  const stored = shards.length - failures.length;
  if (stored < DATA_SHARDS) {
    throw new NetworkError(
      'archive_incomplete',
      `blob ${bytesToHex(headerRoot)} is certified, but only ${stored} storage nodes took a shard (${failures.join(', ')})`,
    );
  }
  chain.recordBlob(headerRoot, { certificate, archive: record });
  return { stored, sentBytes };
}

/** The submitter's signature over an archive of this network. */
function signAs(
  { folder, chain }: Session,
  claim: { readonly headerRoot: Uint8Array; readonly archiveRoot: Uint8Array },
): Uint8Array {
  const submitterKey = readKey(submitterFile(folder));
  try {
    return signArchive({ domain: chain.state.domain, ...claim }, submitterKey);
  } finally {
    submitterKey.fill(0);
  }
}

/** The DA node that runs a committee member. */
export function nodeOf({ chain, bls }: Session, member: number): number {
  const account = bytesToHex(chain.committee(bls).members[member]!.account);
  return chain.state.validators.findIndex((validator) => bytesToHex(validator.account) === account);
}

function whoRefused({ refused }: Dispersal, { rejected }: AggregateResult): string {
  const parts = [
    ...refused.map(({ node, code }) => `node ${node}: ${code}`),
    ...rejected.map(({ validator, code }) => `member ${validator}: ${code}`),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
