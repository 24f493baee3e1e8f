import { describeFileFault } from '../errors.ts';
import { ConfigError } from './error.ts';
import type { SchemaFiles } from './schema-files.ts';

/** @throws ConfigError that names the file when it cannot be read. */
export async function readConfigFile(path: string, files: Pick<SchemaFiles, 'readText'>): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    throw fileError(path, `cannot be read: ${describeFileFault(error)}`, error);
  }
}

/** What is wrong with a file as a whole. */
export function fileError(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ file, path: '', message }], { cause });
}

/** A name for what a file holds: a file may be called anything, a pipeline may not. */
export function nameOfFile(file: string, fallback: string): string {
  const base = file.replace(/^.*[/\\]/, '').replace(/(?<=.)\.[^.]*$/, '');
  return base.replaceAll(/[^A-Za-z0-9_-]/g, '-') || fallback;
}
