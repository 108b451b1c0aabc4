/** The command line: what is asked, and what is answered. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CODECS, type Codec, ErasureError } from '../src/index.ts';
import { Fault } from './fault.ts';
import { join } from './join.ts';
import { createProgress, type Progress, type TextStream } from './progress.ts';
import { repair, verify } from './repair.ts';
import { ShardSet, type ShardState } from './shard-set.ts';
import { split } from './split.ts';

const USAGE = `usage: erasure COMMAND FILE [options]

  split FILE    writes the shards FILE.000.shard, FILE.001.shard, ...; any k of them give FILE back
  join FILE     writes FILE from its shards
  verify FILE   reads every shard and names what is missing or damaged
  repair FILE   makes missing and damaged shards anew

  --data N      data shards k (split; default 10)
  --parity N    parity shards m (split; default 4); together at most 256
  --codec NAME  auto (default), ${CODECS.join(', ')}
  --shards FILE where the shards lie, if not beside FILE: FILE.000.shard, ...
  --id HEX      which set, if shards of several lie there; its first digits suffice
  --force       join: writes over FILE; split: over its shards
  --help

Ends with 0 if all is well, 1 if something is damaged or cannot be done, 2 for wrong arguments.`;

/** Where a command writes. */
export interface Output {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** Runs a command; resolves to the process's exit status. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  try {
    const request = parse(args);
    if (request === undefined) {
      output.stdout.write(`${USAGE}\n`);
      return 0;
    }
    return await COMMANDS[request.command](request, output);
  } catch (error) {
    const isWrongCall = error instanceof RangeError || error instanceof TypeError;
    const isSystem = error instanceof Error && 'syscall' in error;
    const isKnown = error instanceof Fault || error instanceof ErasureError;
    if (!isWrongCall && !isSystem && !isKnown) throw error;
    output.stderr.write(`erasure: ${(error as Error).message}\n`);
    return isWrongCall ? 2 : 1;
  }
}

interface Request {
  readonly command: keyof typeof COMMANDS;
  readonly file: string;
  readonly shards: string;
  readonly codec: Codec | 'auto';
  readonly dataShards: number;
  readonly parityShards: number;
  readonly id: string;
  readonly force: boolean;
}

const COMMANDS = {
  split: async (request: Request, { stdout, stderr }: Output): Promise<number> => {
    const { file, shards: target, force } = request;
    const first = `${target}.000.shard`;
    if (!force && existsSync(first)) throw new Fault(`${first} is there; --force writes over it`);
    const { set, cut } = await split(file, { ...request, target }, (total) =>
      createProgress(stderr, { verb: 'split', total }),
    );
    const { dataShards, parityShards, codec } = cut;
    stdout.write(`${dataShards} + ${parityShards} shards, ${codec}, id ${set.toString('hex')}\n`);
    return 0;
  },

  join: (request: Request, output: Output): Promise<number> =>
    withSet(request, output, async (set, progress) => {
      const { file: target, force } = request;
      if (!force && existsSync(target)) {
        throw new Fault(`${target} is there; --force writes over it`);
      }
      await join(set, { target, progress });
      const bad = set.states.filter((state) => !set.isWhole(state));
      if (bad.length > 0) output.stderr.write(`${listOf(bad)}\n`);
      output.stdout.write(`${target}: ${set.cut.byteLength} bytes\n`);
      return 0;
    }),

  verify: (request: Request, output: Output): Promise<number> =>
    withSet(request, output, async (set, progress) => {
      const { damaged, lostStripes } = await verify(set, progress);
      const count = set.states.length;
      if (damaged.length === 0) {
        output.stdout.write(`all ${count} shards are whole\n`);
        return 0;
      }
      const lost = `${lostStripes.length} of ${set.stripeCount} stripes are lost`;
      const hope = lostStripes.length === 0 ? 'repair makes them anew' : lost;
      output.stdout.write(`${listOf(damaged)}\n${damaged.length} of ${count} shards: ${hope}\n`);
      return 1;
    }),

  repair: (request: Request, output: Output): Promise<number> =>
    withSet(request, output, async (set, progress) => {
      const { damaged } = await verify(set, progress);
      if (damaged.length > 0) await repair(set, { damaged, progress });
      const list = damaged.length === 0 ? '' : `${listOf(damaged)}\n`;
      output.stdout.write(`${list}${damaged.length} shards made anew\n`);
      return 0;
    }),
} as const;

/** Opens the set, shows progress, and closes the set. */
async function withSet(
  { command, shards, id }: Request,
  { stderr }: Output,
  work: (set: ShardSet, progress: Progress) => Promise<number>,
): Promise<number> {
  const set = await ShardSet.open(shards, id);
  try {
    return await work(set, createProgress(stderr, { verb: command, total: set.cut.byteLength }));
  } finally {
    await set.close();
  }
}

function listOf(states: readonly ShardState[]): string {
  return states.map((state) => `${state.path}: ${wordsOf(state)}`).join('\n');
}

function wordsOf({ problem, isFrayed, damagedStripes }: ShardState): string {
  if (problem !== undefined) return problem;
  const [first] = damagedStripes;
  if (first === undefined) return isFrayed ? 'damaged outside of its stripes' : 'whole';
  const more = damagedStripes.size > 1 ? ` and ${damagedStripes.size - 1} more` : '';
  return `damaged in stripe ${first}${more}`;
}

/** The request, or undefined if help is asked for. Throws `TypeError` or `RangeError`. */
function parse(args: readonly string[]): Request | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string', default: '10' },
      parity: { type: 'string', default: '4' },
      codec: { type: 'string', default: 'auto' },
      shards: { type: 'string' },
      id: { type: 'string', default: '' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [command, file, ...more] = positionals;
  if (!isCommand(command) || file === undefined || more.length > 0) {
    throw new TypeError(`expected ${Object.keys(COMMANDS).join(', ')} and a file; see --help`);
  }
  return {
    command,
    file,
    shards: values.shards ?? file,
    codec: values.codec as Codec | 'auto',
    dataShards: countOf(values.data, '--data'),
    parityShards: countOf(values.parity, '--parity'),
    id: values.id.toLowerCase(),
    force: values.force,
  };
}

function isCommand(text: string | undefined): text is keyof typeof COMMANDS {
  return text !== undefined && Object.hasOwn(COMMANDS, text);
}

function countOf(text: string, name: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new RangeError(`${name}: expected a number from 1, got ${text}`);
}
