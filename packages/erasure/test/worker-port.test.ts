import { seededRandom } from '@barycenter/testing';
import { afterEach, expect, test, vi } from 'vitest';

import { createErasureSync } from '../src/index.ts';
import { MISSING, serveJobs } from '../src/pool-jobs.ts';
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
  const given = seededRandom(0x907).bytes(30);
  const job = {
    kind: 'encode',
    job: 1,
    given,
    lengths: [10, 10, 10],
    result: new Uint8Array(20),
    resultLengths: [10, 10],
    want: [],
  };
  creator.post(job);
  expect(await next(creator)).toMatchObject({ kind: 'failed', job: 1 });
  const options = { codec: 'gf8-cauchy', dataShards: 3, parityShards: 2 } as const;
  creator.post({ kind: 'start', options });
  expect(await next(creator)).toMatchObject({ kind: 'ready' });
  creator.post({ ...job, job: 2 });
  const { result } = (await next(creator)) as { result: Uint8Array };
  expect(Buffer.from(result)).toEqual(Buffer.concat(createErasureSync(options).encode(given)));
  creator.post({
    ...job,
    kind: 'reconstruct',
    job: 3,
    lengths: [10, 10, ...Array(3).fill(MISSING)],
  });
  expect(await next(creator)).toMatchObject({
    kind: 'failed',
    job: 3,
    failure: { code: 'too_few_shards' },
  });
  creator.close();
  creator.post({ ...job, job: 4 });
  const silent = new Promise((resolve) => setTimeout(() => resolve('silent')));
  expect(await Promise.race([next(creator), silent])).toBe('silent');
});

test('a coder that cannot be made fails the start', async () => {
  const [creator, worker] = localPorts();
  serveJobs(worker);
  creator.post({ kind: 'start', options: { codec: 'gf8-cauchy', dataShards: 0, parityShards: 2 } });
  expect(await next(creator)).toMatchObject({ kind: 'failed', failure: { name: 'RangeError' } });
});

test('a Web Worker is spoken to by its events, and memory is moved', async () => {
  const target = new EventTarget();
  const sent: unknown[] = [];
  const port = portTo(
    Object.assign(target, {
      postMessage: (...message: unknown[]) => sent.push(message),
      terminate: () => sent.push('terminated'),
    }) as never,
  );
  const answer = next(port);
  const { buffer } = new Uint8Array(1);
  port.post('question');
  port.post('more', [buffer]);
  target.dispatchEvent(Object.assign(new Event('message'), { data: 'answer' }));
  expect(await answer).toBe('answer');
  const failed = next(port);
  target.dispatchEvent(Object.assign(new Event('error'), { message: 'broken' }));
  await expect(failed).rejects.toThrow('broken');
  port.close();
  expect(sent).toEqual([['question', []], ['more', [buffer]], 'terminated']);
});

test('outside of workers there is no creator, and the module of workers does nothing', async () => {
  expect(portToCreator()).toBeUndefined();
  expect((await import('../src/pool-worker.ts')).isServing).toBe(false);
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
