/**
 * The command `tee-attest verify FILE…`: evidence and collateral in files, the appraisal out. The
 * program in `bin/` hands in the arguments, how to read a file, and the time, so that this runs, and
 * is tested, anywhere.
 */
import { appraisalReport, describeAppraisal } from '../appraisal/report.ts';
import { appraise } from '../appraise.ts';
import { parseHex, parseText } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { CollateralClient } from '../fetch/answer.ts';
import { definePolicy, parsePolicy } from '../policy/policy.ts';
import type { Policy } from '../policy/policy-shape.ts';
import { printable } from '../printable.ts';
import { GatherError, gather } from './gather.ts';

const USAGE = `usage: tee-attest verify FILE... [options]

FILE: an SGX or TDX quote, a SEV-SNP report, a GPU report or NVIDIA's evidence JSON, and what they are
judged by: collateral JSON, certificates and chains (DER, PEM), revocation lists, OCSP answers,
reference manifests, an event log, or one bundle with all of it. Each is recognised by its contents.

  --collateral FILE   the same as FILE
  --policy FILE       policy in JSON; default: the defaults of this package
  --now TIME          judge at this time (2026-11-21T12:00:00Z); default: now
  --report-data HEX   what the CPU's report data must be, 64 bytes
  --nonce HEX         what the GPUs were asked with, 32 bytes; once, or once per GPU
  --fetch             ask the vendors' services for what is missing
  --all               print every check, not only those that do not hold
  --json              print JSON
  --help

status: 0 affirming, 1 anything else, 2 a mistake in the arguments
`;

/** What a program prints and its exit status. */
export interface CommandResult {
  readonly status: 0 | 1 | 2;
  readonly output: string;
}

/** What the command needs of the world. */
export interface CommandWorld {
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly now: () => Date;
  /** For `--fetch`. */
  readonly client: () => CollateralClient;
}

/** The arguments are none that the command knows. */
class UsageError extends Error {}

const FLAGS = ['--fetch', '--all', '--json'];
const VALUES = ['--collateral', '--policy', '--now', '--report-data', '--nonce'];
const MAX_FILES = 256;

interface Arguments {
  readonly paths: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Runs the command. Never throws for what users write or files hold. */
export async function runVerifyCommand(
  args: readonly string[],
  world: CommandWorld,
): Promise<CommandResult> {
  if (args.includes('--help')) return { status: 0, output: USAGE };
  try {
    return await verify(parseArguments(args), world);
  } catch (error) {
    if (error instanceof UsageError)
      return { status: 2, output: error.message === '' ? USAGE : `${error.message}\n` };
    if (!(error instanceof GatherError || error instanceof TeeError)) throw error;
    const { message } = error;
    const code = error instanceof TeeError ? error.code : 'files';
    if (args.includes('--json'))
      return { status: 1, output: `${JSON.stringify({ status: 'none', code, message })}\n` };
    return { status: 1, output: `refused: ${code}: ${printable(message)}\n` };
  }
}

async function verify(
  { paths, flags, values }: Arguments,
  { read, now, client }: CommandWorld,
): Promise<CommandResult> {
  const readFile = async (name: string) => {
    try {
      return { name, bytes: await read(name) };
    } catch (error) {
      throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const policy = await readPolicy(values.get('--policy')?.[0], readFile);
  const time = readTime(values.get('--now')?.[0]) ?? now();
  const [reportData] = readHex(values, '--report-data', 64);
  const nonces = readHex(values, '--nonce', 32);
  const files = await Promise.all(paths.map(readFile));
  const evidence = await gather(files, flags.has('--fetch') ? client() : undefined);
  const count = evidence.gpus?.length ?? 0;
  if (nonces.length > 1 && nonces.length !== count)
    throw new UsageError(`--nonce: ${nonces.length} for ${count} GPUs`);
  const [first] = nonces;
  const gpuNonces =
    first && Array.from({ length: count }, (_, i) => (nonces.length === 1 ? first : nonces[i]!));
  const appraisal = await appraise(evidence, policy, {
    now: time,
    ...(reportData && { reportData }),
    ...(gpuNonces && { gpuNonces }),
  });
  const output = flags.has('--json')
    ? `${JSON.stringify(appraisalReport(appraisal), undefined, 2)}\n`
    : describeAppraisal(appraisal, { all: flags.has('--all') });
  return { status: appraisal.status === 'affirming' ? 0 : 1, output };
}

function parseArguments([command, ...args]: readonly string[]): Arguments {
  const paths: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('--')) paths.push(arg);
    else if (FLAGS.includes(arg)) flags.add(arg);
    else if (VALUES.includes(arg) && args[i + 1] !== undefined)
      values.set(arg, [...(values.get(arg) ?? []), args[++i]!]);
    else throw new UsageError();
  }
  paths.push(...(values.get('--collateral') ?? []));
  if (command !== 'verify' || paths.length === 0 || paths.length > MAX_FILES)
    throw new UsageError();
  for (const name of ['--policy', '--now', '--report-data']) {
    if ((values.get(name)?.length ?? 0) > 1) throw new UsageError(`${name}: given twice`);
  }
  return { paths, flags, values };
}

async function readPolicy(
  path: string | undefined,
  readFile: (path: string) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<Policy> {
  if (path === undefined) return definePolicy({ version: 1 });
  const { bytes } = await readFile(path);
  try {
    return parsePolicy(parseText(bytes) ?? '');
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
}

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)
    ? new Date(text)
    : new Date(Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new UsageError('--now: expected a time in UTC such as 2026-11-21T12:00:00Z');
  return time;
}

function readHex(values: Arguments['values'], name: string, size: number): Uint8Array[] {
  return (values.get(name) ?? []).map((text) => {
    const bytes = parseHex(text);
    if (bytes?.length !== size)
      throw new UsageError(`${name}: expected ${size} bytes in hexadecimal`);
    return bytes;
  });
}
