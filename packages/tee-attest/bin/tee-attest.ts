#!/usr/bin/env node
/** `tee-attest`: see src/command/verify-command.ts. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { runVerifyCommand } from '../src/command/verify-command.ts';
import { createClient } from '../src/fetch/client.ts';

const { status, output } = await runVerifyCommand(process.argv.slice(2), {
  read: async (path) => new Uint8Array(await readFile(path)),
  now: () => new Date(),
  client: () => createClient(),
});
(status === 2 ? process.stderr : process.stdout).write(output);
process.exitCode = status;
