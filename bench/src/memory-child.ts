/**
 * Peak memory of one contender of one row, in a process that loads and runs only it.
 * Arguments: row, contender, back end, file with the serialized input. Prints JSON.
 */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { OPERATIONS } from '../operations/all.ts';
import { plain } from './agreement.ts';
import { createBls, createKzg, parseBackend } from './backends.ts';

const [row, contender, backendText, path] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const backend = parseBackend(backendText);
const operation = OPERATIONS.find(({ name }) => name === row)!;
const input = plain(deserialize(readFileSync(path)));
const contest = await operation.contenders[contender]!(input, {
  backend,
  quick: false,
  kzg: () => createKzg(backend),
  bls: () => createBls(backend),
});
if (contest !== undefined && 'run' in contest) {
  await contest.run();
  await contest.run();
  contest.close?.();
}
console.log(JSON.stringify({ peakRssMib: process.resourceUsage().maxRSS / 1024 }));
