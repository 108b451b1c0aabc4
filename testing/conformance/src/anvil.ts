/**
 * A local Ethereum node for tests that ask the chain's own precompiles: npm `@foundry-rs/anvil`,
 * on the loopback interface, on a port the system chooses, killed by `stop()`.
 *
 * The platform's binary is started itself and not the package's `bin.mjs`, because killing that
 * script would leave its child behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** Bounds on starting, on one answer, and on stopping; anvil needs about 0.4 s and 5 s at most. */
const START_MS = 60_000;
const ANSWER_MS = 60_000;
const STOP_MS = 5_000;

/** anvil prints this once it accepts connections. */
const LISTENING = /Listening on (127\.0\.0\.1:\d+)/;

/** A running node. */
export interface Anvil {
  /** Where it answers JSON-RPC. */
  readonly url: string;
  /**
   * What a contract or precompile returns for `data` (eth_call on the latest block), or undefined
   * if the call fails. Any other answer of the node throws.
   */
  call(to: number, data: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The client's version string, web3_clientVersion. */
  version(): Promise<string>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/** The path of anvil's binary for this platform, or undefined if it is not installed. */
export function findAnvil(): string | undefined {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const require = createRequire(import.meta.url);
  try {
    const own = createRequire(require.resolve('@foundry-rs/anvil/bin.mjs'));
    return own.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil${suffix}`);
  } catch {
    return undefined;
  }
}

/** Starts a node with the rules of one hard fork ("osaka") and waits until it listens. */
export async function startAnvil(binary: string, options: { hardfork: string }): Promise<Anvil> {
  const child = spawn(
    binary,
    ['--host', '127.0.0.1', '--port', '0', '--hardfork', options.hardfork, '--accounts', '1'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (): Promise<void> => {
    await stopProcess(child);
    process.off('exit', killAtExit);
  };
  try {
    const url = `http://${await address(child)}`;
    let calls = 0;
    const ask = async (method: string, params: readonly unknown[]): Promise<Answer> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: ++calls, method, params }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return (await response.json()) as Answer;
    };
    return {
      url,
      async call(to, data) {
        const transaction = { to: `0x${to.toString(16).padStart(40, '0')}`, data: toHex(data) };
        const answer = await ask('eth_call', [transaction, 'latest']);
        if (typeof answer.result === 'string') return fromHex(answer.result);
        if (isFailedCall(answer)) return undefined;
        throw new Error(`anvil answered ${JSON.stringify(answer)}`);
      },
      async version() {
        return String((await ask('web3_clientVersion', [])).result);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** How anvil 1.7 reports that a precompile refused its input: `EVM error PrecompileError`. */
function isFailedCall(answer: Answer): boolean {
  return answer.error?.message.includes('PrecompileError') === true;
}

/** Waits for the line with the address; what the process wrote is in the error if it never comes. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let written = '';
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`anvil ${reason}\n${written}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_MS} ms`), START_MS);
    const read = (chunk: Buffer): void => {
      if (written.length < 100_000) written += chunk.toString();
      const found = LISTENING.exec(written)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (status) => fail(`ended with status ${status}`));
  });
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}
