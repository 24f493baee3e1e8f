import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../config/nearest.ts';
import { packageRoot } from '../package.ts';
import { complain } from './complain.ts';
import { EXIT } from './exit-code.ts';

const EXTENSIONS = { mermaid: 'mmd', svg: 'svg', json: 'json' } as const;

export type MachineFormat = keyof typeof EXTENSIONS;

export interface MachinesOptions {
  /** Default: mermaid. */
  readonly format?: MachineFormat;
}

/** `hawser machines [NAME]`: prints one as a diagram, as it was generated, or says which there are. */
export function machines(name: string | undefined, { format }: MachinesOptions): number {
  const names = machineNames();
  if (name === undefined && format === undefined) {
    process.stdout.write(listOf(names));
    return EXIT.done;
  }
  if (name === undefined || !names.includes(name)) {
    const problem = name === undefined ? '--format is for one machine' : `${JSON.stringify(name)} is not a machine`;
    complain(`hawser: ${problem}; ${hintOf(name, names)}`);
    return EXIT.misused;
  }
  process.stdout.write(read(`${name}.${EXTENSIONS[format ?? 'mermaid']}`));
  return EXIT.done;
}

function hintOf(name: string | undefined, names: readonly string[]): string {
  const nearest = name === undefined ? undefined : nearestName(name, names);
  return nearest === undefined ? `there are ${names.join(', ')}` : `did you mean "${nearest}"?`;
}

function listOf(names: readonly string[]): string {
  const longest = Math.max(...names.map(({ length }) => length));
  return names.map((name) => `${name.padEnd(longest)}  ${descriptionOf(name)}\n`).join('');
}

function descriptionOf(name: string): string {
  const config: unknown = JSON.parse(read(`${name}.json`));
  const known = typeof config === 'object' && config !== null && 'description' in config;
  return known ? String(config.description) : '';
}

function machineNames(): string[] {
  const files = readdirSync(join(packageRoot(), 'visualizations'));
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

function read(file: string): string {
  return readFileSync(join(packageRoot(), 'visualizations', file), 'utf8');
}
