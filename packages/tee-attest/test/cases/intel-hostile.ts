/** Bytes and texts that mean nothing: every entry point refuses them with a code, and nothing else. */

import { type Random, seededRandom } from '@barycenter/testing';
import { TeeError } from '../../src/errors.ts';
import { readStrictJson } from '../../src/intel/json.ts';
import {
  type IntelCollateral,
  parseCcEventLog,
  parseDstackEventLog,
  parseIntelCollateral,
  parseQeIdentity,
  parseQuote,
  parseSgxReport,
  parseTcbInfo,
  parseTdReport,
  prepareIntelCollateral,
  readPcsResponses,
  verifyQuote,
} from '../../src/intel.ts';
import { type Case, same, unparsable } from './case.ts';
import { buildWorld, goodRecipe, type Keys } from './intel-world.ts';

const SEED = 20261121;
const ROUNDS = 300;

/** Lengths up to 1 MB, the short ones more often. */
function randomBytes(random: Random): Uint8Array<ArrayBuffer> {
  const limit = [16, 512, 8192, 40_000][random.integer(4)] as number;
  return random.bytes(random.integer(50) === 0 ? 1_000_000 : random.integer(limit));
}

const PIECES = '{}[],:"\\ \n0123456789-.eEtruefalsnl"id""version""tcbLevels""TDX"';

/** Text of JSON's own characters: more of it parses. */
function randomText(random: Random): string {
  const length = random.integer(200);
  return Array.from({ length }, () => PIECES[random.integer(PIECES.length)]).join('');
}

function demandTeeError(entry: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (error instanceof TeeError) return;
    throw new Error(`${entry} threw ${String(error)} (seed ${SEED})`);
  }
  throw new Error(`${entry} read random bytes (seed ${SEED})`);
}

/** A value of JSON, some levels deep. */
function randomValue(random: Random, depth: number): unknown {
  const kind = random.integer(depth > 0 ? 7 : 4);
  if (kind < 2) return [null, true, false, 0, -1.5e9, 7][random.integer(6)];
  if (kind < 4) return ['', '}', '"', '\\', ',":[', 'text'][random.integer(6)];
  const items = Array.from({ length: random.integer(4) }, () => randomValue(random, depth - 1));
  if (kind < 5) return items;
  return Object.fromEntries(items.map((item, i) => [`${'"{:\\'[i]}${i}`, item]));
}

/** Every law as a case. */
export function intelHostileCases(keys: Keys): readonly Case[] {
  const parsers: readonly (readonly [string, (bytes: Uint8Array) => unknown])[] = [
    ['parseQuote', parseQuote],
    ['parseSgxReport', parseSgxReport],
    ['parseTdReport', parseTdReport],
    ['parseCcEventLog', parseCcEventLog],
    [
      'readPcsResponses',
      (bytes) => {
        const statement = { body: bytes, issuerChain: '' };
        const lists = { pckCrl: bytes, rootCrl: bytes, pckCrlIssuerChain: '' };
        return readPcsResponses({ tcbInfo: statement, qeIdentity: statement, ...lists });
      },
    ],
  ];
  const readers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['parseTcbInfo', parseTcbInfo],
    ['parseQeIdentity', parseQeIdentity],
    ['parseIntelCollateral', parseIntelCollateral],
    ['parseDstackEventLog', (text) => parseDstackEventLog(`{${text}`)],
  ];
  return [
    ...parsers.map(([entry, parse]) => ({
      name: `hostile: ${entry} refuses random bytes of any length`,
      run: () => {
        const random = seededRandom(SEED);
        for (let i = 0; i < ROUNDS; i++) demandTeeError(entry, () => parse(randomBytes(random)));
      },
    })),
    ...readers.map(([entry, parse]) => ({
      name: `hostile: ${entry} refuses random text`,
      run: () => {
        const random = seededRandom(SEED);
        for (let i = 0; i < 5 * ROUNDS; i++) {
          demandTeeError(entry, () => parse(randomText(random)));
        }
        demandTeeError(entry, () => parse('['.repeat(200_000)));
        demandTeeError(entry, () => parse(' '.repeat(2_000_000)));
      },
    })),
    {
      name: 'hostile: random bytes in place of quote, lists, texts or chains are refused with a code',
      run: async () => {
        const random = seededRandom(SEED);
        const { quote, collateral, now, trust } = await buildWorld(keys, goodRecipe());
        for (let i = 0; i < ROUNDS / 3; i++) {
          const bytes = randomBytes(random);
          const text =
            i % 2 === 0 ? randomText(random) : String.fromCharCode(...bytes.slice(0, 999));
          const statement = { ...collateral.tcbInfo, text };
          const spoiled: readonly Partial<IntelCollateral>[] = [
            { rootCrl: bytes },
            { pckCrl: bytes },
            { pckCrlIssuerChain: text },
            { tcbInfo: statement },
            { qeIdentity: { ...statement, issuerChain: text } },
            { tcbInfo: { ...collateral.tcbInfo, signature: bytes } },
          ];
          for (const change of spoiled) {
            const changed = { ...collateral, ...change };
            const [direct, prepared] = await Promise.all([
              verifyQuote(quote, changed, { now, trust }),
              prepareIntelCollateral(changed, { now, trust }),
            ]);
            if (direct.ok || prepared.ok) throw new Error(`accepted (seed ${SEED}, round ${i})`);
            same(direct.code, prepared.code);
          }
          if ((await verifyQuote(bytes, collateral, { now, trust })).ok)
            throw new Error('accepted');
        }
      },
    },
    {
      name: 'hostile: an issuer chain with broken percent encoding is refused',
      run: async () => {
        const { collateral } = await buildWorld(keys, goodRecipe());
        const statement = { body: new TextEncoder().encode('{}'), issuerChain: '%zz' };
        unparsable(
          () =>
            readPcsResponses({
              ...collateral,
              pckCrlIssuerChain: '%',
              tcbInfo: statement,
              qeIdentity: statement,
            }),
          'collateral_malformed',
        );
      },
    },
    {
      name: 'JSON: the text of each member is where the value stood, whatever strings hold',
      run: () => {
        const random = seededRandom(SEED);
        for (let i = 0; i < ROUNDS; i++) {
          const value = { first: randomValue(random, 4), '"second"': randomValue(random, 4) };
          const text = JSON.stringify(value, undefined, random.integer(3));
          const json = readStrictJson(text, 1_000_000);
          if (json === undefined) throw new Error(`refused ${text} (seed ${SEED})`);
          same(json.value, value);
          same([...json.members.keys()], Object.keys(value));
          for (const [name, member] of json.members) {
            same(JSON.parse(member), value[name as keyof typeof value]);
            if (!text.includes(member)) throw new Error(`${member} does not stand in ${text}`);
          }
        }
      },
    },
    {
      name: 'JSON: a name twice is refused at any depth, written in any way',
      run: () => {
        for (const text of [
          '{"a":1,"a":1}',
          '{"a":1,"\\u0061":1}',
          '[{"b":{"a":[],"c":{},"a":1}}]',
          '{"":1,"":2}',
          '{"__proto__":1,"__proto__":2}',
        ]) {
          same(readStrictJson(text, 100), undefined);
        }
        for (const text of [
          '{"a":{"a":[{"a":1},{"a":2}]}}',
          '{"a":"a","b":"a"}',
          '{"__proto__":1}',
        ]) {
          same(readStrictJson(text, 100)?.value, JSON.parse(text));
        }
      },
    },
  ];
}
