import { defineConfig } from 'vitest/config';

const conditions = ['@barycenter/source'];
/** Where `.ci/run` reads the counts from; unset everywhere else. */
const report = process.env.BARYCENTER_TEST_REPORT;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/{test,e2e}/**/*.test.ts',
      'testing/{,*/}test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Guards against a hang only: how long a test takes depends on what else the machine does.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    execArgv: ['--conditions=@barycenter/source'],
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
