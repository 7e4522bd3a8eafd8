import { defineConfig } from 'vitest/config';

const minute = 60_000;

/** `unit` needs nothing but Node; `integration` shares one control plane and one emulator; `story` plays the whole on a stack of its own. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts', 'test/e2e/**'],
          maxWorkers: '100%',
          // Importing everything anew for each file took most of a minute; what a test changes for all, it puts back.
          isolate: false,
          testTimeout: minute,
          hookTimeout: minute,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          globalSetup: ['test/setup/shared-stack.ts'],
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'story',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 15 * minute,
          hookTimeout: 15 * minute,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
