/** Runs the command as a user does: one process, waited for by its end. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/barycenter.ts', import.meta.url));

/**
 * Where Node keeps what it made of our sources. Every command here starts three threads that strip
 * types and compile the same 80 files: 0.7 s of a core, half of a `get`.
 */
const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));

/** Lets the worker threads of this process use the cache as well. */
export function useCompileCache(): void {
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
}

/** A started process whose output is read. */
export type Process = ChildProcessByStdio<null, Readable, Readable>;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `barycenter` with these arguments in a folder. */
export function startBarycenter(args: readonly string[], folder: string): Process {
  return spawn(process.execPath, ['--conditions=@barycenter/source', BIN, ...args], {
    cwd: folder,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `barycenter` to its end. */
export function barycenter(args: readonly string[], folder: string): Promise<Ended> {
  return ended(startBarycenter(args, folder));
}

/** Waits for the end of a process and collects what it said. */
export function ended(child: Process): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs `barycenter .. --json` and parses its one document. */
export async function barycenterJson(
  args: readonly string[],
  folder: string,
): Promise<Ended & { readonly document: Record<string, unknown> }> {
  const ended = await barycenter([...args, '--json'], folder);
  return { ...ended, document: JSON.parse(ended.stdout) as Record<string, unknown> };
}
