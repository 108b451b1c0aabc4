/**
 * Readers and signatures of `@barycenter/tee-attest` against OpenSSL (through node:crypto), pkijs, cbor-x,
 * noble, and readings of our own by other means. Ours is the strictest of all: where it refuses, the
 * others may accept; what it accepts, all must read the same.
 */
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import type { Random } from '@barycenter/testing';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { fromBER } from 'asn1js';
import { Decoder } from 'cbor-x';
import { CertificateRevocationList } from 'pkijs';
import { parseSnpReport } from '../../packages/tee-attest/src/amd/report.ts';
import { findWrongDigests } from '../../packages/tee-attest/src/attested-key/ecdsa.ts';
import { decodeCbor } from '../../packages/tee-attest/src/cbor/decode.ts';
import { type CborValue, encodeCbor } from '../../packages/tee-attest/src/cbor/encode.ts';
import {
  type Certificate,
  OID,
  parseCertificate,
} from '../../packages/tee-attest/src/certificate.ts';
import { parseCrl } from '../../packages/tee-attest/src/crl.ts';
import { parseQuote } from '../../packages/tee-attest/src/intel/quote.ts';
import { parseGpuReport } from '../../packages/tee-attest/src/nvidia/report.ts';
import { readPem } from '../../packages/tee-attest/src/pem.ts';
import { verifyRsa } from '../../packages/tee-attest/src/rsa.ts';
import { canonicalize } from '../../packages/tee-attest/src/xml/canonical.ts';
import { parseXml } from '../../packages/tee-attest/src/xml/read.ts';
import { canonicalForm, lay, randomModel } from '../../packages/tee-attest/test/xml-document.ts';
import { type Generated, type Rival, type Target, target } from './target.ts';
import {
  type Bytes,
  cborBytes,
  certificate,
  damaged,
  gpuReport,
  pemText,
  quote,
  revocationList,
  rsaPublicKey,
  rsaSigned,
  signedDigests,
  snpReport,
} from './tee-cases.ts';
import { gpuAtOffsets, quoteAtOffsets, snpAtOffsets } from './tee-readers.ts';

const KEY_CERT_SIGN = 5;

/** All targets of this package. */
export function teeTargets(): Target[] {
  return [...encodings(), ...evidence(), ...signatures()];
}

function encodings(): Target[] {
  return [
    bytesTarget('tee::parseCertificate', certificate, {
      ours: (bytes) => {
        const found = parseCertificate(bytes);
        const { serial, notBefore, notAfter, isAuthority, keyUsage } = found;
        const authority = isAuthority && (keyUsage?.has(KEY_CERT_SIGN) ?? true);
        return [digits(serial), notBefore, notAfter, authority && isJudged(found)];
      },
      openssl: (bytes) => {
        const found = parseCertificate(bytes);
        const mended = withSoundNames(bytes, [found.issuer, found.subject]);
        const { serialNumber, validFrom, validTo, ca } = new X509Certificate(mended);
        const serial = Buffer.from(serialNumber, 'hex');
        return [digits(serial), Date.parse(validFrom), Date.parse(validTo), ca && isJudged(found)];
      },
    }),
    bytesTarget('tee::parseCrl', revocationList, {
      ours: (bytes) => {
        const { thisUpdate, nextUpdate, revoked } = parseCrl(bytes);
        const serials = [...revoked].map((serial) => serial.replace(/^0+/, ''));
        return [thisUpdate, nextUpdate, serials.sort()];
      },
      pkijs: (bytes) => {
        const mended = withSoundNames(bytes, [parseCrl(bytes).issuer]);
        const list = new CertificateRevocationList({ schema: fromBER(mended).result });
        const entries = list.revokedCertificates ?? [];
        const serials = entries.map(({ userCertificate }) =>
          digits(userCertificate.valueBlock.valueHexView),
        );
        const { thisUpdate, nextUpdate } = list;
        const times = [thisUpdate.value.getTime(), nextUpdate?.value.getTime()];
        return [...times, [...new Set(serials)].sort()];
      },
    }),
    target<[text: string]>({
      name: 'tee::readPem',
      kind: 'point',
      generate: (random) => {
        const { what, bytes } = damaged(random, Buffer.from(pemText(random), 'latin1'));
        return { what, arguments: [Buffer.from(bytes).toString('latin1')] };
      },
      ours: (_, [text]) => readPem(text),
      rivals: {
        naive: stricter(([text]) => {
          const blocks = text.matchAll(
            /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g,
          );
          return [...blocks].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
        }),
      },
    }),
    bytesTarget('tee::decodeCbor', cborBytes, {
      ours: (bytes) => encodeCbor(untagged(decodeCbor(bytes))),
      'cbor-x': (bytes) => encodeCbor(cborPeer.decode(bytes) as CborValue),
    }),
    target<[document: string, canonical: string]>({
      name: 'tee::canonicalize',
      kind: 'point',
      generate: (random) => {
        const model = randomModel(random);
        return { what: 'a random document', arguments: [lay(model, random), canonicalForm(model)] };
      },
      ours: (_, [document]) => canonicalText(document),
      rivals: { definition: { run: ([, canonical]) => canonical } },
    }),
    target<[document: string]>({
      name: 'tee::parseXml',
      kind: 'point',
      generate: (random) => {
        const { what, bytes } = damaged(random, Buffer.from(lay(randomModel(random), random)));
        return { what, arguments: [Buffer.from(bytes).toString('utf8')] };
      },
      // What was read twice is what was read once, whatever it was.
      ours: (_, [document]) => canonicalText(canonicalText(document)),
      rivals: { itself: stricter(([document]) => canonicalText(document)) },
    }),
  ];
}

function evidence(): Target[] {
  return [
    bytesTarget('tee::parseQuote', quote, {
      ours: (bytes) => {
        const { body, qeReport, trailingBytes, ...rest } = parseQuote(bytes);
        const measurement = body.kind === 'sgx' ? body.mrEnclave : body.mrTd;
        return { ...rest, reportData: body.reportData, measurement };
      },
      offsets: quoteAtOffsets,
    }),
    bytesTarget('tee::parseSnpReport', snpReport, {
      ours: (bytes) => {
        const { version, policy, vmpl, chipKeyMasked, reportData, ...rest } = parseSnpReport(bytes);
        const { measurement, hostData, reportedTcb, chipId, signed, signature } = rest;
        const { debug } = policy;
        const flags = { version, debug, vmpl, masked: chipKeyMasked };
        const parts = { reportData, measurement, hostData, reportedTcb, chipId };
        return { ...flags, ...parts, signed, signature };
      },
      offsets: snpAtOffsets,
    }),
    bytesTarget('tee::parseGpuReport', gpuReport, {
      ours: (bytes) => {
        const { nonce, slot, measurements, opaque, signed, signature } = parseGpuReport(bytes);
        const values = measurements.map(({ value }) => value);
        const fwid = opaque.fwid ?? new Uint8Array();
        return { nonce, slot, values, driver: opaque.driverVersion, fwid, signed, signature };
      },
      offsets: gpuAtOffsets,
    }),
  ];
}

function signatures(): Target[] {
  return [
    target<[scheme: 'rsa-pss' | 'rsa-pkcs1', hash: 'SHA-256' | 'SHA-384', number, Bytes, Bytes]>({
      name: 'tee::verifyRsa',
      kind: 'verifier',
      generate: (random) => {
        const { what, scheme, hash, saltBytes, data, signature } = rsaSigned(random);
        return { what, arguments: [scheme, hash, saltBytes, data, signature] };
      },
      ours: (_, [kind, hash, saltBytes, data, signature]) => {
        const algorithm = kind === 'rsa-pss' ? { kind, hash, saltBytes } : { kind, hash };
        const key = { kind: 'rsa', ...rsaPublicKey(), spki: new Uint8Array() } as const;
        return verifyRsa(key, algorithm, signature, data);
      },
      rivals: {
        openssl: {
          run: ([kind, hash, saltLength, data, signature]) => {
            const padding = kind === 'rsa-pss' ? { padding: 6, saltLength } : { padding: 1 };
            return verify(
              hash.replace('-', ''),
              data,
              { key: opensslKey(), ...padding },
              signature,
            );
          },
        },
      },
    }),
    target<[items: { digest: Bytes; signature: Bytes; publicKey: Bytes }[]]>({
      name: 'tee::findWrongDigests',
      kind: 'commitment',
      generate: (random) => ({ what: 'signed digests', arguments: [signedDigests(random)] }),
      ours: (_, [items]) => findWrongDigests(items),
      rivals: {
        noble: {
          run: ([items]) => items.flatMap((item, i) => (isRecovered(item) ? [] : [i])),
        },
      },
    }),
  ];
}

/** A target over bytes, sound or damaged: ours, and the readers that must agree with what ours accepts. */
function bytesTarget(
  name: string,
  make: (random: Random) => Bytes,
  { ours, ...others }: Record<string, (bytes: Bytes) => unknown> & { ours(bytes: Bytes): unknown },
): Target {
  return target<[bytes: Bytes]>({
    name,
    kind: 'point',
    generate: (random): Generated<[Bytes]> => {
      const { what, bytes } = damaged(random, make(random));
      return { what, arguments: [bytes] };
    },
    ours: (_, [bytes]) => ours(bytes),
    rivals: Object.fromEntries(
      Object.entries(others).map(([rival, read]) => [rival, stricter(([bytes]) => read(bytes))]),
    ),
  });
}

/** A rival that may accept what ours refuses. */
function stricter<Arguments>(run: (args: Arguments) => unknown): Rival<Arguments> {
  return { run, excuse: (_, ours) => !ours.accepted };
}

/** Whether all extensions are known: OpenSSL reads others too, ours leaves them to the chain's check. */
function isJudged({ extensions }: Certificate): boolean {
  return [...extensions.keys()].every((id) => id === OID.basicConstraints || id === OID.keyUsage);
}

/**
 * The bytes with sound Names of the same lengths. Ours compares Names as bytes where they matter and reads
 * of them only what tells a role.
 */
function withSoundNames(bytes: Bytes, names: readonly Uint8Array[]): Bytes {
  const mended = bytes.slice();
  for (const { byteOffset, length } of names) {
    const [set, pair, text] = [length - 4, length - 6, length - 13];
    if (text < 1 || set > 123) continue;
    const header = [0x30, length - 2, 0x31, set, 0x30, pair, 6, 3, 0x55, 4, 3, 0x0c, text];
    mended.set(header, byteOffset - bytes.byteOffset);
    mended.fill(0x61, byteOffset - bytes.byteOffset + header.length, byteOffset + length);
  }
  return mended;
}

const cborPeer = new Decoder({ mapsAsObjects: false, useRecords: false });

/** cbor-x gives tags a meaning of its own. */
function untagged(value: CborValue): CborValue {
  if (value instanceof Map) for (const item of value.values()) untagged(item);
  else if (Array.isArray(value)) for (const item of value) untagged(item);
  else if (typeof value === 'object' && 'tag' in value) throw new RangeError('a tag');
  return value;
}

function canonicalText(document: string): string {
  return Buffer.from(canonicalize(parseXml(Buffer.from(document, 'utf8')))).toString('utf8');
}

/** Whether noble recovers the public key from a signature as the EVM takes it. */
function isRecovered({
  digest,
  signature,
  publicKey,
}: {
  digest: Bytes;
  signature: Bytes;
  publicKey: Bytes;
}): boolean {
  const recovery = (signature[64] ?? 0) - 27;
  if (signature.length !== 65 || (recovery !== 0 && recovery !== 1)) return false;
  try {
    const parsed = secp256k1.Signature.fromBytes(signature.slice(0, 64), 'compact');
    if (parsed.hasHighS()) return false;
    const found = parsed.addRecoveryBit(recovery).recoverPublicKey(digest).toBytes(true);
    return Buffer.compare(found, publicKey) === 0;
  } catch {
    return false;
  }
}

function opensslKey(): ReturnType<typeof createPublicKey> {
  const { modulus, exponent } = rsaPublicKey();
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'RSA', n: text(modulus), e: text(exponent) },
  });
}

/** Hexadecimal digits of a number without leading zeros. */
function digits(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/^0+/, '');
}
