/**
 * Identity of a quoting enclave (PCS API version 4, "Enclave Identity V2"): who signed it, which
 * attributes it must have, and what each of its versions is worth.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import type { Checks } from '../checks.ts';
import type { CollateralFacts } from './facts.ts';
import type { SgxReport } from './report.ts';
import { readStatement } from './statement.ts';
import { readSvnLevels, type SvnLevel } from './tcb-info.ts';

/** A parsed identity. */
export interface QeIdentity extends CollateralFacts {
  readonly id: 'QE' | 'TD_QE';
  /** 4 bytes each. */
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  /** 16 bytes each. */
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  /** 32 bytes. */
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  /** From the highest version to the lowest. */
  readonly levels: readonly SvnLevel[];
}

const VERSIONS = { QE: [2], TD_QE: [2, 3] } as const;

/**
 * Parses the text of an `enclaveIdentity` object. Its signature is not looked at.
 * @throws TeeError `qe_identity_malformed`.
 */
export function parseQeIdentity(text: string): QeIdentity {
  const reader = readStatement(text, 'qe_identity_malformed');
  return {
    ...reader.heading(VERSIONS),
    miscSelect: reader.bytes('miscselect', 4),
    miscSelectMask: reader.bytes('miscselectMask', 4),
    attributes: reader.bytes('attributes', 16),
    attributesMask: reader.bytes('attributesMask', 16),
    mrSigner: reader.bytes('mrsigner', 32),
    isvProdId: reader.integer('isvprodid', 65_535),
    levels: readSvnLevels(reader),
  };
}

/** Demands that the enclave in a quote is the one that the identity describes, and not in debug mode. */
export function checkQuotingEnclave(report: SgxReport, identity: QeIdentity, checks: Checks): void {
  const demand = (id: string, expected: Uint8Array, actual: Uint8Array) => {
    checks.must(equalBytes(expected, actual), `intel.qe.${id}`, 'qe_identity_mismatch', {
      expected: bytesToHex(expected),
      actual: bytesToHex(actual),
    });
  };
  demand('mrSigner', identity.mrSigner, report.mrSigner);
  checks.must(
    report.isvProdId === identity.isvProdId,
    'intel.qe.isvProdId',
    'qe_identity_mismatch',
    { expected: String(identity.isvProdId), actual: String(report.isvProdId) },
  );
  const { miscSelectMask, attributesMask } = identity;
  demand('miscSelect', identity.miscSelect, masked(report.miscSelect, miscSelectMask));
  demand('attributes', identity.attributes, masked(report.attributeBytes, attributesMask));
  checks.must(!report.attributes.debug, 'intel.qe.debug', 'qe_identity_mismatch');
}

/** Bitwise and of byte strings of one length. */
export function masked(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => byte & (mask[i] as number));
}
