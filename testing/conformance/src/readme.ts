/**
 * The first example of each package's README as it stands, in the page or main thread and in a worker.
 * `readme-code.ts` makes the modules; how they are found is each entry's affair.
 */
import type { Group } from './suite.ts';

/** What a worker posts after the example ran to its end. */
export const DONE = 'the example has run';

const PACKAGES = ['erasure', 'bls', 'kzg', 'da-sampling'];

/** How an entry gets at the modules. */
export type ReadmeModules = {
  /** Address of `readme-NAME` or `readme-worker-NAME` for `import` and workers. */
  readonly url: (file: string) => string;
  /** Runs a module in a worker; rejects with the worker's error. */
  readonly runInWorker: (url: string) => Promise<void>;
};

export function readmeWith({ url, runInWorker }: ReadmeModules): Group {
  return {
    name: 'readme',
    build: async () =>
      PACKAGES.flatMap((name) => [
        {
          name: `the first example of ${name} runs`,
          check: async () => {
            await silently(() => import(url(`readme-${name}`)));
          },
        },
        {
          name: `the first example of ${name} runs in a worker`,
          check: async () => runInWorker(url(`readme-worker-${name}`)),
        },
      ]),
  };
}

/** A worker of the web's kind, as browsers, Bun and Deno have it. */
export function runInWebWorker(url: string): Promise<void> {
  const worker = new Worker(url, { type: 'module' });
  return new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      if (data === DONE) resolve();
      else reject(new Error(`the worker posted ${String(data)}`));
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    });
  }).finally(() => worker.terminate());
}

/** The examples print; the log is for results. */
async function silently(body: () => Promise<unknown>): Promise<void> {
  const { log } = console;
  console.log = () => undefined;
  try {
    await body();
  } finally {
    console.log = log;
  }
}
