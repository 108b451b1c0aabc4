import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from './workspace.ts';

/** `.ci/run` in an empty repository, whose tools are stubs that print and exit as a test says. */
let repository: string;

/** Holds the repository, so that `..` has nothing else in it. */
let scratch: string;

/** What `npm test` leaves behind: vitest's report. */
const REPORT = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'barycenter-ci-'));
  repository = join(scratch, 'repository');
  mkdirSync(join(repository, '.ci'), { recursive: true });
  writeFileSync(join(repository, '.ci', 'kernel'), 'echo fine\n');
  mkdirSync(join(repository, 'node_modules', '.bin'), { recursive: true });
  copyFileSync(join(ROOT, '.ci', 'run'), join(repository, '.ci', 'run'));
  execFileSync('git', ['init', '-q'], { cwd: repository });
  // Every script of ours is a call of node; only `node -e` (reading the report) is the real one.
  stub('node', `[ "$1" = -e ] && exec ${process.execPath} "$@"\necho "3 passed, 0 failed"`);
  for (const tool of ['biome', 'tsc', 'changeset', 'chromium']) stub(tool, 'echo fine');
  stubTests(REPORT);
});

afterEach(() => rmSync(scratch, { recursive: true }));

/** Scripts that count their own checks. */
const SCRIPTS = 9;

/** Seven tests; three from each script; format-lint, types, kernel and changesets: one each. */
const ALL = 7 + SCRIPTS * 3 + 4;

test('all steps are run and their counts added up', () => {
  expect(runCi()).toEqual({ status: 0, last: `${ALL} passed, 0 failed` });
});

test('npm test is the first command, exactly', () => {
  runCi();
  expect(readFileSync(join(repository, 'calls'), 'utf8').split('\n')[0]).toBe('npm test');
});

test('a step that fails without counting is one failure', () => {
  stub('tsc', 'echo "error TS1"; exit 2');
  expect(runCi()).toEqual({ status: 1, last: `${ALL - 1} passed, 1 failed` });
});

test('a script that counts its failures adds them', () => {
  stub('node', `[ "$1" = -e ] && exec ${process.execPath} "$@"\necho "2 passed, 1 failed"; exit 1`);
  expect(runCi()).toEqual({ status: 1, last: `${ALL - SCRIPTS} passed, ${SCRIPTS} failed` });
});

test('failed tests, files that do not load and tests that did not run are failures', () => {
  const broken = { status: 'failed', assertionResults: [] };
  stubTests({ ...REPORT, numPendingTests: 2, testResults: [...REPORT.testResults, broken] });
  expect(runCi()).toEqual({ status: 1, last: `${ALL} passed, 3 failed` });
});

test('npm test that leaves no report is a failure', () => {
  stub('npm', 'exit 1');
  expect(runCi()).toEqual({ status: 1, last: `${ALL - 7} passed, 1 failed` });
});

test('absent vectors, peers and browsers are failures wherever they are printed', () => {
  stub('biome', 'echo "stdout | a.test.ts vectors absent, skipped: kzg (looked in /x)"');
  expect(runCi()).toEqual({ status: 1, last: `${ALL} passed, 1 failed` });
  for (const line of ['peer absent, skipped: c-kzg', 'chromium absent, skipped: browser']) {
    stub('biome', `echo "${line}"`);
    expect(runCi()).toEqual({ status: 1, last: `${ALL} passed, 1 failed` });
  }
});

test('only the vector sets named as absent may be absent', () => {
  stub('biome', 'echo "vectors absent, skipped: erasure (looked in /x)"');
  expect(runCi({ BARYCENTER_ALLOW_ABSENT: 'erasure' }).status).toBe(0);
  expect(runCi({ BARYCENTER_ALLOW_ABSENT: 'bls' }).status).toBe(1);
});

/** A command that notes its call and then runs `script`. */
function stub(name: string, script: string): void {
  const path = join(repository, 'node_modules', '.bin', name);
  const note = `echo "${name} $*" >> ${join(repository, 'calls')}`;
  writeFileSync(path, `#!/bin/sh\n[ "$1" = -e ] || ${note}\n${script}\n`);
  chmodSync(path, 0o755);
}

function stubTests(report: typeof REPORT): void {
  writeFileSync(join(repository, 'report.json'), JSON.stringify(report));
  stub('npm', `cp ${join(repository, 'report.json')} "$BARYCENTER_TEST_REPORT"`);
}

function runCi(more: Record<string, string> = {}): { status: number | null; last: string } {
  const { BARYCENTER_ALLOW_ABSENT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(join(repository, '.ci', 'run'), {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: {
      ...env,
      ...more,
      PATH: `${join(repository, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
    },
  });
  return { status, last: stdout.trimEnd().split('\n').at(-1)! };
}
