/**
 * The command `barycenter-stake FILE [--profile NAME] [--epochs N] [--grinding BITS] [--draws N]`: a
 * stake CSV in, the report out. The program in `bin/` hands in the arguments and how to read a file,
 * so that this runs, and is tested, anywhere.
 */
import { DaError } from './errors.ts';
import { PROFILES } from './profile.ts';
import { parseStakeCsv } from './stake-csv.ts';
import { describeStake, reportStake } from './stake-report.ts';

const USAGE = `usage: barycenter-stake FILE [--profile NAME] [--epochs N] [--grinding BITS] [--draws N]
FILE has one line "account,stake" per validator; --epochs are those of the lifetime in question.
profiles: ${PROFILES.map(({ name }) => name).join(', ')}
`;

/** What a program prints and its exit status: 0, 1 for a bad file, 2 for bad arguments. */
export type CommandResult = {
  readonly status: 0 | 1 | 2;
  readonly output: string;
};

/** Runs the command. Never throws; `readText` may reject. */
export async function runStakeCommand(
  args: readonly string[],
  readText: (path: string) => Promise<string>,
): Promise<CommandResult> {
  if (args.includes('--help')) return { status: 0, output: USAGE };
  const parsed = parseArguments(args);
  if (parsed === undefined) return { status: 2, output: USAGE };
  const { path, ...options } = parsed;
  try {
    const entries = parseStakeCsv(await readText(path));
    const stakes = entries.map(({ stake }) => stake);
    return { status: 0, output: describeStake(reportStake(stakes, options)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof RangeError) return { status: 2, output: `${message}\n${USAGE}` };
    const what = error instanceof DaError ? 'refused' : 'cannot be read';
    return { status: 1, output: `${path}: ${what}: ${message}\n` };
  }
}

function parseArguments(args: readonly string[]) {
  const paths: string[] = [];
  const values = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    if (!args[i]!.startsWith('--')) paths.push(args[i]!);
    else values.set(args[i]!, args[++i] ?? '');
  }
  const profile = PROFILES.find(({ name }) => name === (values.get('--profile') ?? 'eip7594'));
  const known = ['--profile', '--epochs', '--grinding', '--draws'];
  const numbers = [...values].filter(([name]) => name !== '--profile').map(([, value]) => value);
  const isUnknown = [...values.keys()].some((name) => !known.includes(name));
  const isNoNumber = numbers.some((value) => !/^\d{1,10}$/.test(value));
  if (paths.length !== 1 || profile === undefined || isUnknown || isNoNumber) return undefined;
  return {
    path: paths[0]!,
    profile,
    epochs: Number(values.get('--epochs') ?? 1),
    grindingBits: Number(values.get('--grinding') ?? 0),
    draws: Number(values.get('--draws') ?? 16),
  };
}
