/**
 * Named checks that are counted: a script runs each through `check`, prints what failed, and ends
 * with `finish()`, whose `N passed, N failed` `.ci/run` adds up.
 */

let passed = 0;
let failed = 0;

/** Runs one check; a thrown error is printed and counted. Returns whether it held. */
export async function check(name: string, body: () => unknown): Promise<boolean> {
  const started = performance.now();
  try {
    await body();
    passed++;
    console.log(`ok      ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    failed++;
    const text = error instanceof Error ? error.message : String(error);
    console.log(`FAILED  ${name}\n${text.trimEnd().replace(/^/gm, '        ')}`);
    return false;
  }
}

/** Adds counts that a child process reported. */
export function addCounts(counts: { readonly passed: number; readonly failed: number }): void {
  passed += counts.passed;
  failed += counts.failed;
}

/** Prints the counts as the last line and sets the exit status. */
export function finish(): void {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
