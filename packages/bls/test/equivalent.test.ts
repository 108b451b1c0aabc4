/**
 * All backends give equal results and equal failures: same value, or same error class, code, index
 * and message. One more answer comes from `reference.ts`, which shares no code with them.
 */
import { seededRandom } from '@barycenter/testing';
import { beforeAll, expect, test } from 'vitest';
import { type Bls, BlsError, compileKernel, createBls } from '../src/index.ts';
import { createNativeBls } from '../src/native.ts';
import { ascii, flipBit, fromInteger, toHex, withFirstByte } from './bytes.ts';
import {
  badKeys,
  badSignatures,
  GROUP_ORDER,
  INFINITE_KEY,
  INFINITE_SIGNATURE,
  keyPlusTorsion,
  negatedKey,
  nonCanonicalKey,
  nonCanonicalSignature,
} from './points.ts';
import { referenceAggregateVerify } from './reference.ts';

const ROUNDS = process.env.BARYCENTER_LONG ? 400 : 50;
const OWN_TAG = ascii('OWN');
const MESSAGES = [new Uint8Array(0), ascii('a'), ascii('b')];

let noble: Bls;
let native: Bls;
let others: Bls[]; // all but noble
let secretKeys: Uint8Array[];
let keys: Uint8Array[];
let signatures: Uint8Array[];
let strangeKeys: Uint8Array[];
let strangeSignatures: Uint8Array[];

beforeAll(async () => {
  noble = await createBls({ backend: 'js' });
  native = await createNativeBls();
  others = [native];
  for (const backend of ['fma', 'wide', 'scalar'] as const) {
    if (await compileKernel({ backend })) others.push(await createBls({ backend }));
  }
  const random = seededRandom(0xe9);
  secretKeys = Array.from({ length: 3 }, () =>
    fromInteger(random.bigint(GROUP_ORDER - 1n) + 1n, 32),
  );
  secretKeys.push(fromInteger(GROUP_ORDER - BigInt(`0x${toHex(secretKeys[0]!)}`), 32));
  keys = secretKeys.map((secretKey) => native.publicKey(secretKey));
  signatures = secretKeys.flatMap((secretKey) => MESSAGES.map((m) => native.sign(secretKey, m)));
  strangeKeys = [
    INFINITE_KEY,
    withFirstByte(INFINITE_KEY, 0xe0),
    withFirstByte(INFINITE_KEY, 0x40),
    nonCanonicalKey(),
    ...badKeys('not_on_curve', 2),
    ...badKeys('not_in_subgroup', 3),
    keyPlusTorsion(keys[0]!),
    flipBit(keys[0]!, 5),
    flipBit(keys[0]!, 6),
    flipBit(keys[0]!, 7),
    keys[0]!.subarray(1),
    new Uint8Array(0),
    new Uint8Array(48),
    new Uint8Array(48).fill(0xff),
    signatures[0]!,
  ];
  strangeSignatures = [
    INFINITE_SIGNATURE,
    withFirstByte(INFINITE_SIGNATURE, 0xe0),
    nonCanonicalSignature('c0'),
    nonCanonicalSignature('c1'),
    ...badSignatures('not_on_curve', 2),
    ...badSignatures('not_in_subgroup', 3),
    flipBit(signatures[0]!, 5),
    flipBit(signatures[0]!, 6),
    flipBit(signatures[0]!, 7),
    flipBit(signatures[0]!, 48 * 8 + 7),
    signatures[0]!.subarray(1),
    new Uint8Array(0),
    new Uint8Array(96),
    keys[0]!,
  ];
});

/** What a call came to: its value, or everything a caller can tell a failure by. */
function outcome(bls: Bls, call: (bls: Bls) => unknown): unknown {
  try {
    return { value: call(bls) };
  } catch (error) {
    if (error instanceof BlsError) {
      const { code, index, message } = error;
      return { error: 'BlsError', code, index, message };
    }
    const { name, message } = error as Error;
    return { error: name, message };
  }
}

function expectEquivalent(call: (bls: Bls) => unknown, note: string): void {
  const expected = outcome(noble, call);
  for (const bls of others) {
    expect(outcome(bls, call), `${bls.backend().name}: ${note}`).toEqual(expected);
  }
}

test('every strange key and signature alone has the same outcome', () => {
  strangeKeys.forEach((key, i) => {
    const note = `strange key ${i}`;
    expectEquivalent((bls) => bls.isValidPublicKey(key), note);
    expectEquivalent((bls) => bls.aggregatePublicKeys([key]), note);
    expectEquivalent((bls) => bls.aggregatePublicKeys([keys[1]!, key]), note);
    expectEquivalent((bls) => bls.verify(key, MESSAGES[0]!, signatures[0]!), note);
  });
  strangeSignatures.forEach((signature, i) => {
    const note = `strange signature ${i}`;
    expectEquivalent((bls) => bls.isValidSignature(signature), note);
    expectEquivalent((bls) => bls.aggregateSignatures([signature]), note);
    expectEquivalent((bls) => bls.aggregateSignatures([signatures[1]!, signature]), note);
    expectEquivalent((bls) => bls.verify(keys[0]!, MESSAGES[0]!, signature), note);
  });
});

test('secret keys, good and bad, have the same outcome', () => {
  const random = seededRandom(0x5ec);
  const candidates = [
    ...[0n, 1n, 2n, GROUP_ORDER - 1n, GROUP_ORDER, 2n ** 256n - 1n].map((x) => fromInteger(x, 32)),
    new Uint8Array(0),
    new Uint8Array(33).fill(1),
    ...Array.from({ length: 8 }, () => random.bytes(32)),
  ];
  for (const secretKey of candidates) {
    const note = `secret key ${toHex(secretKey)}`;
    expectEquivalent((bls) => bls.publicKey(secretKey), note);
    expectEquivalent((bls) => bls.sign(secretKey, MESSAGES[1]!), note);
    expectEquivalent((bls) => bls.provePossession(secretKey, { context: secretKey }), note);
  }
  for (const size of [0, 31, 32, 33, 48, 200]) {
    const material = random.bytes(size);
    expectEquivalent((bls) => bls.keyGen(material), `${size} bytes of key material`);
  }
});

test('random lists, a third of them with strange entries, have the same outcome', () => {
  const random = seededRandom(0x11575);
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
  for (let round = 0; round < ROUNDS; round++) {
    const note = `seed ${random.seed}, round ${round}`;
    const options = random.integer(2) === 0 ? {} : { dst: OWN_TAG };
    const size = random.integer(5); // with repetitions, and with a key and its negative
    const members = Array.from({ length: size }, () => random.integer(keys.length));
    const oneMessage = random.integer(2) === 0;
    const messages = members.map(() => (oneMessage ? MESSAGES[1]! : pick(MESSAGES)));
    const listedKeys: Uint8Array[] = members.map((i) => keys[i]!);
    const listedSignatures: Uint8Array[] = members.map((i, j) => {
      return native.sign(secretKeys[i]!, messages[j]!, options);
    });
    if (size > 0 && random.integer(3) === 0) {
      if (random.integer(2) === 0) listedKeys[random.integer(size)] = pick(strangeKeys);
      else listedSignatures[random.integer(size)] = pick([...strangeSignatures, ...signatures]);
    }
    const sum = outcome(native, (bls) => bls.aggregateSignatures(listedSignatures));
    const aggregate = (sum as { value?: Uint8Array }).value ?? pick(strangeSignatures);
    const sets = listedKeys.map((publicKey, i) => {
      return { publicKey, message: messages[i]!, signature: listedSignatures[i]! };
    });
    expectEquivalent((bls) => bls.aggregateSignatures(listedSignatures), note);
    expectEquivalent((bls) => bls.aggregatePublicKeys(listedKeys), note);
    const fast = (bls: Bls) =>
      bls.fastAggregateVerify(listedKeys, MESSAGES[1]!, aggregate, options);
    expectEquivalent(fast, note);
    const each = (bls: Bls) => bls.aggregateVerify(listedKeys, messages, aggregate, options);
    expectEquivalent(each, note);
    expectEquivalent((bls) => bls.verifyBatch(sets, options), note);
    const claim = { messages, signature: aggregate, ...options };
    expect(each(noble), note).toBe(referenceAggregateVerify(listedKeys, claim));
  }
});

test('a key and its negative, and the keys x and r - x, have the same outcome', () => {
  expect(keys[3]).toEqual(negatedKey(keys[0]!)); // secretKeys[3] is r - secretKeys[0]
  const both = [keys[0]!, keys[3]!];
  const sum = native.aggregateSignatures([
    signatures[1]!,
    native.sign(secretKeys[3]!, MESSAGES[1]!),
  ]);
  expect(sum).toEqual(INFINITE_SIGNATURE);
  for (const signature of [sum, signatures[1]!, signatures[4]!]) {
    const messages = [MESSAGES[1]!, MESSAGES[1]!];
    expectEquivalent((bls) => bls.fastAggregateVerify(both, MESSAGES[1]!, signature), 'both');
    expectEquivalent((bls) => bls.aggregateVerify(both, messages, signature), 'both');
    const withHonest = [keys[1]!, ...both];
    const fast = (bls: Bls) => bls.fastAggregateVerify(withHonest, MESSAGES[1]!, signature);
    expectEquivalent(fast, 'with an honest key');
  }
  expectEquivalent((bls) => bls.aggregatePublicKeys(both), 'sum of both');
});
