/**
 * The processors that make SEV-SNP reports, and the layout of their TCB versions (AMD document
 * 56860 revision 1.58, structure TCB_VERSION; document 57230, KDS). Bergamo and Siena have the certificates
 * of Genoa.
 */
import { TeeError } from '../errors.ts';

/** A line of processors with one root key. */
export type SnpProduct = 'Milan' | 'Genoa' | 'Turin';

export const SNP_PRODUCTS: readonly SnpProduct[] = ['Milan', 'Genoa', 'Turin'];

/** Family (base and extended together), model and stepping, as CPUID function 1 tells them. */
export interface SnpCpuid {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/** Security versions of a platform's firmware. */
export interface SnpTcb {
  /** Turin only. */
  readonly fmc: number | undefined;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** The product of a processor, or undefined for processors without SEV-SNP or of a later line. */
export function productOfCpuid({ family, model }: SnpCpuid): SnpProduct | undefined {
  if (family === 0x19 && model <= 0x0f) return 'Milan';
  if (family === 0x19 && ((model >= 0x10 && model <= 0x1f) || (model >= 0xa0 && model <= 0xaf))) {
    return 'Genoa';
  }
  if (family === 0x1a && model <= 0x11) return 'Turin';
  return undefined;
}

/**
 * Security versions from the 8 bytes of a TCB_VERSION.
 * @throws TeeError `snp_reserved` if a byte that the product's layout reserves is not zero.
 */
export function readTcb(bytes: Uint8Array, product: SnpProduct): SnpTcb {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0, microcode = 0] = bytes;
  const turin = product === 'Turin';
  const reserved = turin ? b4 | b5 | b6 : b2 | b3 | b4 | b5;
  if (reserved !== 0) {
    throw new TeeError(
      'snp_reserved',
      `a reserved byte of a TCB version of ${product} is not zero`,
    );
  }
  return turin
    ? { fmc: b0, bootloader: b1, tee: b2, snp: b3, microcode }
    : { fmc: undefined, bootloader: b0, tee: b1, snp: b6, microcode };
}

/** Short text for a report: `bootloader 4, tee 0, snp 23, microcode 213`. */
export function describeTcb({ fmc, bootloader, tee, snp, microcode }: SnpTcb): string {
  const rest = `bootloader ${bootloader}, tee ${tee}, snp ${snp}, microcode ${microcode}`;
  return fmc === undefined ? rest : `fmc ${fmc}, ${rest}`;
}
