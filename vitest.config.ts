import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Vitest leaves a processor to itself; of two it needs none, as a good part of the tests wait for programs they have started.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
