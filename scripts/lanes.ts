/**
 * `node scripts/lanes.ts` assembles packages/da-sampling/kernel/lanes.wat with binaryen and embeds the
 * module as src/lanes-module.ts. That the two agree is a test of the package (lanes.test.ts).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';

const PACKAGE: string = fileURLToPath(new URL('../packages/da-sampling', import.meta.url));

/** The text of src/lanes-module.ts for the module as it stands in kernel/lanes.wat. */
export function embedLanes(): string {
  const module = binaryen.parseText(readFileSync(join(PACKAGE, 'kernel', 'lanes.wat'), 'utf8'));
  module.setFeatures(binaryen.Features.SIMD128);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(100);
  module.optimize();
  if (!module.validate()) throw new Error('lanes.wat is not valid');
  const base64 = Buffer.from(module.emitBinary()).toString('base64');
  module.dispose();
  const lines = base64.match(/.{1,90}/g)!.map((line) => `  '${line}'`);
  return [
    '/** kernel/lanes.wat as base64. Written by scripts/lanes.ts. */',
    'export const LANES_MODULE: string =',
    `${lines.join(' +\n')};`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(PACKAGE, 'src', 'lanes-module.ts'), embedLanes());
}
