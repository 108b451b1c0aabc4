/**
 * The conformance suite in headless Chromium: a server on the loopback interface gives it a page with
 * the bundled packages, and a second one under a Content-Security-Policy that forbids WebAssembly.
 * Each page posts its log back. Debian's package is `chromium`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { readmeBlocks } from './readme-blocks.ts';
import { README_ENTRIES, readmeCode } from './readme-code.ts';
import { teeCases } from './tee-cases.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROGRAM = 'chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const PAGE =
  '<!doctype html><meta charset="utf-8"><script type="module" src="/browser.js"></script>';
const PAGE_TIMEOUT_MS = 20 * 60_000;

/** The version line of Chromium, or undefined if it is not installed. */
export function chromiumVersion(): string | undefined {
  const { status, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Runs both pages on the vectors in `folder`, bundling into it; resolves to their logs. With `groups`
 * only the first page is opened, and runs those.
 */
export async function runChromium(
  folder: string,
  { project, groups }: { readonly project: string; readonly groups: readonly string[] },
): Promise<string[]> {
  await build({
    entryPoints: {
      browser: join(HERE, 'src', 'browser.ts'),
      'pool-worker': join(HERE, 'src', 'pool-worker.ts'),
      ...README_ENTRIES,
      'erasure-pool-worker': join(HERE, 'src', 'erasure-pool-worker.ts'),
    },
    outdir: join(folder, 'browser'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [teeCases, readmeCode(project), readmeBlocks, packagesOf(project)],
    external: ['@chainsafe/blst'],
    logLevel: 'warning',
    logOverride: { 'ignored-bare-import': 'silent' },
  });
  const logs: string[] = [];
  const search = groups.length === 0 ? '' : `?${groups.join(',')}`;
  const pages = groups.length === 0 ? ['/', '/forbidden'] : ['/'];
  for (const path of pages) logs.push(await runPage(folder, `${path}${search}`));
  return logs;
}

/** Takes our packages from the project's node_modules, as the other runtimes do. */
function packagesOf(project: string): Plugin {
  return {
    name: 'packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^@barycenter\// }, async ({ path, kind, pluginData }) => {
        if (pluginData === project) return undefined; // asked by ourselves
        return await resolve(path, { kind, resolveDir: project, pluginData: project });
      });
    },
  };
}

/** Serves the folder, opens one page in a fresh profile, and resolves to what it posts. */
async function runPage(folder: string, path: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'barycenter-chromium-'));
  let browser: ChildProcess | undefined;
  let server: ReturnType<typeof createServer> | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${path}: no log in ${PAGE_TIMEOUT_MS} ms`)),
        PAGE_TIMEOUT_MS,
      );
      timer.unref();
      server = createServer((request, response) => {
        serve(folder, { request, response, done: resolve });
      });
      server.listen(0, '127.0.0.1', () => {
        const { port } = server!.address() as AddressInfo;
        const address = `http://127.0.0.1:${port}${path}`;
        const options = [...FLAGS, `--user-data-dir=${profile}`, address];
        browser = spawn(PROGRAM, options, { stdio: 'ignore' });
        browser.on('error', reject);
        browser.on('exit', (code) => reject(new Error(`${path}: Chromium ended with ${code}`)));
      });
    });
  } finally {
    browser?.removeAllListeners();
    browser?.kill('SIGKILL');
    server?.closeAllConnections();
    server?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function serve(
  folder: string,
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly done: (log: string) => void;
  },
): void {
  const { request, response, done } = exchange;
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method === 'POST') {
    let log = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    request.on('end', () => {
      response.end();
      done(log);
    });
    return;
  }
  if (pathname === '/' || pathname === '/forbidden') {
    const wasm = pathname === '/' ? " 'wasm-unsafe-eval'" : '';
    response.setHeader('content-security-policy', `script-src 'self'${wasm}; worker-src 'self'`);
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
    return;
  }
  const name = /^\/((?:vectors\/)?[\w.-]+\.(?:js|json))$/.exec(pathname)?.[1];
  try {
    const path = name?.startsWith('vectors/')
      ? join(folder, name)
      : join(folder, 'browser', `${name}`);
    const bytes = readFileSync(path);
    response.setHeader(
      'content-type',
      `${path.endsWith('.js') ? 'text/javascript' : 'application/json'}`,
    );
    response.end(bytes);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
