import { describe, expect, test } from 'vitest';
import { readObject } from '../../src/config/load.ts';
import type { Scenario, ScriptStep } from '../../src/testing/simulation/scenario.ts';
import { checkScenario } from '../../src/testing/simulation/scenario-checks.ts';
import { FAULT_KINDS, millisecondsOf, scenarioSchema } from '../../src/testing/simulation/scenario-schema.ts';
import { scheduleOf } from './schedule.ts';

const SEEDS = Array.from({ length: 500 }, (_, seed) => seed);
const SCHEDULES = SEEDS.map(scheduleOf);

describe('a schedule', () => {
  test('follows from its seed alone', () => {
    expect(SEEDS.map(scheduleOf)).toEqual(SCHEDULES);
  });

  test('is another one for another seed', () => {
    const different = new Set(SCHEDULES.map((schedule) => JSON.stringify({ ...schedule, name: '', seed: 0 })));
    expect(different.size).toBe(SEEDS.length);
  });

  test('has a valid pipeline that is not warned of', () => {
    expect(SCHEDULES.flatMap(({ pipeline }) => readObject(pipeline).warnings)).toEqual([]);
  });

  test('is a scenario as a file could hold it', () => {
    const complaints = SCHEDULES.flatMap((schedule) => [
      ...(scenarioSchema.safeParse(schedule).error?.issues ?? []),
      ...checkScenario(schedule, schedule.pipeline),
    ]);
    expect(complaints).toEqual([]);
  });

  test('takes 30 to 60 seconds, with 3 to 12 faults in them', () => {
    const sizes = SCHEDULES.map((schedule) => ({
      time: millisecondsOf(schedule.for) ?? 0,
      faults: stepsOf(schedule).filter(({ heal }) => heal === undefined).length,
    }));
    const odd = sizes.filter(({ time, faults }) => time < 30_000 || time > 60_000 || faults < 3 || faults > 12);
    expect(odd).toEqual([]);
  });

  test('has faults of every kind that there is', () => {
    const kinds = new Set(SCHEDULES.flatMap(stepsOf).flatMap((step) => Object.keys(step)));
    expect(FAULT_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  test.each(['written', 'pong', 'reply'])('has sinks with ack %s', (ack) => {
    const acks = SCHEDULES.flatMap(({ pipeline }) => pipeline.sinks ?? []).map(ackOf);
    expect(acks).toContain(ack);
  });

  test.each(['memory', 'disk'])('has sinks with a buffer of type %s', (type) => {
    const buffers = SCHEDULES.flatMap(({ pipeline }) => readObject(pipeline).options.sinks);
    expect(buffers.map(({ buffer }) => buffer.type)).toContain(type);
  });

  test('leaves the connections of some sinks alone that take what is written for delivered', () => {
    const hosts = SCHEDULES.flatMap((schedule) => {
      const written = sinksOf(schedule, (sink) => ackOf(sink) === 'written').map(hostOf);
      return written.map((host) => stepsOf(schedule).some((step) => breaks(step, host)));
    });
    expect(hosts.filter((broken) => broken).length).toBeGreaterThan(20);
    expect(hosts.filter((broken) => !broken).length).toBeGreaterThan(20);
  });

  test('starts a process again that a full disk has ended', () => {
    const ended = SCHEDULES.filter(
      (schedule) =>
        stepsOf(schedule).some((step) => step['disk-full']) &&
        sinksOf(schedule, ({ buffer }) => buffer?.type === 'disk').length > 0,
    );
    const left = ended.filter((schedule) => {
      const steps = stepsOf(schedule);
      const last = steps.findLastIndex((step) => step['disk-full']);
      return !steps.slice(last + 1).some(({ kill }) => kill !== undefined);
    });
    expect([ended.length > 0, left]).toEqual([true, []]);
  });

  test('restarts only what goes on where it was', () => {
    const restarted = SCHEDULES.filter((schedule) => stepsOf(schedule).some(({ kill, stop }) => kill ?? stop));
    const forgetful = restarted.filter(
      (schedule) =>
        schedule.pipeline.sources.some((source) => !resumes(source)) ||
        sinksOf(schedule, (sink) => ackOf(sink) === 'written').length > 0,
    );
    expect([restarted.length > 0, forgetful]).toEqual([true, []]);
  });
});

type Source = Scenario['pipeline']['sources'][number];
type Sink = NonNullable<Scenario['pipeline']['sinks']>[number];

function stepsOf({ script }: Scenario): readonly ScriptStep[] {
  return script ?? [];
}

function sinksOf({ pipeline }: Scenario, matches: (sink: Sink) => boolean): Sink[] {
  return (pipeline.sinks ?? []).filter(matches);
}

function ackOf({ 'web-socket': options }: Sink): string | undefined {
  return options !== undefined && 'ack' in options ? options.ack : undefined;
}

function resumes({ 'web-socket': options }: Source): boolean {
  return options !== undefined && 'cursor' in options && options.cursor !== undefined;
}

function hostOf({ 'web-socket': options }: Sink): string {
  return options !== undefined && 'url' in options && options.url !== undefined ? new URL(options.url).host : '';
}

function breaks({ reset, close, down, 'lose-acknowledgement': taken, kill }: ScriptStep, host: string): boolean {
  return [reset, close?.host, down, taken].includes(host) || kill !== undefined;
}
