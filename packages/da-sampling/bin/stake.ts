#!/usr/bin/env node
/** `barycenter-stake`: see src/stake-command.ts. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { runStakeCommand } from '../src/stake.ts';

const { status, output } = await runStakeCommand(process.argv.slice(2), (path) =>
  readFile(path, 'utf8'),
);
(status === 0 ? process.stdout : process.stderr).write(output);
process.exitCode = status;
