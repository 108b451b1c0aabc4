/**
 * Certificate chains of NVIDIA devices: firmware's key ← device's key ← provisioner ← architecture ←
 * NVIDIA Device Identity CA, leaf first, always five, all ECDSA P-384. The names tell the roles; that
 * a name is true follows from the next certificate's signature up to the pinned root.
 *
 * The device is known by the key of certificate 1: NVIDIA's provisioner certified it, and it never
 * changes. The leaf is issued by that key whenever firmware changes, so its serial number names no
 * device (`compute-review.md` §1).
 */
import { type Certificate, commonName, parseCertificates } from '../certificate.ts';
import { type ChainRequest, checkPath, verifyChain } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { type CryptoProvider, defaultCrypto, digestSync } from '../crypto.ts';
import { TeeError } from '../errors.ts';
import { PRODUCTION_TRUST, type TrustAnchors } from '../trust.ts';
import { FWID_EXTENSIONS, readFwid } from './fwid.ts';

/** Certificates of a device: firmware, device, provisioner, architecture, root. */
export type DeviceCertificates = readonly [
  Certificate,
  Certificate,
  Certificate,
  Certificate,
  Certificate,
];

/** What the certificates say about the device; proven once the chain is verified. */
export interface DeviceIdentity {
  readonly kind: 'gpu' | 'switch';
  /** `GH100`, `GB100` or `LS_10`. */
  readonly architecture: string;
  /** SHA-256 of certificate 1's SubjectPublicKeyInfo. */
  readonly deviceId: Uint8Array<ArrayBuffer>;
  /** Serial number of the leaf in decimal, as NVIDIA's tokens print it. Changes with firmware. */
  readonly ueid: string;
  /** 48 bytes: hash of the firmware that holds the signing key. */
  readonly fwid: Uint8Array;
}

/** A chain whose signatures were verified; validity and roots are looked at again at each use. */
export interface PreparedNvidiaChain {
  readonly identity: DeviceIdentity;
}

/** Options of {@link prepareNvidiaChain}. */
export interface NvidiaChainOptions {
  readonly now: Date;
  /** Default: {@link PRODUCTION_TRUST}. */
  readonly trust?: Pick<TrustAnchors, 'nvidiaDevice'>;
  /** Default: the platform's WebCrypto. */
  readonly crypto?: CryptoProvider;
}

/** Verified chains by their PEM text; see {@link createNvidiaChainCache}. */
export interface NvidiaChainCache {
  get(pem: string): PreparedNvidiaChain | undefined;
  set(pem: string, chain: PreparedNvidiaChain): void;
}

interface ReadChain {
  readonly certificates: DeviceCertificates;
  readonly identity: DeviceIdentity;
}

interface Architecture {
  readonly kind: 'gpu' | 'switch';
  /** Certificate of the architecture under which the provisioner stands. */
  readonly identity: string;
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  GH100: { kind: 'gpu', identity: 'NVIDIA GH100 Identity' },
  GB100: { kind: 'gpu', identity: 'NVIDIA GB100 Identity' },
  LS_10: { kind: 'switch', identity: 'NVIDIA GH100 Identity' },
};
const CHAIN_LENGTH = 5;
const MAX_PEM = { maxCertificates: 8, maxCharacters: 16_384 };
const DIGITAL_SIGNATURE = 0;

/** What was verified, out of reach of whoever holds the prepared chain. */
const verified = /* @__PURE__ */ new WeakMap<PreparedNvidiaChain, ReadChain>();

/**
 * Verifies a chain once, for many reports of one device: four signature verifications now, none
 * later. Bad chains end in a result.
 * @throws TypeError if `now` is missing or no time.
 */
export async function prepareNvidiaChain(
  pem: string,
  options: NvidiaChainOptions,
): Promise<Verified<PreparedNvidiaChain>> {
  const request = chainRequest(options);
  return recorded('nvidia.chain', async (checks) => {
    const chain = readChain(pem, checks, 'nvidia');
    await verifyChain(chain.certificates, { ...request, checks, id: 'nvidia.chain' });
    return keep(chain);
  });
}

/**
 * A cache of verified chains that drops the oldest when it holds `capacity`. Entries are found by the
 * whole PEM text, so that no two chains can be taken for one another.
 * @throws RangeError if `capacity` is not a whole number from 1 to 4096.
 */
export function createNvidiaChainCache(capacity = 64): NvidiaChainCache {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 4096)
    throw new RangeError(`capacity: expected 1 to 4096, got ${capacity}`);
  const chains = new Map<string, PreparedNvidiaChain>();
  return {
    get: (pem) => chains.get(pem),
    set(pem, chain) {
      const [oldest] = chains.keys();
      if (chains.size === capacity && oldest !== undefined && !chains.has(pem))
        chains.delete(oldest);
      chains.set(pem, chain);
    },
  };
}

/** Options with their defaults, as the chain's checks take them. */
export function chainRequest({
  now,
  trust = PRODUCTION_TRUST,
  crypto = defaultCrypto(),
}: NvidiaChainOptions): Omit<ChainRequest, 'checks' | 'id'> {
  return { now: readNow(now), roots: trust.nvidiaDevice, crypto, judged: FWID_EXTENSIONS };
}

/** A chain on its way through a verification. */
export interface OpenChain extends ReadChain {
  /** Demands the chain's validity: signatures too, unless they were verified before. */
  verify(request: ChainRequest): Promise<void>;
}

/** Reads a chain, or takes it from where it was verified before. */
export function openChain(
  chain: string | PreparedNvidiaChain,
  cache: NvidiaChainCache | undefined,
  { checks, id }: { checks: Checks; id: string },
): OpenChain {
  const prepared = typeof chain === 'string' ? cache?.get(chain) : chain;
  if (prepared !== undefined) {
    const known = verified.get(prepared);
    if (known === undefined)
      throw new TypeError('chain: expected PEM text or what prepareNvidiaChain made');
    return { ...known, verify: async (request) => checkPath(known.certificates, request) };
  }
  if (typeof chain !== 'string') throw new TypeError('chain: expected PEM text');
  const read = readChain(chain, checks, id);
  return {
    ...read,
    async verify(request) {
      await verifyChain(read.certificates, request);
      cache?.set(chain, keep(read));
    },
  };
}

/** The identity in a chain of which nothing is proven: where the order of devices is needed first. */
export function readIdentity(chain: string | PreparedNvidiaChain, checks: Checks): DeviceIdentity {
  return ownIdentity(openChain(chain, undefined, { checks, id: 'nvidia' }).identity);
}

/** A copy that the caller may change without changing what later verifications say. */
export function ownIdentity(identity: DeviceIdentity): DeviceIdentity {
  return { ...identity, deviceId: identity.deviceId.slice(), fwid: identity.fwid.slice() };
}

function keep(chain: ReadChain): PreparedNvidiaChain {
  const prepared = { identity: ownIdentity(chain.identity) };
  verified.set(prepared, chain);
  return prepared;
}

/** Parses a chain and demands its length, and the names and uses of its certificates. */
function readChain(pem: string, checks: Checks, id: string): ReadChain {
  const found = parseCertificates(pem, MAX_PEM);
  checks.must(found.length === CHAIN_LENGTH, `${id}.chain.length`, 'chain_length', {
    expected: String(CHAIN_LENGTH),
    actual: String(found.length),
  });
  const certificates = found as unknown as DeviceCertificates;
  const [leaf, device] = certificates;
  const names = certificates.map(commonName);
  const [, name = ''] = /^([A-Z0-9_]{5}) /.exec(names[1] ?? '') ?? [];
  const architecture = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (architecture === undefined)
    throw new TeeError('chain_wrong_role', 'not a chain of a known architecture', {
      expected: Object.keys(ARCHITECTURES).join(' or '),
      actual: names[1],
    });
  const roles = [
    new RegExp(`^${name} [A-Z]\\d\\d (GSP|FSP) FMC LF$`),
    new RegExp(`^${name} [A-Z]\\d\\d (GSP|FSP) BROM$`),
    new RegExp(`^NVIDIA ${name} Provisioner ICA \\d{1,5}$`),
    new RegExp(`^${architecture.identity}$`),
  ];
  roles.forEach((role, i) => {
    const actual = names[i];
    checks.must(role.test(actual ?? ''), `${id}.chain.${i}.role`, 'chain_wrong_role', {
      expected: role.source,
      actual,
    });
  });
  const maySign = leaf.keyUsage?.has(DIGITAL_SIGNATURE) === true && !leaf.isAuthority;
  checks.must(maySign, `${id}.chain.0.usage`, 'chain_wrong_role', { actual: names[0] });
  const identity: DeviceIdentity = {
    kind: architecture.kind,
    architecture: name,
    deviceId: digestSync('SHA-256', device.spki),
    ueid: leaf.serial.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n).toString(),
    fwid: readFwid(leaf, device),
  };
  return { certificates, identity };
}
