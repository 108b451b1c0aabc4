import { createKzg } from '@barycenter/kzg';
import { afterEach, expect, test, vi } from 'vitest';

import { compileKernel } from '../src/create.ts';
import { serveJobs, type WorkerAnswer } from '../src/pool-jobs.ts';
import { localPorts, portTo, portToCreator, type WorkerPort } from '../src/worker-port.ts';

/** The next message of a port. */
function next(port: WorkerPort): Promise<unknown> {
  return new Promise((resolve, reject) => {
    port.listen(resolve, (message) => reject(new Error(message)));
  });
}

test('without workers the jobs are served in this thread, between other events', async () => {
  const [creator, worker] = localPorts();
  serveJobs(worker);
  const row = new Uint8Array(64).fill(5);
  creator.post({ kind: 'commit', job: 1, row });
  expect(await next(creator)).toMatchObject({ kind: 'failed', job: 1 });
  const module = await compileKernel();
  creator.post({ kind: 'start', module, setup: undefined, tables: 'none' });
  expect(await next(creator)).toEqual({ kind: 'ready' });
  creator.post({ kind: 'commit', job: 2, row });
  const { result } = (await next(creator)) as Extract<WorkerAnswer, { kind: 'done' }>;
  expect(result).toEqual((await createKzg()).commitRow(row));
  creator.post({ kind: 'commit', job: 3, row: row.slice(1) });
  expect(await next(creator)).toMatchObject({ kind: 'failed', job: 3 });
  creator.close();
  creator.post({ kind: 'commit', job: 4, row });
  const silent = new Promise((resolve) => setTimeout(() => resolve('silent')));
  expect(await Promise.race([next(creator), silent])).toBe('silent');
});

test('a module that is no kernel fails the start', async () => {
  const [creator, worker] = localPorts();
  serveJobs(worker);
  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  creator.post({ kind: 'start', module, setup: undefined, tables: 'none' });
  expect(await next(creator)).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/not a kernel/),
  });
});

test('a Web Worker is spoken to by its events', async () => {
  const target = new EventTarget();
  const sent: unknown[] = [];
  const port = portTo(
    Object.assign(target, {
      postMessage: (message: unknown) => sent.push(message),
      terminate: () => sent.push('terminated'),
    }) as unknown as Parameters<typeof portTo>[0],
  );
  const message = next(port);
  target.dispatchEvent(new MessageEvent('message', { data: 7 }));
  expect(await message).toBe(7);
  const failure = next(port);
  target.dispatchEvent(Object.assign(new Event('error'), { message: 'broken' }));
  await expect(failure).rejects.toThrow('broken');
  port.post('x');
  port.close();
  expect(sent).toEqual(['x', 'terminated']);
});

test('outside of workers there is no creator, and the module of workers does nothing', async () => {
  expect(portToCreator()).toBeUndefined();
  expect((await import('@barycenter/kzg/pool-worker')).isServing).toBe(false);
});

afterEach(() => vi.unstubAllGlobals());

test('a Web Worker answers its creator; a page, which can post to itself, does not', () => {
  const posted: unknown[] = [];
  vi.stubGlobal('postMessage', (message: unknown) => posted.push(message));
  portToCreator()?.post('from a worker');
  expect(posted).toEqual(['from a worker']);
  vi.stubGlobal('document', {});
  expect(portToCreator()).toBeUndefined();
});
