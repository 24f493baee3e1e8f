import { readdirSync } from 'node:fs';
import { type AnyStateMachine, StateMachine } from 'xstate';

const FOLDER = new URL('../../machines/', import.meta.url);

/** Those of machines/, by name. */
export async function readMachines(): Promise<AnyStateMachine[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.sort().map(readMachine));
}

async function readMachine(file: string): Promise<AnyStateMachine> {
  const exported: Record<string, unknown> = await import(new URL(file, FOLDER).href);
  const machine = exported[`${file.replace(/\.ts$/, '')}Machine`];
  if (!(machine instanceof StateMachine)) throw new TypeError(`machines/${file} exports no machine of its name`);
  return machine;
}
