import type { PipelineStatus } from '../../supervision/status.ts';
import type { ConsumerHost } from './consumer-host.ts';
import type { Findings } from './findings.ts';
import type { Amount, Expectation } from './scenario.ts';

/** What an expectation is held against. */
export interface Standing {
  /** Undefined while no process runs. */
  readonly status: PipelineStatus | undefined;
  readonly consumers: ReadonlyMap<string, ConsumerHost>;
  /** Undefined before the end. */
  readonly exit: number | undefined;
}

/** Holds an expectation against what is. `exit` and `lost` are judged at the end only. */
export function judgeExpectation(expectation: Expectation, standing: Standing, findings: Findings): void {
  const { states = {}, delivered = {}, duplicates = {}, lost = {}, counters = {}, logged = [], exit } = expectation;
  const { status, consumers } = standing;
  const expect = (what: string, expected: string, came: string, holds: boolean) => {
    findings.checks += 1;
    if (!holds) findings.fail(what, expected, came);
  };
  const expectAmount = (what: string, amount: Amount, came: number | undefined) =>
    expect(what, shown(amount), String(came ?? 'nothing of that name'), came !== undefined && fits(amount, came));

  for (const [name, word] of Object.entries(states)) {
    const came = wordOf(status, name) ?? (status ? 'nothing of that name' : 'no process');
    expect(`state of ${name}`, word, came, came === word);
  }
  for (const [host, amount] of Object.entries(delivered)) {
    expectAmount(`delivered at ${host}`, amount, consumers.get(host)?.verdict().delivered);
  }
  for (const [host, amount] of Object.entries(duplicates)) {
    expectAmount(`duplicates at ${host}`, amount, consumers.get(host)?.verdict().duplicates);
  }
  for (const [path, amount] of Object.entries(counters)) expectAmount(path, amount, counterOf(status, path));
  for (const text of logged) {
    const found = findings.lines.some((line) => line.text.includes(text));
    expect('log', `a line with ${JSON.stringify(text)}`, `${findings.lines.length} lines without it`, found);
  }
  if (standing.exit === undefined) return;
  for (const [host, amount] of Object.entries(lost)) {
    expectAmount(`lost on the way to ${host}`, amount, consumers.get(host)?.lost);
  }
  if (exit !== undefined) expect('exit', String(exit), String(standing.exit), standing.exit === exit);
}

function wordOf(status: PipelineStatus | undefined, name: string): string | undefined {
  const component = componentOf(status, name);
  return component?.connection?.state ?? component?.state;
}

function componentOf(status: PipelineStatus | undefined, name: string) {
  return [...(status?.sources ?? []), ...(status?.sinks ?? [])].find((each) => each.name === name);
}

function counterOf(status: PipelineStatus | undefined, path: string): number | undefined {
  const [name = '', ...keys] = path.split('.');
  let value: unknown = componentOf(status, name);
  for (const key of keys) value = isRecord(value) ? value[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fits(amount: Amount, came: number): boolean {
  if (typeof amount === 'number') return came === amount;
  const { 'at-least': least = Number.NEGATIVE_INFINITY, 'at-most': most = Number.POSITIVE_INFINITY } = amount;
  return came >= least && came <= most;
}

function shown(amount: Amount): string {
  if (typeof amount === 'number') return String(amount);
  const { 'at-least': least, 'at-most': most } = amount;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return least === undefined ? `at most ${most}` : `at least ${least}`;
}
