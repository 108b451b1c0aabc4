import { compileKernel, createKzg, KzgError } from '@barycenter/kzg';
import { createKzgSync } from '@barycenter/kzg/sync';
import { expect, test } from 'vitest';
import {
  checkKernel,
  decodeBase64,
  isFused,
  type KernelName,
  type KernelSource,
  kernelName,
  loadKernel,
} from '../src/kernel/load.ts';
import { acceptsKernel, KNOWN_ANSWERS } from '../src/wasm/known-answer.ts';
import { backends } from './every-backend.ts';

const module = await compileKernel({ backend: 'scalar' });
if (module === undefined) throw new Error('the scalar kernel does not run here');

/** A source that says what it was asked. */
function source(change: Partial<KernelSource> = {}): KernelSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    refuses: async () => undefined,
    compile: async (name) => {
      asked.push(name);
      return module as WebAssembly.Module;
    },
    ...change,
  };
}

const accepts = (): boolean => true;

test('Node 24 runs fma, scalar and js; fma is chosen', async () => {
  expect(backends.map(({ name }) => name)).toEqual(['js', 'scalar', 'fma']);
  expect((await createKzg()).backend()).toEqual({
    name: 'fma',
    reason: 'relaxed SIMD with fused multiply-add',
  });
});

test('a backend that cannot run is refused with its reason', async () => {
  await expect(createKzg({ backend: 'wide' })).rejects.toThrow(
    expect.objectContaining({
      name: 'KzgError',
      code: 'backend_unavailable',
      message: expect.stringContaining('128-bit'),
    }),
  );
  for (const backend of ['native', '', 1, null]) {
    await expect(createKzg({ backend: backend as 'js' })).rejects.toThrow(RangeError);
    await expect(compileKernel({ backend: backend as 'fma' })).rejects.toThrow(RangeError);
  }
  await expect(createKzg({ tables: 'some' as 'lazy' })).rejects.toThrow(RangeError);
  expect(await compileKernel({ backend: 'wide' })).toBeUndefined();
});

test('builds are tried in order: refused, not compilable, and wrong ones are passed over', async () => {
  const answers: KernelName[] = [];
  const kernel = await loadKernel('auto', {
    source: source({
      refuses: async (name) => (name === 'fma' ? 'no relaxed SIMD' : undefined),
      compile: async (name) => {
        answers.push(name);
        if (name === 'wide') throw new WebAssembly.CompileError('not in this engine');
        return module;
      },
    }),
    accepts,
  });
  expect(answers).toEqual(['wide', 'scalar']);
  expect(kernel).toMatchObject({
    name: 'scalar',
    reason: '64-bit integers; no relaxed SIMD; wide: not in this engine',
  });
});

test('a build that answers wrongly or traps is not used, and the reasons are given', async () => {
  let calls = 0;
  const none = await loadKernel('auto', {
    source: source(),
    accepts: () => {
      calls++;
      if (calls === 2) throw new WebAssembly.RuntimeError('unreachable');
      return false;
    },
  });
  expect(calls).toBe(3);
  expect(none.name).toBeUndefined();
  expect(none.reason).toMatch(/fma: wrong answer.*wide: failed.*unreachable.*scalar: wrong answer/);
});

test('where code may not be generated the answer is a reason', async () => {
  const forbidden = source({
    compile: async () => {
      throw new WebAssembly.CompileError('disallowed by embedder');
    },
  });
  const none = await loadKernel('scalar', { source: forbidden, accepts });
  expect(none).toEqual({ name: undefined, reason: 'scalar: disallowed by embedder' });
});

test('a kernel is compiled once per source, an unexpected failure is tried again', async () => {
  const good = source();
  const [first, second] = await Promise.all(
    [0, 1].map(() => loadKernel('scalar', { source: good, accepts })),
  );
  expect(await loadKernel('scalar', { source: good, accepts })).toBe(first);
  expect(second).toBe(first);
  expect(good.asked).toEqual(['scalar']);

  let failures = 1;
  const flaky = source({
    compile: async () => {
      if (failures-- > 0) throw new TypeError('network');
      return module;
    },
  });
  await expect(loadKernel('scalar', { source: flaky, accepts })).rejects.toThrow('network');
  expect(await loadKernel('scalar', { source: flaky, accepts })).toMatchObject({ name: 'scalar' });
});

test('the probe takes only exact results of multiply-add, cold and hot', () => {
  const probe = (madd: (x: number, y: number, z: number) => number, wrongFrom = 0): boolean => {
    const m = { buffer: new ArrayBuffer(256) };
    let calls = 0;
    const f = (): void => {
      calls++;
      const values = new Float64Array(m.buffer);
      const compute = wrongFrom > 0 && calls >= wrongFrom ? rounded : madd;
      for (let i = 0; i < 8; i++) {
        values[24 + i] = compute(values[i]!, values[8 + i]!, values[16 + i]!);
      }
    };
    return isFused({ exports: { m, f } } as unknown as WebAssembly.Instance);
  };
  expect(probe(fused)).toBe(true);
  expect(probe(rounded)).toBe(false);
  expect(probe(fused, 2)).toBe(false); // right until optimised
  expect(probe(fused, 3)).toBe(false);
});

test('a module of the caller is recognised, tried, and refused if it is none of ours', () => {
  expect(kernelName(module)).toBe('scalar');
  expect(checkKernel(module, acceptsKernel)).toMatchObject({ name: 'scalar', module });
  expect(checkKernel(module, () => false)).toMatchObject({ name: undefined });
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  expect(kernelName(empty)).toBeUndefined();
  expect(() => createKzgSync({ module: empty })).toThrow(KzgError);
  expect(createKzgSync({ module }).backend().name).toBe('scalar');
  expect(createKzgSync().backend().name).toBe('js');
});

test('a compiled module runs where nothing may be compiled; the known answer still decides', async () => {
  const fma = (await compileKernel({ backend: 'fma' }))!;
  const { Module } = WebAssembly;
  const construct = (): object => {
    throw new WebAssembly.CompileError('disallowed by embedder');
  };
  WebAssembly.Module = new Proxy(Module, { construct });
  try {
    expect(checkKernel(fma, acceptsKernel).name).toBe('fma');
    expect(checkKernel(fma, () => false).name).toBeUndefined();
  } finally {
    WebAssembly.Module = Module;
  }
});

test('the known answers are those of big integers', () => {
  for (const [rounds, answer] of KNOWN_ANSWERS) {
    expect(chain(P, 48, rounds) + chain(R, 32, rounds)).toBe(answer);
  }
});

test('an instance whose arithmetic is wrong anywhere does not answer the known question', () => {
  const { exports } = new WebAssembly.Instance(module);
  const real = exports as Record<string, (...p: number[]) => number>;
  const altered = (name: string, change: (...p: number[]) => number): boolean =>
    acceptsKernel({ exports: { ...exports, [name]: change } } as unknown as WebAssembly.Instance);
  expect(acceptsKernel({ exports } as WebAssembly.Instance)).toBe(true);
  let hot = 0;
  expect(
    altered('known_answer', (rounds, out) => {
      real.known_answer!(rounds!, out!);
      if (hot++ === 2)
        new Uint8Array((exports.memory as WebAssembly.Memory).buffer)[out! + 159]! ^= 1;
      return 0;
    }),
  ).toBe(false);
  expect(altered('g1_multiply', () => 4)).toBe(false);
  expect(altered('g1_multiply', (p, n, s, out) => real.g1_multiply!(p!, n! - 1, s!, out!))).toBe(
    false,
  );
});

test('base64 gives the bytes, with and without the engine helping', () => {
  expect(decodeBase64('AAEC/w==')).toEqual(Uint8Array.of(0, 1, 2, 255));
  expect(decodeBase64('')).toEqual(new Uint8Array(0));
});

const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** a <- (a^2 b + a)^2 - (b - a) a in two lanes, from fixed starts. */
function chain(modulus: bigint, bytes: number, rounds: number): string {
  const b = [modulus - 1n, modulus >> 3n];
  let a = [modulus >> 1n, 3n];
  const reduce = (value: bigint): bigint => ((value % modulus) + modulus) % modulus;
  for (let i = 0; i < rounds; i++) {
    a = a.map((value, lane) => {
      const square = reduce(value * value * b[lane]! + value) ** 2n;
      return reduce(square - value * reduce(b[lane]! - value));
    });
  }
  return a.map((value) => value.toString(16).padStart(2 * bytes, '0')).join('');
}

function rounded(x: number, y: number, z: number): number {
  return x * y + z;
}

function fused(x: number, y: number, z: number): number {
  const scale = 2n ** 60n;
  const integer = (value: number): bigint => BigInt(value * 2 ** 60);
  return Number(integer(x) * integer(y) + integer(z) * scale) / 2 ** 120;
}
