import { dirname } from 'node:path';
import { type Complaint, type Locate, locate, unlocated } from './complaint.ts';
import { fileError, nameOfFile, readConfigFile } from './config-file.ts';
import { type Origin, type Translation, writtenPath } from './dialect.ts';
import { readDocument } from './document.ts';
import { ConfigError, type Problem } from './error.ts';
import { isJob, readJob } from './job.ts';
import { checkNative, type Native } from './native.ts';
import type { PipelineInput, PipelineOptions, SinkInput } from './options.ts';
import { fillArguments, fillContext, unusedValues } from './placeholders.ts';
import { checkSchemaFiles, type SchemaFiles } from './schema-files.ts';
import { isSourceModule, readSourceModule } from './source-module.ts';
import { isRecord, listOf, MAX_DEPTH, tooDeep, valueAt } from './tree.ts';

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
  /** As it is written, in the native shape: what `addSink` adds to. */
  readonly written: WrittenPipeline;
  /** Folder of its file; `.` for an object. */
  readonly folder: string;
}

/** A pipeline of the native shape whose placeholders are filled in. */
export type WrittenPipeline = Readonly<Record<string, unknown>>;

/**
 * Reads a YAML or JSON text in any of the three shapes. Throws a `ConfigError` with every problem found in it; files that
 * it names are not looked at.
 */
export function readPipeline(text: string, fileName: string, load: LoadContext = {}): LoadedPipeline {
  return loaded(readText(text, fileName, load), []);
}

/** Reads a file, and the schemas that it names. Rejects with a `ConfigError` when something cannot be read or used. */
export async function loadPipeline(
  path: string,
  load: LoadContext & { readonly files: SchemaFiles },
): Promise<LoadedPipeline> {
  const read = readText(await readConfigFile(path, load.files), path, load);
  return loaded(read, await checkSchemaFiles(read.native.written, { files: load.files, folder: dirname(path) }));
}

/** Checks an object in the native shape. Throws a `ConfigError`; its positions are paths only. */
export function parsePipeline(input: PipelineInput | unknown): PipelineOptions {
  return readObject(input).options;
}

/** Reads an object in the native shape. Throws a `ConfigError`; its positions are paths only. */
export function readObject(input: PipelineInput | unknown): LoadedPipeline {
  refuseDepth(input);
  const filled = fillContext(input);
  return checkedObject(filled.value, filled.complaints);
}

/**
 * The pipeline with one more sink, or with this one in the place of the sink of its name. Throws a `ConfigError` when
 * the sink is not valid there; its positions are paths only.
 */
export function addSink(pipeline: LoadedPipeline, sink: SinkInput): LoadedPipeline {
  refuseDepth(sink);
  const others = listOf(pipeline.written.sinks).filter((each) => valueAt(each, ['name']) !== sink.name);
  return { ...checkedObject({ ...pipeline.written, sinks: [...others, sink] }), folder: pipeline.folder };
}

/** A text as far as it can be understood. */
interface Read {
  readonly fileName: string;
  readonly native: Native;
  readonly textProblems: readonly Problem[];
  /** From the paths of the native shape to those of the file. */
  readonly origins: readonly Origin[];
  readonly position: Locate;
}

function readText(text: string, fileName: string, load: LoadContext): Read {
  if (text.length > MAX_FILE_SIZE)
    throw fileError(fileName, `is too big, expected at most ${MAX_FILE_SIZE} characters`);
  const document = readDocument(text, /\.json$/i.test(fileName) ? 'JSON' : 'YAML');
  const textProblems = document.faults.map((fault) => ({ file: fileName, ...fault }));
  if (document.value === undefined || document.value === null) {
    if (textProblems.length > 0) throw new ConfigError(textProblems);
    throw new ConfigError([{ file: fileName, line: 1, column: 1, path: '', message: 'is empty, expected a pipeline' }]);
  }
  return { fileName, textProblems, position: document.locate, ...readValue(document.value, fileName, load) };
}

/** `more` is what was found besides, with native paths. */
function loaded(
  { fileName, native, textProblems, origins, position }: Read,
  more: readonly Complaint[],
): LoadedPipeline {
  const complaints = [...native.complaints, ...more.map((each) => placed(each, origins))];
  const problems = [...textProblems, ...locate(complaints, fileName, position)];
  problems.sort((left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0));
  const { options, written } = native;
  if (options === undefined || problems.length > 0) throw new ConfigError(problems);
  return { options, warnings: locate(native.warnings, fileName, position), written, folder: dirname(fileName) };
}

function checkedObject(value: unknown, complaints: readonly Complaint[] = []): LoadedPipeline {
  const native = checkNative(value);
  const all = [...complaints, ...native.complaints];
  if (native.options === undefined || all.length > 0) throw new ConfigError(unlocated(all));
  return { options: native.options, warnings: unlocated(native.warnings), written: native.written, folder: '.' };
}

function refuseDepth(input: unknown): void {
  const deep = tooDeep(input);
  if (deep === undefined) return;
  throw new ConfigError(unlocated([{ path: deep.slice(0, 4), message: `is nested deeper than ${MAX_DEPTH} levels` }]));
}

function readValue(root: unknown, fileName: string, load: LoadContext): Pick<Read, 'native' | 'origins'> {
  const filled = fillContext(root, load.context);
  const { complaints, origins, ...translation } = translate(filled.value, load);
  const native = checkNative(named(translation.value, fileName));
  const own = (each: Complaint) => placed(each, origins);
  const unused = unusedValues(load.context, filled.used, 'context');
  return {
    origins,
    native: {
      ...native,
      complaints: [...filled.complaints, ...complaints, ...native.complaints.map(own)],
      warnings: native.options === undefined ? [] : [...unused, ...translation.warnings, ...native.warnings.map(own)],
    },
  };
}

function placed(complaint: Complaint, origins: readonly Origin[]): Complaint {
  return { ...complaint, path: writtenPath(complaint.path, origins) };
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

function named(root: unknown, fileName: string): unknown {
  if (!isRecord(root) || root.name !== undefined) return root;
  return { ...root, name: nameOfFile(fileName, 'pipeline') };
}
