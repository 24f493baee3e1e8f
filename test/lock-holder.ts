import { createInterface } from 'node:readline';
import { nodeFiles } from '../src/node-files.ts';

// A process that locks the path of its first argument when it reads a line, and says how that went. It stays until it
// is killed, whether it has got the lock or not.

const path = process.argv[2] ?? '';

createInterface({ input: process.stdin }).on('line', async () => {
  try {
    await nodeFiles.lock(path);
    say('locked');
  } catch (error) {
    say(`refused ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  }
});

say(`ready ${process.pid}`);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
