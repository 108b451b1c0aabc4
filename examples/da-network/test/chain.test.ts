import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES, ZODA } from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { CHAIN_FILE, Chain, type ChainState, MAX_CHAIN_BYTES } from '../src/chain.ts';
import { codeThrown, scratchFolder } from './scratch.ts';

function exampleState(seed: number): ChainState {
  const random = seededRandom(seed);
  return {
    domain: { chainId: 31_337n, registry: random.bytes(20), namespace: random.bytes(32) },
    epoch: 1n,
    seed: random.bytes(32),
    validators: [1n, 2n].map((stake) => ({
      account: random.bytes(20),
      publicKey: random.bytes(48),
      possession: random.bytes(96),
      stake,
    })),
    profile: [...PROFILES, ZODA][seed % 4]!,
    submitter: { address: random.bytes(20), nonce: 0n },
    blobs: new Map(),
  };
}

test('what is recorded is there after loading again', () => {
  const folder = scratchFolder();
  expect(Chain.exists(folder)).toBe(false);
  const random = seededRandom(1);
  const chain = Chain.create(folder, exampleState(1));
  const [plain, archived] = [random.bytes(32), random.bytes(32)];
  chain.recordBlob(plain, { certificate: random.bytes(144), archive: undefined });
  const archive = { root: random.bytes(32), byteLength: 7 };
  chain.recordBlob(archived, { certificate: random.bytes(144), archive });
  const loaded = Chain.load(folder);
  expect(loaded.state).toEqual(chain.state);
  expect(loaded.blob(archived).archive).toEqual(archive);
  expect(readdirSync(folder)).toEqual([CHAIN_FILE]);
});

test('a nonce is used up before it is handed out', () => {
  const folder = scratchFolder();
  const chain = Chain.create(folder, exampleState(2));
  expect([chain.takeNonce(), chain.takeNonce()]).toEqual([0n, 1n]);
  expect(Chain.load(folder).takeNonce()).toBe(2n);
});

test('a blob that nobody certified is unknown', () => {
  const chain = Chain.create(scratchFolder(), exampleState(3));
  expect(codeThrown(() => chain.blob(new Uint8Array(32)))).toBe('identifier_unknown');
});

test('a missing chain has its own code', () => {
  expect(codeThrown(() => Chain.load(scratchFolder()))).toBe('state_missing');
});

test('every flipped byte, truncation and addition is found, and the file is left as it is', () => {
  const folder = scratchFolder();
  Chain.create(folder, exampleState(4));
  const path = join(folder, CHAIN_FILE);
  const whole = readFileSync(path);
  const damaged = (bytes: Uint8Array, label: string): void => {
    writeFileSync(path, bytes);
    expect(
      codeThrown(() => Chain.load(folder)),
      label,
    ).toBe('state_damaged');
    expect(readFileSync(path).equals(bytes), label).toBe(true);
  };
  // The last byte is the newline behind the document.
  for (let at = 0; at < whole.length - 1; at++) {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 1;
    damaged(bytes, `flip at ${at}`);
  }
  for (let size = 0; size < whole.length - 1; size += 37)
    damaged(whole.subarray(0, size), `${size}`);
  damaged(Buffer.concat([whole, Buffer.from('{}')]), 'addition');
  truncateSync(path, MAX_CHAIN_BYTES + 1);
  expect(
    codeThrown(() => Chain.load(folder)),
    'too large',
  ).toBe('state_damaged');
  rmSync(path);
});
