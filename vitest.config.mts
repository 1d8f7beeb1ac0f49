import { defineConfig } from 'vitest/config';

/** `unit`: in seconds, no server and no browser. `integration`: real servers, real browser, on loopback. */
export default defineConfig({
  test: {
    pool: 'forks',
    // Servers start on their own ports, but two cores carry only so many of them.
    maxWorkers: 2,
    minWorkers: 1,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          setupFiles: ['test/support/fixed-seed.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/reader/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Real servers on a busy machine: what fails once is tried once more, and reported so.
          retry: 1,
        },
      },
    ],
  },
});
