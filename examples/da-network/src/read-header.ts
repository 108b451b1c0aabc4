/**
 * What a reader checks before it looks at a row: the certificate on the chain against the committee,
 * and the header that a node gives against its own commitments.
 */
import {
  authenticateHeader,
  type CertificateVerdict,
  decodeCertificate,
  decodeHeaderMessage,
  type HeaderPolicy,
  type OpenedHeader,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { BlobRecord } from './chain.ts';
import { codeOf, NetworkError } from './errors.ts';
import { answeredBytes } from './received.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';
import { shuffle } from './shuffle.ts';

/** The chain's record of a blob, its certificate verified; throws `NetworkError`. */
export function checkCertificate(
  root: Uint8Array,
  { chain, bls }: Session,
): BlobRecord & { readonly verdict: Extract<CertificateVerdict, { ok: true }> } {
  const record = chain.blob(root);
  const verdict = judge();
  if (!verdict.ok) {
    throw new NetworkError(
      'certificate_refused',
      `the certificate of ${bytesToHex(root)} does not hold: ${verdict.code}`,
      { reason: verdict.code },
    );
  }
  return { ...record, verdict };

  function judge(): CertificateVerdict | { ok: false; code: string } {
    try {
      return verifyCertificate(decodeCertificate(record.certificate), {
        bls,
        committeeOf: chain.committeeOf(bls),
        profiles: [chain.state.profile],
        header: { headerRoot: root },
      });
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  }
}

/**
 * The checked header of a blob, from any DA node or storage node. An answer for another blob is
 * dismissed before any curve work. Throws `NetworkError` 'header_unavailable'.
 */
export async function fetchHeader(
  root: Uint8Array,
  session: Session,
): Promise<{ header: OpenedHeader; receivedBytes: number }> {
  const { cluster } = session;
  const sources = [
    ...shuffle(cluster.aliveNodes()).map((node) => () => cluster.askNode('header', { node, root })),
    ...shuffle(cluster.aliveStorage()).map(
      (node) => () => cluster.askStorage('archivedHeader', { node, root }),
    ),
  ];
  const refusals = new Set<string>();
  let receivedBytes = 0;
  for (const ask of sources) {
    try {
      const bytes = answeredBytes(await ask());
      receivedBytes += bytes.length;
      const header = authenticateHeader(decodeHeaderMessage(bytes), policyOf(session));
      if (bytesToHex(header.headerRoot) !== bytesToHex(root)) {
        refusals.add('other_header');
        continue;
      }
      session.progress.show('checking the header');
      const scheme = await schemeOf(session.chain.state.profile, session);
      const checked = scheme.openHeader(header);
      session.progress.show(undefined);
      return { header: checked, receivedBytes };
    } catch (error) {
      refusals.add(codeOf(error));
    }
  }
  throw new NetworkError(
    'header_unavailable',
    `no node gave the header of ${bytesToHex(root)} (${[...refusals].join(', ') || 'none runs'})`,
  );
}

function policyOf({ chain, bls }: Session): HeaderPolicy {
  const { domain, profile } = chain.state;
  return { domain, committeeOf: chain.committeeOf(bls), profiles: [profile] };
}
