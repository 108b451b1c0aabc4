/** Makes sure that `dist` is what the sources say, for measurements of the packages as published. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds all packages if one named here has no `dist` newer than its sources. Throws on failure. */
export function ensureBuilt(packages: readonly string[]): void {
  const stale = packages.some((name) => {
    const folder = join(ROOT, 'packages', name);
    const output = join(folder, 'dist', 'index.js');
    return !existsSync(output) || statSync(output).mtimeMs < newest(join(folder, 'src'));
  });
  if (!stale) return;
  console.log('building packages ...');
  const done = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.ts')], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`build failed\n${done.stdout}${done.stderr}`);
}

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(folder, name)).mtimeMs,
    ),
  );
}
