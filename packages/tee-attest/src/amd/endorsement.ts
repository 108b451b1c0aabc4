/**
 * Certificates of the keys that sign reports (AMD document 57230, KDS): VCEK, of
 * one chip at one TCB, and VLEK, which a cloud provider loads. Their extensions, all below
 * 1.3.6.1.4.1.3704.1, say what the key was derived from.
 */
import { parseText } from '../bytes.ts';
import { type Certificate, commonName } from '../certificate.ts';
import { DerReader, readCount, TAG } from '../der.ts';
import { TeeError } from '../errors.ts';
import { SNP_PRODUCTS, type SnpProduct, type SnpTcb } from './product.ts';

/** What a VCEK or VLEK certificate says. */
export interface SnpEndorsement {
  readonly kind: 'vcek' | 'vlek';
  readonly product: SnpProduct;
  readonly tcb: SnpTcb;
  /** Of a VCEK: 64 bytes, on Turin 8. */
  readonly hwid: Uint8Array | undefined;
  /** Of a VLEK: the cloud provider. */
  readonly cspId: string | undefined;
}

const ARC = '1.3.6.1.4.1.3704.1';
const EXTENSION = {
  structVersion: `${ARC}.1`,
  productName: `${ARC}.2`,
  bootloader: `${ARC}.3.1`,
  tee: `${ARC}.3.2`,
  snp: `${ARC}.3.3`,
  reserved: [`${ARC}.3.4`, `${ARC}.3.5`, `${ARC}.3.6`, `${ARC}.3.7`],
  microcode: `${ARC}.3.8`,
  fmc: `${ARC}.3.9`,
  hwid: `${ARC}.4`,
  cspId: `${ARC}.5`,
} as const;

/** Common names, by which the two kinds are told apart. */
export const ENDORSEMENT_NAMES = { vcek: 'SEV-VCEK', vlek: 'SEV-VLEK' } as const;

/**
 * Reads what AMD certifies beside the key.
 * @throws TeeError `snp_endorsement_malformed` for other certificates.
 */
export function readEndorsement(certificate: Certificate): SnpEndorsement {
  try {
    return read(certificate);
  } catch (cause) {
    if (!(cause instanceof TeeError) || cause.code === 'snp_endorsement_malformed') throw cause;
    throw malformed(cause.message, cause);
  }
}

function read(certificate: Certificate): SnpEndorsement {
  const name = commonName(certificate);
  const kind = name === ENDORSEMENT_NAMES.vlek ? 'vlek' : 'vcek';
  if (name !== ENDORSEMENT_NAMES[kind]) throw malformed(`its name is ${name}`);
  const { publicKey, keyUsage, isAuthority } = certificate;
  if (publicKey.kind !== 'ec' || publicKey.curve !== 'P-384') throw malformed('no P-384 key');
  if (isAuthority || keyUsage?.has(0) === false) throw malformed('a key not for signing reports');
  const product = readProduct(certificate);
  const structVersion = readNumber(certificate, EXTENSION.structVersion);
  const turin = product === 'Turin';
  if (structVersion > 1 || (kind === 'vcek' && turin !== (structVersion === 1))) {
    throw malformed(`structure version ${structVersion} of ${product}`);
  }
  for (const oid of EXTENSION.reserved) {
    const given = certificate.extensions.has(oid);
    if (given && readNumber(certificate, oid) !== 0) throw malformed('a reserved TCB component');
  }
  const has = (oid: string) => certificate.extensions.has(oid);
  if (has(EXTENSION.fmc) !== turin) throw malformed(`FMC version of ${product}`);
  if (has(EXTENSION.hwid) !== (kind === 'vcek')) throw malformed('hardware id');
  if (has(EXTENSION.cspId) !== (kind === 'vlek')) throw malformed('cloud provider');
  return {
    kind,
    product,
    tcb: {
      fmc: turin ? readVersion(certificate, EXTENSION.fmc) : undefined,
      bootloader: readVersion(certificate, EXTENSION.bootloader),
      tee: readVersion(certificate, EXTENSION.tee),
      snp: readVersion(certificate, EXTENSION.snp),
      microcode: readVersion(certificate, EXTENSION.microcode),
    },
    hwid: kind === 'vcek' ? readHwid(certificate, turin ? 8 : 64) : undefined,
    cspId: kind === 'vlek' ? readString(certificate, EXTENSION.cspId) : undefined,
  };
}

/** `Milan-B0` of a VCEK, `Milan` of a VLEK or of Turin. */
function readProduct(certificate: Certificate): SnpProduct {
  const [name] = readString(certificate, EXTENSION.productName).split('-');
  const product = SNP_PRODUCTS.find((known) => known === name);
  if (product === undefined) throw malformed(`product ${name}`);
  return product;
}

/** The hardware id stands in its extension without a wrapping of its own. */
function readHwid(certificate: Certificate, size: number): Uint8Array {
  const hwid = extensionValue(certificate, EXTENSION.hwid);
  if (hwid.length !== size) throw malformed(`hardware id of ${hwid.length} bytes`);
  return hwid;
}

function readVersion(certificate: Certificate, oid: string): number {
  const version = readNumber(certificate, oid);
  if (version > 255) throw malformed(`TCB component ${version}`);
  return version;
}

function readNumber(certificate: Certificate, oid: string): number {
  const reader = new DerReader(extensionValue(certificate, oid));
  const number = readCount(reader.next(TAG.integer));
  reader.end();
  return number;
}

function readString(certificate: Certificate, oid: string): string {
  const reader = new DerReader(extensionValue(certificate, oid));
  const text = parseText(reader.next(TAG.ia5String).contents);
  reader.end();
  if (text === undefined || !/^[\x20-\x7e]{1,64}$/.test(text)) throw malformed('text');
  return text;
}

function extensionValue(certificate: Certificate, oid: string): Uint8Array {
  const extension = certificate.extensions.get(oid);
  if (extension === undefined) throw malformed(`extension ${oid} is missing`);
  return extension.value;
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('snp_endorsement_malformed', `not a VCEK or VLEK certificate: ${what}`, {
    cause,
  });
}
