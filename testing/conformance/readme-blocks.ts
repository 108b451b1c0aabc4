/**
 * The runnable code of a README as modules of a bundle, so that every runtime executes what a reader
 * is shown: `import { BLOCKS } from 'readme:packages/erasure/README.md'`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { tsBlocks } from '../../scripts/readme.ts';
import { ROOT } from '../../scripts/workspace.ts';

/** Resolves `readme:PATH` to a list of its blocks, and `readme:PATH:LINE` to one of them. */
export const readmeBlocks: Plugin = {
  name: 'readme-blocks',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^readme:/ }, ({ path }) => ({ path, namespace: 'readme' }));
    onLoad({ filter: /.*/, namespace: 'readme' }, ({ path }) => {
      const [, file, line] = path.split(':') as [string, string, string | undefined];
      const blocks = tsBlocks(readFileSync(join(ROOT, file), 'utf8'));
      const contents =
        line === undefined
          ? `export const BLOCKS = [${blocks.map(({ line: at }) => entry(`readme:${file}:${at}`, at)).join()}];`
          : blocks.find(({ line: at }) => String(at) === line)!.code;
      return { contents, loader: 'ts', resolveDir: join(ROOT, 'testing', 'conformance') };
    });
  },
};

function entry(module: string, line: number): string {
  return `{ line: ${line}, run: () => import('${module}') }`;
}
