/**
 * `pnpm contracts`: compiles packages/da-sampling/contracts with npm `solc` and writes what the package
 * ships: `src/abi.ts` (the interface) and `src/bytecode.ts` (the code that a deployment sends).
 * `pnpm contracts --check` compiles again and fails at the first difference from what is committed.
 *
 * The same compiler, settings and sources give the same bytes: no metadata hash is appended.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mustRun, ROOT } from './workspace.ts';

const PACKAGE = join(ROOT, 'packages', 'da-sampling');
const CONTRACT = 'DataAvailability';
const CONSTANT = 'DATA_AVAILABILITY';
/** Largest code of a contract. EIP-170. */
const MAX_CODE_BYTES = 24_576;

const SETTINGS = {
  // Cancun has all that is used (MCOPY); the precompiles are called by address.
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { appendCBOR: false },
  outputSelection: { '*': { [CONTRACT]: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode'] } },
};

type Solc = { compile(input: string, callbacks: { import(path: string): object }): string };

type Output = {
  readonly errors?: readonly { readonly formattedMessage: string }[];
  readonly contracts?: Record<string, Record<string, Compiled>>;
};

type Compiled = {
  readonly abi: readonly unknown[];
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly deployedBytecode: { readonly object: string };
  };
};

const require = createRequire(import.meta.url);
const { abi, evm } = compile();
const codeBytes = evm.deployedBytecode.object.length / 2;
console.log(`${CONTRACT}: ${codeBytes} of ${MAX_CODE_BYTES} bytes`);
if (codeBytes > MAX_CODE_BYTES) fail('the code is too long to be deployed');
const outputs = new Map([
  [join(PACKAGE, 'src', 'abi.ts'), formatted(abiSource(), 'abi.ts')],
  [join(PACKAGE, 'src', 'bytecode.ts'), formatted(bytecodeSource(), 'bytecode.ts')],
]);
const check = process.argv.includes('--check');
for (const [path, text] of outputs) {
  if (!check) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    fail(`${path} is not what the contracts compile to: run node scripts/contracts.ts`);
  }
}
console.log(check ? 'the committed files are those of these sources' : 'written');

function compile(): Compiled {
  const folder = join(PACKAGE, 'contracts');
  const names = readdirSync(folder).filter((name) => name.endsWith('.sol'));
  const sources = Object.fromEntries(
    names.map((name) => [name, { content: readFileSync(join(folder, name), 'utf8') }]),
  );
  const solc = require('solc') as Solc;
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS });
  const output = JSON.parse(solc.compile(input, { import: readImport })) as Output;
  const messages = output.errors?.map(({ formattedMessage }) => formattedMessage) ?? [];
  if (messages.length > 0) fail(messages.join('\n')); // warnings too
  return output.contracts![`${CONTRACT}.sol`]![CONTRACT]!;
}

/** OpenZeppelin's sources. */
function readImport(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readFileSync(require.resolve(path), 'utf8') };
  } catch (error) {
    return { error: String(error) };
  }
}

function abiSource(): string {
  return [
    `/** The interface of contracts/${CONTRACT}.sol. Written by scripts/contracts.ts. */`,
    `export const ${CONSTANT}_ABI = ${JSON.stringify(abi)} as const;`,
    '',
  ].join('\n');
}

function bytecodeSource(): string {
  const lines = evm.bytecode.object.match(/.{1,92}/g) ?? [];
  return [
    `/** The creation code of contracts/${CONTRACT}.sol. Written by scripts/contracts.ts. */`,
    `export const ${CONSTANT}_BYTECODE: \`0x\${string}\` = \`0x\${`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')}`,
    '}`;',
    '',
  ].join('\n');
}

/** The text as the repository's formatter writes it. */
function formatted(text: string, name: string): string {
  return mustRun(['biome', 'format', `--stdin-file-path=${name}`], { input: text }).stdout;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
