import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import { patched } from './patching.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['src', 'machines', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

export const SCENARIOS = 'test/scenarios/scenarios.test.ts';

/** Where random schedules are, and what the titles of those tests have in common that run some. */
export const SCHEDULES = { files: 'test/schedules/schedules-', titles: 'schedules from seed' };

/** A mutant that makes a test go on for ever is not waited for longer, in milliseconds. */
const LONGEST = 600_000;

/** A copy of the project in which mistakes do no harm. */
export class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hawser-mutants-'));

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /**
   * Runs `use` with the mutant in place.
   * @throws Error when the text of a patch is not there exactly once.
   */
  with<Result>({ patches }: Mutant, use: () => Result): Result {
    const sources = new Map(patches.map(({ file }) => [file, this.#read(file)]));
    try {
      for (const patch of patches) this.#write(patch.file, patched(this.#read(patch.file), patch));
      return use();
    } finally {
      for (const [file, source] of sources) this.#write(file, source);
    }
  }

  /** Runs test files of the virtual project. */
  test(files: readonly string[]): Outcome {
    return this.#run(files);
  }

  /** Simulates what is written down. */
  scenarios(): Outcome {
    return this.#run([SCENARIOS]);
  }

  /** Simulates what is random, always the same, until some of it has failed. */
  schedules(): Outcome {
    return this.#run([SCHEDULES.files, '--testNamePattern', SCHEDULES.titles, '--bail', '1']);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @throws Error when vitest gives no results, with what it has printed. */
  #run(what: readonly string[]): Outcome {
    const report = join(this.#folder, 'report.json');
    rmSync(report, { force: true });
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const options = ['run', '--project', 'virtual', '--reporter', 'json', '--outputFile', report];
    // The seeds are the same for the product as it is and for every mutant.
    const env = { ...process.env, HAWSER_SEED: '' };
    const how = { cwd: this.#folder, env, encoding: 'utf8', timeout: LONGEST, maxBuffer: 2 ** 26 } as const;
    const ran = spawnSync(process.execPath, [vitest, ...options, ...what], how);
    if (ran.signal !== null) return { passed: 0, caught: [], broken: [`goes on for ${LONGEST / 1000} s`] };
    try {
      return readOutcome(readFileSync(report, 'utf8'));
    } catch (error) {
      throw new Error(`vitest has given no results:\n${ran.stdout}${ran.stderr}`, { cause: error });
    }
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }
}
