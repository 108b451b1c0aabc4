import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { BlsError, compileKernel, createBls, createBlsSync } from '../src/index.ts';
import { createNativeBls } from '../src/native.ts';

afterEach(() => vi.unstubAllGlobals());

/** WebAssembly as a Content-Security-Policy leaves it: present, validating, and refusing to compile. */
function forbidWebAssembly(): void {
  const forbidden = (): never => {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
  };
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
    ),
    Module: forbidden,
    compile: async () => forbidden(),
    instantiate: async () => forbidden(),
  });
}

// First, because a kernel that was compiled once is remembered by the realm.
test('where WebAssembly is forbidden or absent, auto is JavaScript and says why', async () => {
  forbidWebAssembly();
  const bls = await createBls();
  expect(bls.backend().name).toBe('noble');
  expect(bls.backend().reason).toMatch(/disallowed by embedder/);
  expect(await compileKernel()).toBeUndefined();
  await expect(createBls({ backend: 'scalar' })).rejects.toMatchObject({
    name: 'BlsError',
    code: 'backend_unavailable',
  });
  expect((await createNativeBls()).backend().reason).toMatch(/noble backend/);
  vi.stubGlobal('WebAssembly', undefined);
  const without = await createBls();
  expect(without.backend().name).toBe('noble');
  expect(without.backend().reason).toMatch(/no WebAssembly/);
  const secretKey = without.keyGen(new Uint8Array(32));
  expect(without.publicKey(secretKey)).toEqual(bls.publicKey(secretKey));
});

test('a backend by name is that one', async () => {
  for (const backend of ['scalar', 'js'] as const) {
    const { name, reason } = (await createBls({ backend })).backend();
    expect(name).toBe(backend === 'js' ? 'noble' : backend);
    expect(reason.length).toBeGreaterThan(10);
  }
});

test('other names are a mistake of the caller', async () => {
  const backend = 'simd' as 'auto';
  await expect(createBls({ backend })).rejects.toBeInstanceOf(RangeError);
  await expect(compileKernel({ backend })).rejects.toBeInstanceOf(RangeError);
  await expect(compileKernel({ backend: 'js' as 'auto' })).rejects.toBeInstanceOf(RangeError);
  await expect(createNativeBls({ backend })).rejects.toBeInstanceOf(RangeError);
});

test('without a module, creation at once is JavaScript', () => {
  expect(createBlsSync().backend().name).toBe('noble');
  expect(createBlsSync({}).backend().reason).toMatch(/without a compiled kernel/);
});

test('with a compiled kernel, creation at once runs in it', async () => {
  const module = await compileKernel({ backend: 'scalar' });
  const bls = createBlsSync({ module: module! });
  expect(bls.backend().name).toBe('scalar');
  const secretKey = bls.keyGen(new Uint8Array(32));
  expect(bls.publicKey(secretKey)).toEqual(createBlsSync().publicKey(secretKey));
});

test('a module that is no kernel, or answers wrongly, is refused', async () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  // (module (func (export "backend_scalar")))
  const impostor = new WebAssembly.Module(
    new Uint8Array([
      ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 18, 1, 14],
      ...new TextEncoder().encode('backend_scalar'),
      ...[0, 0, 10, 4, 1, 2, 0, 11],
    ]),
  );
  for (const module of [empty, impostor]) {
    const create = () => createBlsSync({ module });
    expect(create).toThrow(BlsError);
    expect(create).toThrow(expect.objectContaining({ code: 'backend_unavailable' }));
  }
});

test('objects of one realm share a compiled kernel and nothing else', async () => {
  const [one, two] = await Promise.all([
    compileKernel({ backend: 'scalar' }),
    compileKernel({ backend: 'scalar' }),
  ]);
  expect(one).toBe(two);
  const [first, second] = await Promise.all([createBls(), createBls()]);
  const secretKey = first.keyGen(new Uint8Array(32));
  first.dispose();
  expect(second.publicKey(secretKey)).toHaveLength(48);
});

test('a worker that is sent the compiled kernel creates at once and answers the same', async () => {
  const module = await compileKernel({ backend: 'scalar' });
  const index = new URL('../src/index.ts', import.meta.url).href;
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import('${index}').then(({ createBlsSync }) => {
      const bls = createBlsSync({ module: workerData });
      const secretKey = new Uint8Array(32).fill(1);
      parentPort.postMessage({ name: bls.backend().name, key: bls.publicKey(secretKey) });
    });`;
  const worker = new Worker(source, {
    eval: true,
    workerData: module,
    execArgv: ['--conditions=@barycenter/source'],
  });
  try {
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const key = createBlsSync().publicKey(new Uint8Array(32).fill(1));
    expect(answer).toEqual({ name: 'scalar', key });
  } finally {
    await worker.terminate();
  }
});
