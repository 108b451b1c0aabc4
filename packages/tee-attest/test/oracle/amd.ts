/**
 * A second way to a verdict on a SEV-SNP report, sharing no code with the first: OpenSSL reads the
 * certificates and checks every signature (node:crypto), fields are looked up by their offsets, the
 * extensions of AMD by searching their object identifiers. For the lists, OpenSSL has no door in
 * Node: the signed part and the signature are cut out by offset.
 */
import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { SnpEvidence } from '../cases/amd.ts';

const PSS = { padding: 6 /* RSA_PKCS1_PSS_PADDING */, saltLength: 48 } as const;

/** Whether the evidence holds. */
export function nodeAccepts(evidence: SnpEvidence): boolean {
  try {
    return judge(evidence);
  } catch {
    return false;
  }
}

function judge({ report, collateral, options }: SnpEvidence): boolean {
  const bytes = Buffer.from(report);
  if (bytes.length !== 1184 || ![2, 3, 5].includes(bytes.readUInt32LE(0))) return false;
  const pems = collateral.chain
    .split(/(?<=-----END CERTIFICATE-----)/)
    .filter((pem) => pem.trim() !== '');
  const [issuer, root] = pems.map((pem) => new X509Certificate(pem)) as [
    X509Certificate,
    X509Certificate,
  ];
  const vlek = (((bytes[0x48] ?? 0) >> 2) & 7) === 1;
  const given = vlek ? collateral.vlek : collateral.vcek;
  if (given === undefined) return false;
  const leaf = new X509Certificate(typeof given === 'string' ? given : Buffer.from(given));
  if (!signatureHolds(bytes, leaf.publicKey)) return false;
  const product = /^ARK-(\w+)$/.exec(nameOf(root))?.[1] ?? '';
  const now = options.now.getTime();
  const valid = [leaf, issuer, root].every(
    (certificate) =>
      Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo),
  );
  const pins = options.trust?.amd[product.toLowerCase() as 'milan'];
  const pinned =
    pins === undefined || pins.includes(createHash('sha256').update(root.raw).digest('hex'));
  const genuine =
    (pins !== undefined || root.verify(root.publicKey)) &&
    issuer.verify(root.publicKey) &&
    leaf.verify(issuer.publicKey);
  const issuerName = `SEV-${vlek ? 'VLEK-' : ''}${product}`;
  const named = nameOf(issuer) === issuerName && nameOf(leaf) === (vlek ? 'SEV-VLEK' : 'SEV-VCEK');
  const chained =
    leaf.issuer === issuer.subject && issuer.issuer === root.subject && issuer.ca && root.ca;
  if (!valid || !pinned || !genuine || !named || !chained || leaf.ca) return false;
  const { crl } = collateral as { crl?: Uint8Array };
  if (crl !== undefined && !listHolds(Buffer.from(crl), root.publicKey)) return false;
  return fits(bytes, { leaf, product, vlek });
}

function signatureHolds(report: Buffer, key: KeyObject): boolean {
  const field = report.subarray(0x2a0);
  const zeros = [field.subarray(48, 72), field.subarray(120)];
  if (zeros.some((bytes) => bytes.some((byte) => byte !== 0))) return false;
  const signature = Buffer.concat([
    Buffer.from(field.subarray(0, 48)).reverse(),
    Buffer.from(field.subarray(72, 120)).reverse(),
  ]);
  return verify('sha384', report.subarray(0, 0x2a0), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function fits(
  report: Buffer,
  { leaf, product, vlek }: { leaf: X509Certificate; product: string; vlek: boolean },
): boolean {
  const turin = product === 'Turin';
  const numbers = (turin ? [9, 1, 2, 3] : [1, 2]).map((last) => extensionNumber(leaf, [3, last]));
  const middle = turin ? [0, 0, 0] : [0, 0, 0, 0, extensionNumber(leaf, [3, 3])];
  const tcb = Buffer.from([...numbers, ...middle, extensionNumber(leaf, [3, 8])]);
  if (!tcb.equals(report.subarray(0x180, 0x188))) return false;
  if (!extensionValue(leaf, [2]).toString('latin1').slice(2).startsWith(product)) return false;
  if (vlek) return true;
  const hwid = Buffer.alloc(64);
  extensionValue(leaf, [4]).copy(hwid);
  return hwid.equals(report.subarray(0x1a0, 0x1e0));
}

function extensionNumber(certificate: X509Certificate, arcs: number[]): number {
  const value = extensionValue(certificate, arcs);
  return value.readUIntBE(2, value.length - 2);
}

/** The OCTET STRING behind the extension's object identifier. */
function extensionValue(certificate: X509Certificate, arcs: number[]): Buffer {
  const oid = Buffer.from([0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01, ...arcs]);
  const pattern = Buffer.concat([Buffer.from([0x06, oid.length]), oid, Buffer.from([0x04])]);
  const at = certificate.raw.indexOf(pattern);
  if (at < 0) throw new Error('no such extension');
  const start = at + pattern.length;
  return certificate.raw.subarray(start + 1, start + 1 + (certificate.raw[start] ?? 0));
}

/** SEQUENCE { signed SEQUENCE, algorithm SEQUENCE, BIT STRING }, each with a length as DER writes it. */
function listHolds(crl: Buffer, key: KeyObject): boolean {
  const outer = value(crl, 0);
  const signed = value(crl, outer.start);
  const algorithm = value(crl, signed.end);
  const bits = value(crl, algorithm.end);
  const tags = [crl[0], crl[outer.start], crl[signed.end], crl[algorithm.end], crl[bits.start]];
  if (!Buffer.from([0x30, 0x30, 0x30, 0x03, 0]).equals(Buffer.from(tags as number[]))) return false;
  if (outer.end !== crl.length || bits.end !== crl.length) return false;
  const stated = crl.subarray(signed.end, algorithm.end);
  if (crl.subarray(signed.start, signed.end).indexOf(stated) < 0) return false;
  return verify(
    'sha384',
    crl.subarray(outer.start, signed.end),
    { key, ...PSS },
    crl.subarray(bits.start + 1),
  );
}

function value(bytes: Buffer, at: number): { start: number; end: number } {
  const first = bytes[at + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  return { start, end: start + length };
}

function nameOf(certificate: X509Certificate): string {
  return /CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
}
