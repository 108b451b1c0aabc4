import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkOutputs, type Outputs, type Repository } from './kernel-check.ts';
import { ROOT, run } from './workspace.ts';

const OUTPUTS: Outputs = new Map<string, string | Uint8Array>([
  ['TOOLCHAIN', 'rustc 1\n'],
  ['a.wasm', Uint8Array.of(1, 2, 3)],
]);

/** A repository that committed these files; `tested` counts the runs of the tests. */
function repository(files: Readonly<Record<string, string | Uint8Array>>): Repository & {
  readonly tested: string[];
} {
  const tested: string[] = [];
  return {
    tested,
    record: 'TOOLCHAIN',
    read: (path) => {
      const content = files[path];
      return content === undefined ? undefined : Buffer.from(content);
    },
    test: () => tested.push('once'),
  };
}

test('with the recorded compiler the committed files must be those built, byte for byte', () => {
  const same = repository(Object.fromEntries(OUTPUTS));
  expect(checkOutputs(OUTPUTS, same)).toMatch(/are those of this source/);
  expect(same.tested).toEqual([]);
  for (const [module, message] of [
    [Uint8Array.of(1, 2, 4), 'a.wasm differs at byte 2 (3 bytes committed, 3 built)'],
    [Uint8Array.of(1, 2), 'a.wasm differs at byte 2 (2 bytes committed, 3 built)'],
    [Uint8Array.of(1, 2, 3, 4), 'a.wasm differs at byte 3 (4 bytes committed, 3 built)'],
  ] as const) {
    const other = repository({ TOOLCHAIN: 'rustc 1\n', 'a.wasm': module });
    expect(() => checkOutputs(OUTPUTS, other)).toThrow(message);
  }
  expect(() => checkOutputs(OUTPUTS, repository({ TOOLCHAIN: 'rustc 1\n' }))).toThrow(
    'a.wasm does not exist',
  );
  expect(() => checkOutputs(OUTPUTS, repository({}))).toThrow('TOOLCHAIN does not exist');
});

test('with another compiler nothing is compared, but what was built is tested', () => {
  for (const recorded of ['rustc 2\n', 'rustc 1', 'rustc 1\n\n']) {
    const other = repository({ TOOLCHAIN: recorded, 'a.wasm': Uint8Array.of(9) });
    expect(checkOutputs(OUTPUTS, other)).toMatch(/passes its tests/);
    expect(other.tested).toEqual(['once']);
    const failing = {
      ...other,
      test: () => {
        throw new Error('wrong parity');
      },
    };
    expect(() => checkOutputs(OUTPUTS, failing)).toThrow('wrong parity');
  }
});

test('the harness of the erasure kernel passes the committed module and no damaged one', () => {
  const module = readFileSync(join(ROOT, 'packages/erasure/src/kernel/strict.wasm'));
  // i8x16.swizzle becomes i8x16.eq, which also takes two vectors and gives one.
  const damaged = Uint8Array.from(module, (byte, at) =>
    byte === 0x0e && module[at - 1] === 0xfd ? 0x23 : byte,
  );
  expect(WebAssembly.validate(damaged)).toBe(true);
  const path = join(tmpdir(), `barycenter-kernel-${process.pid}.wasm`);
  const harness = join(ROOT, 'crates/erasure/harness/kernel.ts');
  try {
    const statuses = [module, damaged].map((bytes) => {
      writeFileSync(path, bytes);
      return run(['node', '--conditions=@barycenter/source', harness, path]).status;
    });
    expect(statuses).toEqual([0, 1]);
  } finally {
    rmSync(path);
  }
});
