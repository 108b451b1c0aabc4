/** Runs a script of this folder in a fresh Node process and reads the JSON of its last line. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TIMEOUT_MS = 600_000;

/** The value that the script printed; rejects if it fails. `source`: run our packages unbuilt. */
export async function runChild<Value>(
  script: string,
  args: readonly string[],
  options: { readonly source: boolean; readonly nodeOptions?: readonly string[] },
): Promise<Value> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const conditions = options.source ? ['--conditions=@barycenter/source'] : [];
  const flags = [...conditions, ...(options.nodeOptions ?? [])];
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path, ...args], {
    env,
    timeout: TIMEOUT_MS,
    maxBuffer: 1 << 24,
  });
  const lines = stdout.trimEnd().split('\n');
  return JSON.parse(lines[lines.length - 1]!) as Value;
}
