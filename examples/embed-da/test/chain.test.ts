import { readdirSync, readFileSync } from 'node:fs';
import {
  createBls,
  createKzg,
  createZoda,
  DaError,
  EIP7594,
  kzgScheme,
  ZODA,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { type Block, Chain } from '../src/chain.ts';

const bls = await createBls();
const SCHEMES = {
  kzg: { scheme: kzgScheme(await createKzg()), profile: EIP7594 },
  zoda: { scheme: createZoda(), profile: ZODA },
};

function createChain(name: keyof typeof SCHEMES): Chain {
  const submitterKey = new Uint8Array(32).fill(7);
  return new Chain({ bls, ...SCHEMES[name], stakes: [30n, 20n, 20n, 10n, 10n, 10n], submitterKey });
}

async function codeOf(read: Promise<unknown>): Promise<string> {
  const error = await read.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DaError);
  return (error as DaError).code;
}

for (const name of ['kzg', 'zoda'] as const) {
  describe(`a minimal chain over ${name}`, () => {
    const random = seededRandom(0xe3bed);

    it('reads its bodies back, also with validators offline, as long as k rows are there', async () => {
      const chain = createChain(name);
      const bodies = [1, 300, 9000].map((size) => random.bytes(size));
      for (const body of bodies) await chain.append(body);
      expect(chain.blocks.map(({ number }) => number)).toEqual([0, 1, 2]);
      for (const validator of chain.validators.slice(1, 4)) validator.online = false;
      for (const [i, body] of bodies.entries()) {
        expect(await chain.read(chain.blocks[i]!)).toEqual(body);
      }
      for (const validator of chain.validators) validator.online = false;
      expect(await codeOf(chain.read(chain.blocks[2]!))).toBe('header_mismatch');
    });

    it('appends nothing that too few validators signed', async () => {
      const chain = createChain(name);
      const [first] = chain.validators;
      first!.online = false; // 30 % of stake and a little more: the threshold is 70 %
      chain.validators[5]!.online = false;
      expect(await codeOf(chain.append(random.bytes(100)))).toBe('below_threshold');
      expect(chain.blocks).toEqual([]);
    });

    it('reads around validators that serve altered rows or another header', async () => {
      const chain = createChain(name);
      const body = random.bytes(4000);
      await chain.append(random.bytes(10));
      const block = await chain.append(body);
      const [liar, stranger] = chain.validators;
      for (const [root, held] of liar!.bodies) {
        const rows = held.rows.map((row) => ({ ...row, row: row.row.map((byte) => byte ^ 1) }));
        liar!.bodies.set(root, { ...held, rows });
      }
      const [first, second] = [...stranger!.bodies.keys()];
      stranger!.bodies.set(second!, stranger!.bodies.get(first!)!);
      expect(await chain.read(block)).toEqual(body);
    });

    it('refuses blocks of another place, and certificates that were changed', async () => {
      const chain = createChain(name);
      for (const size of [10, 20, 30]) await chain.append(random.bytes(size));
      const [, second, third] = chain.blocks as [Block, Block, Block];
      const moved = { ...second, number: 2, parent: third.parent };
      expect(await codeOf(chain.read(moved))).toBe('header_mismatch');
      expect(await codeOf(chain.read({ ...third, parent: second.parent }))).toBe('header_mismatch');
      const altered = third.certificate.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
      expect(await codeOf(chain.read({ ...third, certificate: altered }))).toBe(
        'signature_invalid',
      );
    });

    it('refuses two bodies for one number', async () => {
      const chain = createChain(name);
      await chain.append(random.bytes(10));
      chain.blocks.pop(); // the proposer tries again
      expect(await codeOf(chain.append(random.bytes(10)))).toBe('equivocation');
    });
  });
}

describe('the example', () => {
  it('imports only @barycenter/da-sampling, and the chain has fewer than 150 lines', () => {
    const folder = new URL('../src/', import.meta.url);
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      for (const [, specifier] of text.matchAll(/\sfrom '([^']+)'/g)) {
        expect(['@barycenter/da-sampling', './chain.ts']).toContain(specifier);
      }
      if (file === 'chain.ts') expect(text.split('\n').length).toBeLessThan(150);
    }
  });
});
