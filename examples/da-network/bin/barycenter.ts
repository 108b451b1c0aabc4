#!/usr/bin/env -S node --conditions=@barycenter/source
/** The command `barycenter`; see src/main.ts. */
import { main } from '../src/main.ts';

process.exitCode = await main(process.argv.slice(2), process);
