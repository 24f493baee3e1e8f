import { dirname, isAbsolute, join } from 'node:path';
import { type Complaint, locate } from '../../config/complaint.ts';
import { fileError, nameOfFile, readConfigFile } from '../../config/config-file.ts';
import { type ConfigDocument, readDocument } from '../../config/document.ts';
import { ConfigError, type Problem } from '../../config/error.ts';
import { check } from '../../config/issues.ts';
import { loadPipeline, MAX_FILE_SIZE } from '../../config/load.ts';
import { checkNative } from '../../config/native.ts';
import type { PipelineInput } from '../../config/options.ts';
import { fillContext } from '../../config/placeholders.ts';
import { checkSchemaFiles, type SchemaFiles } from '../../config/schema-files.ts';
import { isRecord, listOf, mapStrings, type Path, valueAt } from '../../config/tree.ts';
import { nodeFiles } from '../../node-files.ts';
import type { Scenario } from './scenario.ts';
import { checkScenario } from './scenario-checks.ts';
import { scenarioSchema } from './scenario-schema.ts';
import { withSchemaTexts } from './schema-texts.ts';
import { checkUrls } from './server-checks.ts';

export interface LoadScenarioOptions {
  /** Where files are read. Default: the disk. */
  readonly files?: SchemaFiles;
  /** Hears of what is no mistake and has no effect. Default: nobody. */
  readonly warn?: (problem: Problem) => void;
}

/**
 * Reads a scenario from a YAML or JSON file. Its `pipeline` is one of the native shape, or the path of a config file in
 * any dialect, from the folder of the scenario. A scenario without a name has that of its file.
 * @throws ConfigError with every problem of the file, each with its position.
 */
export async function loadScenario(path: string, options: LoadScenarioOptions = {}): Promise<Scenario> {
  const { files = nodeFiles, warn = () => {} } = options;
  const { document, faults } = readText(await readConfigFile(path, files), path);
  const raw = withEmptyMaps(document.value);
  const pipeline = await readPipelinePart(valueAt(raw, ['pipeline']), path, files);
  const checked = check(scenarioSchema, raw);
  const complaints = [...pipeline.complaints, ...checked.complaints, ...checkScenario(raw, pipeline.value)];
  const dials = checkUrls(raw, pipeline.value).map((each) => ({ ...each, path: pipeline.place(each.path) }));
  const problems = [...faults, ...locate([...complaints, ...dials], path, document.locate), ...pipeline.problems];
  if (problems.length > 0 || checked.value === undefined || !isPipeline(pipeline.value)) {
    throw new ConfigError(problems);
  }
  for (const warning of [...locate(pipeline.warnings, path, document.locate), ...pipeline.warned]) warn(warning);
  return { ...checked.value, name: checked.value.name ?? nameOfFile(path, 'scenario'), pipeline: pipeline.value };
}

interface ScenarioText {
  readonly document: ConfigDocument;
  readonly faults: readonly Problem[];
}

/** A pipeline that a scenario holds or names. */
interface PipelinePart {
  /** In the native shape, its placeholders filled in; undefined when there is none that could be read. */
  readonly value: unknown;
  /** Where the scenario has what the pipeline has at a path. */
  readonly place: (path: Path) => Path;
  /** With paths of the scenario. */
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly Complaint[];
  /** Of the file that it is in. */
  readonly problems: readonly Problem[];
  readonly warned: readonly Problem[];
}

const NONE = {
  value: undefined,
  place: (path: Path): Path => ['pipeline', ...path],
  complaints: [],
  warnings: [],
  problems: [],
  warned: [],
};
const PIPELINE = 'a pipeline, or the path of its file';
/** What may be left empty: `consumer:` is `consumer: {}`. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['producer', 'consumer', 'stop']);

function readText(text: string, file: string): ScenarioText {
  if (text.length > MAX_FILE_SIZE) throw fileError(file, `is too big, expected at most ${MAX_FILE_SIZE} characters`);
  const document = readDocument(text, /\.json$/i.test(file) ? 'JSON' : 'YAML');
  const faults = document.faults.map((fault) => ({ file, ...fault }));
  if (document.value !== undefined && document.value !== null) return { document, faults };
  if (faults.length > 0) throw new ConfigError(faults);
  throw new ConfigError([{ file, line: 1, column: 1, path: '', message: 'is empty, expected a scenario' }]);
}

async function readPipelinePart(written: unknown, file: string, files: SchemaFiles): Promise<PipelinePart> {
  if (written === undefined || written === null) {
    const message = `${written === null ? 'is empty' : 'is missing'}, expected ${PIPELINE}`;
    return { ...NONE, complaints: [{ path: ['pipeline'], expected: PIPELINE, message }] };
  }
  if (typeof written === 'string') return loadNamed(written, file, files);
  return readInline(isRecord(written) ? { name: nameOfFile(file, 'scenario'), ...written } : written, file, files);
}

async function loadNamed(written: string, file: string, files: SchemaFiles): Promise<PipelinePart> {
  const path = isAbsolute(written) ? written : join(dirname(file), written);
  try {
    const loaded = await loadPipeline(path, { files });
    const { value, complaints } = await withSchemaTexts(loaded.written, { files, folder: loaded.folder });
    const outside = complaints.map((complaint) => ({ ...complaint, path: ['pipeline'] }));
    return { ...NONE, value: unfilled(value), complaints: outside, place: () => ['pipeline'], warned: loaded.warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...NONE, problems: error.problems };
  }
}

async function readInline(written: unknown, file: string, files: SchemaFiles): Promise<PipelinePart> {
  const filled = fillContext(written);
  const native = checkNative(filled.value);
  const place = { files, folder: dirname(file) };
  const unreadable = await checkSchemaFiles(native.written, place);
  const whole = unreadable.length > 0 ? filled : await withSchemaTexts(filled.value, place);
  const found = [...filled.complaints, ...native.complaints, ...unreadable, ...whole.complaints];
  const inside = (complaint: Complaint) => ({ ...complaint, path: NONE.place(complaint.path) });
  return {
    ...NONE,
    value: unfilled(whole.value),
    complaints: found.map(inside),
    warnings: native.warnings.map(inside),
  };
}

/** What is filled in is data like any other: it is filled in once more when the pipeline is run. */
function unfilled(pipeline: unknown): unknown {
  return mapStrings(pipeline, (text) => text.replaceAll('{{', '{{{{'));
}

function isPipeline(value: unknown): value is PipelineInput {
  return checkNative(value).options !== undefined;
}

function withEmptyMaps(scenario: unknown): unknown {
  if (!isRecord(scenario)) return scenario;
  const { servers, script } = scenario;
  return {
    ...scenario,
    ...(isRecord(servers) ? { servers: mapValues(servers, filledIn) } : {}),
    ...(Array.isArray(script) ? { script: listOf(script).map(filledIn) } : {}),
  };
}

function filledIn(value: unknown): unknown {
  return isRecord(value)
    ? mapValues(value, (each, key) => (each === null && MAY_BE_EMPTY.has(key) ? {} : each))
    : value;
}

function mapValues(
  map: Readonly<Record<string, unknown>>,
  change: (value: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
