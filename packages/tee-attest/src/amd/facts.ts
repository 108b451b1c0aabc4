/** What a verified SEV-SNP report says: facts that hold whatever the policy is. */
import type { SnpReport } from './report.ts';

/** Facts of one report. */
export interface SnpFacts {
  readonly kind: 'snp';
  readonly product: 'Milan' | 'Genoa' | 'Turin';
  readonly report: SnpReport;
  /** 64 bytes. */
  readonly reportData: Uint8Array;
  /** Which key signed: of the chip, or of the cloud provider's loaded endorsement. */
  readonly signedBy: 'vcek' | 'vlek';
  /** 64 bytes (8 used by Turin), or undefined where the host masks it (VLEK or maskChipKey). */
  readonly chipId: Uint8Array | undefined;
  /** Cloud service provider of a VLEK. */
  readonly cspId: string | undefined;
  /** Earliest end of validity among certificates and list. */
  readonly expiresAt: Date;
  /** CRL number in hexadecimal. */
  readonly crlNumber: string | undefined;
}
