import { createInterface } from 'node:readline';
import { openNodeStore } from '../src/node-store.ts';

// A process that opens the store in the folder of its first argument and, for each line that it reads, writes an entry
// of 1000 bytes under that key. It says how each of these went. What its disk refuses is no death of it.

process.on('SIGXFSZ', () => {});

try {
  const store = await openNodeStore(process.argv[2] ?? '', { create: true });
  say('open');
  createInterface({ input: process.stdin }).on('line', async (key) => {
    try {
      await store.write([{ key, value: Buffer.alloc(1000, key) }], false);
      say(`written ${key}`);
    } catch (error) {
      say(`refused ${textOf(error)}`);
    }
  });
} catch (error) {
  say(`refused ${textOf(error)}`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
