/**
 * Entry of `npm test` and `npm run demo` on a machine that has only Node (>= 20.19) and npm:
 * installs what is missing (pnpm through npx), then runs the job under the repository's Node 24.
 * Plain JavaScript without dependencies, because nothing is installed when it starts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PNPM = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager;
const BIN = join(ROOT, 'node_modules', '.bin');
const STAMP = join(ROOT, 'node_modules', '.modules.yaml');
const LOCK = join(ROOT, 'pnpm-lock.yaml');

const JOBS = {
  test: ['vitest', 'run'],
  demo: [
    'node',
    '--conditions=@barycenter/source',
    join(ROOT, 'examples', 'da-network', 'bin', 'barycenter.ts'),
    'demo',
  ],
};

const [job, ...rest] = process.argv.slice(2);
if (!(job in JOBS)) {
  console.error(`usage: node scripts/launch.mjs ${Object.keys(JOBS).join('|')} [arguments]`);
  process.exit(2);
}
installIfMissing();
const [command, ...fixed] = JOBS[job];
// npm sets INIT_CWD to the folder the user typed the command in: file arguments are relative to it.
const folder = job === 'demo' ? (process.env.INIT_CWD ?? ROOT) : ROOT;
process.exit(run(command, [...fixed, ...rest], { folder }));

/** Runs pnpm install unless an install newer than the lock file is there. */
function installIfMissing() {
  const installed = existsSync(STAMP) && existsSync(join(BIN, 'node'));
  if (installed && statSync(STAMP).mtimeMs >= statSync(LOCK).mtimeMs) return;
  console.error(`installing dependencies with ${PNPM} ...`);
  const status = run('npx', ['-y', PNPM, 'install', '--frozen-lockfile'], { stdout: 2 });
  if (status !== 0) {
    console.error(`installation failed (status ${status})`);
    process.exit(1);
  }
}

/** Runs a command in a folder with the repository's .bin first on PATH. */
function run(name, args, { folder = ROOT, stdout = 'inherit' } = {}) {
  const env = {
    ...process.env,
    CI: process.env.CI ?? '1',
    PATH: `${BIN}${delimiter}${process.env.PATH}`,
  };
  const child = spawnSync(name, args, {
    cwd: folder,
    env,
    stdio: ['inherit', stdout, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (child.error) console.error(child.error.message);
  return child.status ?? 1;
}
