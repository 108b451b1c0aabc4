/**
 * The first screen of each package's README as modules that a bundle can hold: `example:NAME` is its
 * first `ts` block as it stands, `example-worker:NAME` the same for a worker, which then posts a message.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { tsBlocks } from '../../scripts/readme.ts';
import { publishedPackages } from '../../scripts/workspace.ts';
import { DONE } from './src/readme.ts';

const FOLDERS = new Map(
  publishedPackages().map(({ folder, manifest }) => [
    manifest.name.replace('@barycenter/', ''),
    folder,
  ]),
);

/** Entry points of esbuild: `readme/NAME` and `readme-worker/NAME` for every published package. */
export const README_ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  [...FOLDERS.keys()].flatMap((name) => [
    [`readme-${name}`, `example:${name}`],
    [`readme-worker-${name}`, `example-worker:${name}`],
  ]),
);

/** Resolves `example:` and `example-worker:`; imports inside are resolved from `project`. */
export function readmeCode(project: string): Plugin {
  return {
    name: 'readme-code',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^example(-worker)?:/ }, ({ path }) => ({ path, namespace: 'example' }));
      onLoad({ filter: /./, namespace: 'example' }, ({ path }) => ({
        contents: path.startsWith('example:')
          ? firstBlock(path.slice('example:'.length))
          : worker(path),
        loader: 'ts',
        resolveDir: project,
      }));
    },
  };
}

function firstBlock(name: string): string {
  const folder = FOLDERS.get(name);
  if (folder === undefined) throw new RangeError(`no package ${name}`);
  const path = join(folder, 'README.md');
  const block = tsBlocks(readFileSync(path, 'utf8'))[0];
  if (block === undefined) throw new Error(`${path}: no ts block`);
  return block.code;
}

/** Node's workers have no global `postMessage`; there the end of the worker is the answer. The log stays for results. */
function worker(path: string): string {
  const name = path.slice('example-worker:'.length);
  return `console.log = () => {};\nawait import('example:${name}');\nglobalThis.postMessage?.('${DONE}');\n`;
}
