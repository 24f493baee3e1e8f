import { defineConfig } from 'vitest/config';

// `virtual`: no network, no sleep, every clock stepped by hand. `real`: sockets, files, processes.
export default defineConfig({
  test: {
    // Left to itself Vitest leaves one core to nobody, which is half of two.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'virtual',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.real.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
