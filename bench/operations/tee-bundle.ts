/** Bytes that a page loads to verify evidence: bundled from source, minified, gzipped. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { counted } from '../src/counted.ts';
import type { Must } from '../src/must.ts';
import { type Operation, operation } from '../src/operation.ts';

async function bundleBytes(entries: readonly string[]): Promise<number> {
  const names = entries.map((entry) => `@barycenter/tee-attest/${entry}`);
  const contents = names.map((name) => `export * from '${name}';`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['@barycenter/source'],
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const ENTRIES: readonly (readonly [entries: readonly string[], must: readonly Must[]])[] = [
  [['intel', 'amd'], [{ rule: 'atMost', bound: 60_000 }]],
  [['nvidia'], []],
  [['attested-key'], []],
];

export const bundleSizes: readonly Operation[] = ENTRIES.map(([entries, must]) =>
  operation<undefined>({
    name: `tee::bundleGzip/entries=${entries.join('+')}`,
    table: 'tee-figures',
    unit: 'bytes',
    must,
    minRounds: 1,
    input: async () => undefined,
    contenders: { ours: async () => counted(() => bundleBytes(entries)) },
  }),
);
