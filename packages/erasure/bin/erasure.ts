#!/usr/bin/env node
/** `npx @barycenter/erasure`: a file as shards, any k of which give it back. */
import { main } from './command.ts';

process.exitCode = await main(process.argv.slice(2), process);
