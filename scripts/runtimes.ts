/**
 * The four runtimes that the built packages are tried on, and how a module file is run on each.
 * Node 20.19 is the oldest Node that @noble supports, Node 24 the one that the repository works
 * with; all four are installed as development dependencies (of testing/conformance). The programs are
 * started directly: pnpm's shims in `.bin` set NODE_PATH, by which Bun would find packages of ours that
 * a user does not have.
 */
import { join } from 'node:path';
import { ROOT, run } from './workspace.ts';

/** A runtime: the start of its version, and the command before the module file. */
export type Runtime = {
  readonly name: string;
  readonly expected: string;
  readonly program: string;
  readonly options: readonly string[];
  /** Further options for packages with a native addon. */
  readonly nativeOptions: readonly string[];
};

const INSTALLED = join(ROOT, 'testing', 'conformance', 'node_modules');

/** Packages are taken from the nearest node_modules only: nothing is fetched while running. */
export const RUNTIMES: readonly Runtime[] = [
  {
    name: 'node-20',
    expected: 'v20.19.',
    program: join(INSTALLED, 'node-20', 'bin', 'node'),
    options: [],
    nativeOptions: [],
  },
  {
    name: 'node-24',
    expected: 'v24.',
    program: join(ROOT, 'node_modules', 'node', 'bin', 'node'),
    options: [],
    nativeOptions: [],
  },
  {
    name: 'bun',
    expected: '1.',
    program: join(INSTALLED, 'bun', 'bin', 'bun.exe'),
    options: ['run', '--no-install'],
    nativeOptions: [],
  },
  {
    name: 'deno',
    expected: 'deno 2.',
    program: join(INSTALLED, 'deno', 'deno'),
    options: [
      'run',
      '--quiet',
      '--no-prompt',
      '--node-modules-dir=manual',
      '--cached-only',
      '--allow-read',
      '--allow-env',
    ],
    nativeOptions: ['--allow-ffi', '--allow-sys'],
  },
];

/** The runtimes named (default: all), each checked to be there in the version expected. */
export function chooseRuntimes(names: readonly string[] = []): Runtime[] {
  for (const name of names) {
    if (!RUNTIMES.some((runtime) => runtime.name === name)) {
      throw new RangeError(
        `no runtime ${name}; there are: ${RUNTIMES.map((r) => r.name).join(', ')}`,
      );
    }
  }
  const chosen = RUNTIMES.filter(({ name }) => names.length === 0 || names.includes(name));
  for (const { name, program, expected } of chosen) {
    const { status, stdout, stderr } = run([program, '--version']);
    if (status !== 0 || !stdout.startsWith(expected)) {
      throw new Error(`${name}: ${program} answers ${stdout || stderr}, expected ${expected}`);
    }
    console.log(`${name}: ${stdout.split('\n')[0]}`);
  }
  return chosen;
}
