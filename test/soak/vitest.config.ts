import { defineConfig } from 'vitest/config';

// Long proofs, by `npm run soak`: `npm test` does not run them.
export default defineConfig({
  test: {
    include: ['test/soak/*.soak.ts'],
    testTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
