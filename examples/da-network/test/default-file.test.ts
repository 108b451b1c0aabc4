import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultFile } from '../src/default-file.ts';

test('the default file is there after an install and is about 1 MiB', () => {
  expect(statSync(defaultFile()).size).toBe(881_554);
});
