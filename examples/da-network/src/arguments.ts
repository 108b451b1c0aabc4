/** The command line: `barycenter COMMAND [arguments] [options]`. Anything unknown is a usage error. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MAX_BLOB_BYTES, PROFILES, type Profile, ZODA } from '@barycenter/da-sampling';
import { NetworkError } from './errors.ts';
import { parseIdentifier } from './identifier.ts';
import { MAX_NODES } from './network.ts';
import { DEFAULT_CONFIDENCE } from './sample.ts';

/** What every command knows. */
export interface CommonOptions {
  /** The state folder. */
  readonly dir: string;
  /** DA nodes; undefined: 16 for a new network, what is there for an old one. */
  readonly nodes: number | undefined;
  /** As `nodes`; undefined: eip7594 for a new network. */
  readonly profile: Profile | undefined;
  readonly workers: number;
  readonly json: boolean;
}

/** A parsed command line. */
export type Command =
  | { readonly name: 'help' }
  | (CommonOptions & { readonly name: 'put'; readonly file: string; readonly blobBytes: number })
  | (CommonOptions & {
      readonly name: 'get';
      readonly id: string;
      readonly output: string;
      readonly archive: boolean;
    })
  | (CommonOptions & { readonly name: 'sample'; readonly id: string; readonly confidence: number })
  | (CommonOptions & { readonly name: 'verify'; readonly file: string; readonly id: string })
  | (CommonOptions & { readonly name: 'demo'; readonly file: string | undefined });

/** Nodes below which the demo cannot kill 30 % of the stake and still recover for certain. */
export const MIN_DEMO_NODES = 4;
const MAX_WORKERS = 16;
/** Below 2^-80 nobody needs a sample; 1 - 2^-53 is the largest double below 1. */
const MAX_CONFIDENCE = 1 - 2 ** -53;

/** The text of `--help`. */
export const HELP = `usage: barycenter COMMAND [arguments] [options]

  put FILE              disperse FILE, certify it, archive it; prints its identifier
  get ID -o FILE        read what ID names, verify all of it, write it to FILE
  sample ID             be a light client: is it available?
  verify FILE ID        is FILE what ID names, and do the nodes hold it unharmed?
  demo [FILE]           the whole way on FILE (default: a real file of 881,554 bytes), with nodes
                        killed, a row tampered with and a blob withheld

options
  --dir DIR             state folder (default ./barycenter-data; the demo uses DIR/demo)
  --nodes N             DA nodes of a new network, 1 to ${MAX_NODES} (default 16; demo: ${MIN_DEMO_NODES} or more)
  --profile NAME        code and threshold of a new network: ${PROFILES.map(({ name }) => name).join(', ')}
                        (default eip7594)
  --scheme NAME         kzg (default), or zoda: hashes alone, no trusted setup
  --workers N           worker threads, 1 to ${MAX_WORKERS} (default 2, or 1 on one core)
  --json                one JSON document on stdout, and nothing else there
  --once                end when done; every command does, --json implies it
  -h, --help            this text
  put: --blob-bytes N   split above N bytes (default and most ${MAX_BLOB_BYTES.toLocaleString('en-US')})
  get: -o, --output F   the file to write
       --archive        read from the archive although the DA nodes may be there
  sample: --confidence C  between 0 and 1 (default ${DEFAULT_CONFIDENCE})

identifiers             blob:<64 hex>, or manifest:<64 hex> for a file of several blobs
exit codes              0 it held, 1 refused, 2 wrong usage
`;

const OPTIONS = {
  dir: { type: 'string' },
  nodes: { type: 'string' },
  profile: { type: 'string' },
  scheme: { type: 'string' },
  workers: { type: 'string' },
  json: { type: 'boolean' },
  once: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  'blob-bytes': { type: 'string' },
  output: { type: 'string', short: 'o' },
  archive: { type: 'boolean' },
  confidence: { type: 'string' },
} as const;

const COMMON = ['dir', 'nodes', 'profile', 'scheme', 'workers', 'json', 'once', 'help'];
const OWN: Readonly<Record<string, readonly string[]>> = {
  put: ['blob-bytes'],
  get: ['output', 'archive'],
  sample: ['confidence'],
  verify: [],
  demo: [],
};

/** Parses the arguments after `node barycenter.ts`; throws `NetworkError` 'usage'. */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') return { name: 'help' };
  if (name === undefined) throw usage('a command is needed');
  const own = OWN[name];
  if (own === undefined) throw usage(`unknown command ${JSON.stringify(name.slice(0, 40))}`);
  for (const option of Object.keys(values)) {
    if (!COMMON.includes(option) && !own.includes(option)) {
      throw usage(`--${option} is no option of ${name}`);
    }
  }
  const least = name === 'demo' ? MIN_DEMO_NODES : 1;
  const common: CommonOptions = {
    dir: nonEmpty(values.dir ?? 'barycenter-data', '--dir'),
    nodes: optionalInteger(values.nodes, { name: '--nodes', least, most: MAX_NODES }),
    profile: chosenProfile(values),
    workers:
      optionalInteger(values.workers, { name: '--workers', least: 1, most: MAX_WORKERS }) ??
      Math.min(2, availableParallelism()),
    json: values.json ?? false,
  };
  switch (name) {
    case 'put': {
      const [file] = take(rest, ['FILE']);
      const range = { name: '--blob-bytes', least: 1, most: MAX_BLOB_BYTES };
      const blobBytes = optionalInteger(values['blob-bytes'], range) ?? MAX_BLOB_BYTES;
      return { name, ...common, file: file!, blobBytes };
    }
    case 'get': {
      const [id] = take(rest, ['ID']);
      if (values.output === undefined) throw usage('get needs -o FILE');
      const output = nonEmpty(values.output, '--output');
      return { name, ...common, id: checkedId(id!), output, archive: values.archive ?? false };
    }
    case 'sample': {
      const [id] = take(rest, ['ID']);
      return { name, ...common, id: checkedId(id!), confidence: confidenceOf(values.confidence) };
    }
    case 'verify': {
      const [file, id] = take(rest, ['FILE', 'ID']);
      return { name, ...common, file: file!, id: checkedId(id!) };
    }
    default: {
      const [file] = rest.length === 0 ? [] : take(rest, ['FILE']);
      return { name: 'demo', ...common, file };
    }
  }
}

/** Whether a JSON document is expected, judged without parsing: also for usage errors. */
export function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Exactly the named positional arguments, none of them empty. */
function take(rest: readonly string[], names: readonly string[]): readonly string[] {
  if (rest.length !== names.length) {
    throw usage(`expected ${names.join(' ')}, got ${rest.length} arguments`);
  }
  rest.forEach((value, i) => {
    nonEmpty(value, names[i]!);
  });
  return rest;
}

function checkedId(id: string): string {
  parseIdentifier(id);
  return id;
}

function nonEmpty(value: string, name: string): string {
  if (value === '') throw usage(`${name} is empty`);
  return value;
}

function optionalInteger(
  text: string | undefined,
  { name, least, most }: { name: string; least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw usage(`${name}: expected an integer from ${least} to ${most}, got ${text.slice(0, 40)}`);
  }
  return value;
}

function chosenProfile({ profile, scheme = 'kzg' }: { profile?: string; scheme?: string }) {
  if (scheme === 'kzg') return profileNamed(profile);
  if (scheme !== 'zoda') throw usage(`--scheme: expected kzg or zoda, got ${scheme.slice(0, 40)}`);
  if (profile !== undefined) throw usage('--profile: those are of the scheme kzg');
  return ZODA;
}

function profileNamed(name: string | undefined): Profile | undefined {
  if (name === undefined) return undefined;
  const profile = PROFILES.find((known) => known.name === name);
  if (profile === undefined) {
    const names = PROFILES.map((known) => known.name).join(', ');
    throw usage(`--profile: expected one of ${names}, got ${name.slice(0, 40)}`);
  }
  return profile;
}

function confidenceOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONFIDENCE;
  const value = /^0?\.[0-9]{1,17}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= MAX_CONFIDENCE)) {
    throw usage(`--confidence: expected a number between 0 and 1, got ${text.slice(0, 40)}`);
  }
  return value;
}

function usage(message: string): NetworkError {
  return new NetworkError('usage', message);
}
