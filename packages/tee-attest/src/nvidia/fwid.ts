/**
 * The firmware identifier (FWID) in a leaf certificate: SHA-384 of the firmware for which the device
 * made the signing key, written by the boot ROM. TCG "DICE Attestation Architecture" 1.1: §6.1.1
 * (DiceTcbInfo, Blackwell); Hopper and its switches use the older compositeDeviceID, which holds the
 * device's own key beside the FWID (RIoT, "Device Identity with DICE and RIoT", appendix).
 */
import { equalBytes } from '../bytes.ts';
import type { Certificate } from '../certificate.ts';
import { type DerReader, enterOnly, readCount, readOid, TAG } from '../der.ts';
import { TeeError } from '../errors.ts';

const COMPOSITE_DEVICE_ID = '2.23.133.5.4.1';
const DICE_TCB_INFO = '2.23.133.5.4.1.1';
const SHA384 = '2.16.840.1.101.3.4.2.2';
const FWID_BYTES = 48;
/** Context tag of `fwids` in DiceTcbInfo. */
const FWIDS = 0xa6;

/** Extensions that {@link readFwid} judges. */
export const FWID_EXTENSIONS: readonly string[] = [COMPOSITE_DEVICE_ID, DICE_TCB_INFO];

/**
 * The FWID for which `issuer`, the device's key, issued `leaf`.
 * @throws TeeError `gpu_fwid_mismatch` if there is none or it names another device key,
 * `der_malformed`.
 */
export function readFwid(leaf: Certificate, issuer: Certificate): Uint8Array {
  const composite = leaf.extensions.get(COMPOSITE_DEVICE_ID);
  const tcbInfo = leaf.extensions.get(DICE_TCB_INFO);
  if (composite !== undefined && tcbInfo === undefined)
    return readComposite(composite.value, issuer);
  if (composite === undefined && tcbInfo !== undefined) return readTcbInfo(tcbInfo.value);
  throw mismatch('not one FWID extension');
}

/** `SEQUENCE { version 1, SubjectPublicKeyInfo of the device, FWID }`. */
function readComposite(value: Uint8Array, issuer: Certificate): Uint8Array {
  const fields = enterOnly(value, TAG.sequence);
  if (readCount(fields.next(TAG.integer)) !== 1) throw mismatch('version of the FWID extension');
  const device = fields.next(TAG.sequence).whole;
  const fwid = readFirmware(fields.enter(TAG.sequence));
  fields.end();
  if (!equalBytes(device, issuer.spki)) throw mismatch('FWID of another device key');
  return fwid;
}

/** The first of `fwids`; the fields before and after it are optional, and say nothing used here. */
function readTcbInfo(value: Uint8Array): Uint8Array {
  const fields = enterOnly(value, TAG.sequence);
  while (!fields.done && fields.tag !== FWIDS) fields.next();
  if (fields.done) throw mismatch('DiceTcbInfo without FWID');
  return readFirmware(fields.enter(FWIDS).enter(TAG.sequence));
}

function readFirmware(fields: DerReader): Uint8Array {
  const algorithm = readOid(fields.next(TAG.oid));
  const digest = fields.next(TAG.octetString).contents;
  fields.end();
  if (algorithm !== SHA384 || digest.length !== FWID_BYTES) throw mismatch('FWID not of SHA-384');
  return digest;
}

function mismatch(what: string): TeeError {
  return new TeeError('gpu_fwid_mismatch', what);
}
