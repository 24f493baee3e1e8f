#!/usr/bin/env node
import { complain } from './complain.ts';
import { EXIT } from './exit-code.ts';
import { execute } from './program.ts';

// A reader that has gone must not end the process with a stack; a sink that writes to stdout hears of it itself.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

/** Milliseconds for what was said last to be read. */
const GRACE = 500;

process.on('uncaughtException', (error) => {
  explain(error);
  process.exit(EXIT.failed);
});

try {
  process.exitCode = await execute(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = EXIT.failed;
}

// Written to a reader that does not read, undelivered events would keep the process for as long as it likes.
if (process.exitCode === EXIT.failed) setTimeout(() => process.exit(), GRACE).unref();

function explain(error: unknown): void {
  complain(`hawser: unexpected: ${error instanceof Error ? error.message : String(error)}`);
}
