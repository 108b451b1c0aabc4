/**
 * A certificate of a committee of 200 validators in 1,024 seats of which 30 did not sign: what a chain
 * or client does for each blob, on our kernel and on native blst; and its length.
 */
import type { Bls } from '@barycenter/bls';
import { createNativeBls } from '@barycenter/bls/native';
import {
  attestationMessage,
  attestationTag,
  type Certificate,
  type Committee,
  EIP7594,
  encodeCertificate,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { counted } from '../src/counted.ts';
import { benchCommittee, benchSecrets } from '../src/da-committee.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';

const VALIDATORS = 200;
const ABSENT = 30;

interface Certified {
  readonly certificate: Certificate;
  readonly committee: Committee;
}

function certify(bls: Bls): Certified {
  const { committee } = benchCommittee(bls, EIP7594, VALIDATORS);
  const blob = { headerRoot: seededRandom(1).bytes(32), profile: EIP7594.id, byteLength: 1 << 20 };
  const message = attestationMessage(blob, committee);
  const secrets = benchSecrets(bls, VALIDATORS);
  const bitmap = new Uint8Array(Math.ceil(VALIDATORS / 8));
  const signatures = committee.members.slice(ABSENT).map(({ publicKey }, i) => {
    const validator = ABSENT + i;
    bitmap[validator >> 3]! |= 1 << (validator & 7);
    return bls.sign(secrets.get(publicKey.join())!, message, { dst: attestationTag() });
  });
  const signature = bls.aggregateSignatures(signatures);
  const certificate = { ...blob, epoch: committee.epoch, bitmap, signature };
  const verdict = verifyCertificate(certificate, { bls, committeeOf: () => committee });
  if (!verdict.ok) throw new Error(`the certificate is refused: ${verdict.code}`);
  return { certificate, committee };
}

/** Keys are known before: a committee's keys were checked when it was drawn. */
function verifying(bls: Bls, { certificate, committee }: Certified) {
  return { run: () => verifyCertificate(certificate, { bls, committeeOf: () => committee }) };
}

const ours: Contender<undefined> = async (_, bench) => {
  const bls = await bench.bls();
  return verifying(bls, certify(bls));
};

const native: Contender<undefined> = async (_, bench) => {
  const certified = certify(await bench.bls());
  const bls = await createNativeBls().catch(() => undefined);
  return bls && { ...verifying(bls, certified), version: 'blst' };
};

export const certificates: readonly Operation[] = [
  operation<undefined>({
    name: `da::verifyCertificate/validators=${VALIDATORS} absent=${ABSENT}`,
    table: 'da',
    must: [
      { rule: 'below', bound: 15 },
      { rule: 'below', bound: 3, peer: 'ours, native' },
    ],
    input: async () => undefined,
    contenders: { ours, 'ours, native': native },
  }),
  operation<undefined>({
    name: `da::certificateBytes/validators=${VALIDATORS} seats=${EIP7594.rowCount}`,
    table: 'da-figures',
    unit: 'bytes',
    must: [{ rule: 'atMost', bound: 200 }],
    minRounds: 1,
    input: async () => undefined,
    contenders: {
      ours: async (_, bench) => {
        const { certificate } = certify(await bench.bls());
        return counted(() => encodeCertificate(certificate).length);
      },
    },
  }),
];
