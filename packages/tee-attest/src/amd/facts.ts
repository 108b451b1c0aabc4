/** What a verified SEV-SNP report says: facts that hold whatever the policy is. */
import type { SnpProduct, SnpTcb } from './product.ts';
import type { SnpReport } from './report.ts';

/** Facts of one report. */
export interface SnpFacts {
  readonly kind: 'snp';
  readonly product: SnpProduct;
  readonly report: SnpReport;
  /** 64 bytes. */
  readonly reportData: Uint8Array;
  /** Which key signed: of the chip, or of the cloud provider's loaded endorsement. */
  readonly signedBy: 'vcek' | 'vlek';
  /**
   * 64 bytes (8 used by Turin, then zeros). Under a VCEK the chip of its certificate, even where the
   * report masks it; under a VLEK what the report says, undefined if that is zero.
   */
  readonly chipId: Uint8Array | undefined;
  /** Cloud service provider of a VLEK. */
  readonly cspId: string | undefined;
  /** The four TCB versions; the endorsement is for `reported`. */
  readonly tcb: {
    readonly current: SnpTcb;
    readonly reported: SnpTcb;
    readonly committed: SnpTcb;
    readonly launch: SnpTcb;
  };
  /** Whether AMD's revocation list was looked at. */
  readonly revocation: 'checked' | 'unchecked';
  /** Earliest end of validity among certificates and list. */
  readonly expiresAt: Date;
  /** CRL number in hexadecimal, if a list was checked that has one. */
  readonly crlNumber: string | undefined;
}
