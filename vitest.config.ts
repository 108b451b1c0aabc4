import { defineConfig } from 'vitest/config';

const conditions = ['@barycenter/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/{test,e2e}/**/*.test.ts',
      'testing/test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: ['--conditions=@barycenter/source'],
    maxWorkers: 2,
  },
});
