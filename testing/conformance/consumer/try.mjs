/**
 * Imports every entry named as an argument and computes the known answers (of known-answers.mjs,
 * which is known-answers.ts without its types); copied into a consumer's project and run there on
 * each runtime by scripts/pack-check.ts. Usage: try.mjs native|no-native SPECIFIER...
 */
import process from 'node:process';
import { knownAnswers } from './known-answers.mjs';

const [native, ...specifiers] = process.argv.slice(2);
const { passed, failures } = await knownAnswers({ native: native === 'native' });
let imported = 0;
for (const specifier of specifiers) {
  try {
    const module = await import(specifier);
    if (Object.keys(module).length === 0) throw new Error('no exports');
    imported++;
  } catch (error) {
    failures.push(`import ${specifier}: ${error}`);
  }
}
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed + imported} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
