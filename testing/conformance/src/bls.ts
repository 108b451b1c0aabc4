/**
 * Conformance of `@barycenter/bls`: published signatures and encodings, the scheme's laws, and equal
 * answers from every back end that this runtime can run.
 */
import { type Bls, BlsError, compileKernel, createBls, createBlsSync } from '@barycenter/bls';
import { seededRandom } from '../../src/random.ts';
import {
  type Case,
  expectEqual,
  expectError,
  fromHex,
  type Group,
  type LoadVectors,
  type VectorFile,
  vectorsOrSkip,
  withItem,
} from './suite.ts';

/** The ciphersuite tag of the published signatures (vectors/bls/README.md), not Ethereum's. */
const BASIC_TAG = new TextEncoder().encode('BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_');
/** Order of G1 and G2. Some published secrets are above it: their signatures are for secret mod r. */
const GROUP_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const PUBLIC_KEY_BYTES = 48;
const SIGNATURE_BYTES = 96;

export const bls: Group = { name: 'bls', build };

async function build(load: LoadVectors): Promise<Case[]> {
  const files = await vectorsOrSkip('bls', load);
  const schemes: Bls[] = [];
  for (const backend of ['fma', 'wide', 'scalar', 'js'] as const) {
    try {
      schemes.push(await createBls({ backend }));
    } catch (error) {
      if (!(error instanceof BlsError) || error.code !== 'backend_unavailable') throw error;
    }
  }
  const names = schemes.map((scheme) => scheme.backend().name);
  console.log(`bls: back ends that run here: ${names.join(', ')}`);
  return [
    {
      name: 'the fastest back end that runs is the one that is chosen',
      check: async () => expectEqual((await createBls()).backend().name, names[0]),
    },
    { name: 'JavaScript is among them, so every runtime has one', check: () => javaScript(names) },
    { name: 'a compiled kernel is taken over at once', check: takenOver },
    { name: 'all back ends give the same bytes and answers', check: () => agree(schemes) },
    ...schemes.flatMap((scheme) => casesOf(scheme, files)),
  ];
}

/** All vectors and laws over one back end. */
function casesOf(scheme: Bls, files: readonly VectorFile[]): Case[] {
  const backend = scheme.backend().name;
  const cases: Case[] = [];
  for (const [index, line] of lines(files, 'points/bls12-381-g2-test-vectors').entries()) {
    cases.push({
      name: `published signature ${index} is made byte for byte and verifies`,
      check: () => checkSignature(scheme, line),
    });
  }
  const keys = encodings(files, 'points/g1_compressed_valid', PUBLIC_KEY_BYTES);
  for (const [scalar, encoded] of keys.entries()) {
    cases.push({
      name: `${scalar} times the G1 generator is ${scalar === 0 ? 'no' : 'the published'} key`,
      check: () => {
        expectEqual(scheme.isValidPublicKey(encoded), scalar !== 0);
        if (scalar !== 0) expectEqual(scheme.publicKey(bytes32(BigInt(scalar))), encoded);
      },
    });
  }
  const points = encodings(files, 'points/g2_compressed_valid', SIGNATURE_BYTES);
  for (const [scalar, encoded] of points.entries()) {
    cases.push({
      name: `${scalar} times the G2 generator ${scalar === 0 ? 'is refused' : 'is a valid point'}`,
      check: () => expectEqual(scheme.isValidSignature(encoded), scalar !== 0),
    });
  }
  cases.push(
    { name: 'aggregates verify, and not for another message', check: () => aggregates(scheme) },
    { name: 'a batch names exactly its bad signatures', check: () => batches(scheme) },
    { name: 'possession is proved for one key only', check: () => possession(scheme) },
    { name: 'malformed bytes verify as false and never throw', check: () => malformed(scheme) },
    { name: 'after dispose it refuses to work', check: () => disposal(backend) },
  );
  return cases.map(({ name, check }) => ({ name: `${backend}: ${name}`, check }));
}

function javaScript(names: readonly string[]): void {
  expectEqual(names.includes('noble'), true);
  expectEqual(createBlsSync().backend().name, 'noble');
}

async function takenOver(): Promise<void> {
  const module = await compileKernel();
  if (module === undefined) return;
  const scheme = createBlsSync({ module });
  expectEqual(scheme.backend().name, (await createBls()).backend().name);
  expectEqual(scheme.publicKey(bytes32(5n)), createBlsSync().publicKey(bytes32(5n)));
}

/** The same bytes from each for random keys, messages and tags, and each accepts the other's. */
function agree(schemes: readonly Bls[]): void {
  const random = seededRandom(0xa62ee);
  for (let round = 0; round < 4; round++) {
    const material = random.bytes(32 + random.integer(40));
    const message = random.bytes(random.integer(200));
    const dst = random.bytes(1 + random.integer(255));
    const [first, ...others] = schemes.map((scheme) => {
      const secret = scheme.keyGen(material);
      const signature = scheme.sign(secret, message, { dst });
      const key = scheme.publicKey(secret);
      const proof = scheme.provePossession(secret, { context: message });
      return { secret, signature, key, proof };
    });
    for (const other of others) expectEqual(other, first);
    for (const scheme of schemes) {
      expectEqual(scheme.verify(first!.key, message, first!.signature, { dst }), true);
      expectEqual(scheme.verify(first!.key, message, first!.signature), false);
    }
  }
}

async function disposal(name: string): Promise<void> {
  const backend = name === 'noble' ? 'js' : (name as 'fma' | 'wide' | 'scalar');
  const scheme = await createBls({ backend });
  scheme.dispose();
  scheme.dispose();
  expectError(() => scheme.publicKey(bytes32(1n)), { name: 'BlsError', code: 'disposed' });
}

function checkSignature(scheme: Bls, line: string): void {
  const [secret, message, expected] = line.split(':');
  const secretKey = bytes32(BigInt(`0x${secret}`) % GROUP_ORDER);
  const options = { dst: BASIC_TAG };
  const signature = scheme.sign(secretKey, fromHex(message!), options);
  expectEqual(signature, fromHex(expected!));
  const publicKey = scheme.publicKey(secretKey);
  expectEqual(scheme.verify(publicKey, fromHex(message!), signature, options), true);
}

function aggregates(scheme: Bls): void {
  const { keys, messages } = signers(scheme, 4);
  const [first, second] = messages;
  const same = scheme.aggregateSignatures(keys.map((key) => scheme.sign(key.secret, first!)));
  const publicKeys = keys.map((key) => key.public);
  expectEqual(scheme.fastAggregateVerify(publicKeys, first!, same), true);
  expectEqual(scheme.fastAggregateVerify(publicKeys, second!, same), false);
  expectEqual(scheme.fastAggregateVerify(publicKeys.slice(1), first!, same), false);
  expectEqual(scheme.verify(scheme.aggregatePublicKeys(publicKeys), first!, same), true);
  const each = scheme.aggregateSignatures(
    keys.map((key, i) => scheme.sign(key.secret, messages[i]!)),
  );
  expectEqual(scheme.aggregateVerify(publicKeys, messages, each), true);
  expectEqual(scheme.aggregateVerify(publicKeys, [...messages].reverse(), each), false);
  expectError(() => scheme.aggregateSignatures([]), { name: 'BlsError' });
  expectError(() => scheme.aggregatePublicKeys([]), { name: 'BlsError' });
}

function batches(scheme: Bls): void {
  const { keys, messages } = signers(scheme, 7);
  const sets = keys.map((key, i) => ({
    publicKey: key.public,
    message: messages[i]!,
    signature: scheme.sign(key.secret, messages[i]!),
  }));
  expectEqual(scheme.verifyBatch(sets), { ok: true });
  const swapped = withItem(sets, 2, { ...sets[2]!, message: messages[3]! });
  const bad = withItem(swapped, 5, { ...sets[5]!, signature: sets[4]!.signature });
  expectEqual(scheme.verifyBatch(bad), { ok: false, invalid: [2, 5] });
}

function possession(scheme: Bls): void {
  const [one, two] = signers(scheme, 2).keys;
  const proof = scheme.provePossession(one!.secret);
  expectEqual(scheme.verifyPossession(one!.public, proof), true);
  expectEqual(scheme.verifyPossession(two!.public, proof), false);
  // A possession proof is not a signature of the key's bytes: the tags differ.
  expectEqual(scheme.verify(one!.public, one!.public, proof), false);
}

function malformed(scheme: Bls): void {
  const random = seededRandom(0xb15);
  const { keys, messages } = signers(scheme, 1);
  const [key, message] = [keys[0]!, messages[0]!];
  const signature = scheme.sign(key.secret, message);
  const infinity = (size: number): Uint8Array => new Uint8Array(size).fill(0xc0, 0, 1);
  const badKeys = [new Uint8Array(0), infinity(48), key.public.slice(1), random.bytes(48)];
  for (const bad of badKeys) expectEqual(scheme.verify(bad, message, signature), false);
  const badSignatures = [new Uint8Array(0), infinity(96), signature.slice(1), random.bytes(96)];
  for (const bad of badSignatures) expectEqual(scheme.verify(key.public, message, bad), false);
  for (let i = 0; i < 16; i++) {
    const flipped = signature.slice();
    flipped[random.integer(96)]! ^= 1 << random.integer(8);
    expectEqual(scheme.verify(key.public, message, flipped), false);
  }
}

type Signer = { readonly secret: Uint8Array; readonly public: Uint8Array };

function signers(scheme: Bls, count: number): { keys: Signer[]; messages: Uint8Array[] } {
  const random = seededRandom(0xb15);
  const keys = Array.from({ length: count }, () => {
    const secret = scheme.keyGen(random.bytes(32));
    return { secret, public: scheme.publicKey(secret) };
  });
  return { keys, messages: keys.map(() => random.bytes(40)) };
}

/** 32 bytes, big-endian. */
function bytes32(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0'));
}

function lines(files: readonly VectorFile[], path: string): string[] {
  const text = (files.find((file) => file.path === path)?.content ?? '') as string;
  return text.split('\n').filter((line) => line.includes(':'));
}

function encodings(files: readonly VectorFile[], path: string, size: number): Uint8Array[] {
  const hex = (files.find((file) => file.path === path)?.content ?? '') as string;
  const bytes = fromHex(hex);
  return Array.from({ length: bytes.length / size }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
}
