import type { Environment } from '../environment.ts';
import { type Complaint, locate, unlocated } from './complaint.ts';
import { type Translation, writtenPath } from './dialect.ts';
import { readDocument } from './document.ts';
import { ConfigError, type Problem } from './error.ts';
import { check } from './issues.ts';
import { isJob, readJob } from './job.ts';
import { normalise, type PipelineInput, type PipelineOptions, pipelineSchema } from './options.ts';
import { fillArguments, fillContext, unusedValues } from './placeholders.ts';
import { isSourceModule, readSourceModule } from './source-module.ts';
import { checkStructure, withEmptyKinds } from './structure.ts';
import { isRecord, MAX_DEPTH, tooDeep } from './tree.ts';

/** The largest file that is read, in characters. */
export const MAX_FILE_SIZE = 1024 * 1024;

export interface LoadContext {
  /** `--arg NAME=value`: fills in `${args.NAME}` of the source-module dialect; wins over the file. */
  readonly args?: Readonly<Record<string, string>>;
  /** `--context a.b=value`: fills in `{{a.b}}`; wins over the file. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface LoadedPipeline {
  readonly options: PipelineOptions;
  readonly warnings: readonly Problem[];
}

/** Reads a YAML or JSON text in any of the three shapes. Throws a `ConfigError` with every problem found in it. */
export function readPipeline(text: string, fileName: string, load: LoadContext = {}): LoadedPipeline {
  if (text.length > MAX_FILE_SIZE)
    throw fileError(fileName, `is too big, expected at most ${MAX_FILE_SIZE} characters`);
  const document = readDocument(text, /\.json$/i.test(fileName) ? 'JSON' : 'YAML');
  const textProblems = document.faults.map((fault) => ({ file: fileName, ...fault }));
  if (document.value === undefined || document.value === null) {
    if (textProblems.length > 0) throw new ConfigError(textProblems);
    throw new ConfigError([{ file: fileName, line: 1, column: 1, path: '', message: 'is empty, expected a pipeline' }]);
  }
  const read = readValue(document.value, fileName, load);
  const problems = [...textProblems, ...locate(read.complaints, fileName, document.locate)];
  problems.sort((left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0));
  if (read.options === undefined || problems.length > 0) throw new ConfigError(problems);
  return { options: read.options, warnings: locate(read.warnings, fileName, document.locate) };
}

/** Reads a file. Rejects with a `ConfigError` when it cannot be read or used. */
export async function loadPipeline(
  path: string,
  load: LoadContext & { readonly files: Pick<Environment['files'], 'readText'> },
): Promise<LoadedPipeline> {
  return readPipeline(await readText(path, load.files), path, load);
}

/** Checks an object in the native shape. Throws a `ConfigError`; its positions are paths only. */
export function parsePipeline(input: PipelineInput | unknown): PipelineOptions {
  const deep = tooDeep(input);
  if (deep !== undefined) {
    throw new ConfigError(
      unlocated([{ path: deep.slice(0, 4), message: `is nested deeper than ${MAX_DEPTH} levels` }]),
    );
  }
  const filled = fillContext(input);
  const { options, complaints } = checkNative(filled.value);
  const all = [...filled.complaints, ...complaints];
  if (options === undefined || all.length > 0) throw new ConfigError(unlocated(all));
  return options;
}

interface Read {
  readonly options?: PipelineOptions;
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

function readValue(root: unknown, fileName: string, load: LoadContext): Read {
  const filled = fillContext(root, load.context);
  const { complaints, ...translation } = translate(filled.value, load);
  const native = checkNative(named(translation.value, fileName));
  const placed = native.complaints.map((each) => ({ ...each, path: writtenPath(each.path, translation.origins) }));
  const all = [...filled.complaints, ...complaints, ...placed];
  if (native.options === undefined) return { complaints: all, warnings: [] };
  const unused = unusedValues(load.context, filled.used, 'context');
  const warnings = [...unused, ...translation.warnings, ...unheard(native.options)];
  return { complaints: all, warnings, options: native.options };
}

function unheard(options: PipelineOptions): Complaint[] {
  const taken = new Set(options.sinks.flatMap((sink) => sink.inputs));
  return options.sources.flatMap(({ name }, index) =>
    taken.has(name) ? [] : [{ path: ['sources', index], message: `no sink takes what ${name} gives` }],
  );
}

function translate(root: unknown, load: LoadContext): Translation {
  if (isSourceModule(root)) {
    const filled = fillArguments(root, load.args);
    const translation = readSourceModule(filled.value);
    return {
      ...translation,
      complaints: [...filled.complaints, ...translation.complaints],
      warnings: [...unusedValues(load.args, filled.used, 'arg'), ...translation.warnings],
    };
  }
  const translation = isJob(root) ? readJob(root) : { value: root, origins: [], complaints: [], warnings: [] };
  return { ...translation, warnings: [...unusedValues(load.args, new Set(), 'arg'), ...translation.warnings] };
}

function checkNative(input: unknown): { options?: PipelineOptions; complaints: readonly Complaint[] } {
  const pipeline = withEmptyKinds(input);
  const checked = check(pipelineSchema, pipeline);
  const complaints = [...checkStructure(pipeline), ...checked.complaints];
  return checked.value === undefined || complaints.length > 0
    ? { complaints }
    : { complaints, options: normalise(checked.value) };
}

function named(root: unknown, fileName: string): unknown {
  if (!isRecord(root) || root.name !== undefined) return root;
  return { ...root, name: baseName(fileName) };
}

/** A file may be called anything, a pipeline may not. */
function baseName(fileName: string): string {
  const base = fileName.replace(/^.*[/\\]/, '').replace(/(?<=.)\.[^.]*$/, '');
  return base.replaceAll(/[^A-Za-z0-9_-]/g, '-') || 'pipeline';
}

async function readText(path: string, files: Pick<Environment['files'], 'readText'>): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    throw fileError(path, `cannot be read: ${readFailure(error)}`, error);
  }
}

function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return (code === undefined ? undefined : FAILURES.get(code)) ?? code ?? 'it failed';
}

const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
]);

function fileError(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ file, path: '', message }], { cause });
}
