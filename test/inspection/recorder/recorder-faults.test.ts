import { config } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import { Recorder } from '../../../src/inspection/recorder/recorder.ts';
import type { WireEvent } from '../../../src/inspection/wire.ts';
import { ALL_ACTORS, createRecorded } from './recorded-world.ts';
import { sessionOf } from './wire-model.ts';

describe('an inspector that goes wrong', () => {
  const errors: unknown[] = [];
  beforeEach(() => {
    errors.length = 0;
    config.onUnhandledError = (error) => errors.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = null;
  });

  test('because a listener throws, disturbs no actor and no other listener', async () => {
    const { recorded } = await createRecorded();
    recorded.recorder.events$.subscribe(() => {
      throw new Error('a listener');
    });
    await recorded.start();
    expect(recorded.pipeline.status.sources).toMatchObject([{ connection: { state: 'live' } }]);
    expect(recorded.model.paths).toEqual(ALL_ACTORS);
  });

  /** A recorder whose clock, or whose actor, throws; the actors do their work all the same. */
  async function createHostile(now: () => number, warn: () => void = () => {}) {
    const { recorded } = await createRecorded();
    const warned: string[] = [];
    const recorder = new Recorder({
      now,
      logger: {
        warn: (fields, message) => {
          warned.push(`${message} ${JSON.stringify(fields)}`);
          warn();
        },
      },
    });
    recorder.attach(recorded.root);
    await recorded.startUnseen();
    return { recorded, recorder, warned };
  }

  const broken = () => {
    throw new TypeError('planted');
  };

  test('because of an error of its own, disturbs no actor, is counted, and is warned of once without its message', async () => {
    const { recorded, recorder, warned } = await createHostile(broken);
    expect(recorded.pipeline.status.state).toBe('running');
    expect(recorder.counts.faults).toBeGreaterThan(10);
    expect(warned).toEqual([expect.stringMatching(/inspection cannot tell everything.*"fault":"TypeError"/)]);
    expect(warned.join()).not.toContain('planted');
  });

  test('disturbs no actor when the logger throws too', async () => {
    const { recorded } = await createHostile(broken, broken);
    expect(recorded.pipeline.status.state).toBe('running');
  });

  test('because a snapshot throws when it is read, disturbs no actor and goes on with the others', () => {
    const told: WireEvent[] = [];
    const recorder = new Recorder({ now: () => 0, logger: { warn() {} } });
    recorder.events$.subscribe((event) => told.push(event));
    const machine = setup({}).createMachine({
      id: 'door',
      initial: 'shut',
      states: { shut: { on: { push: 'open' } }, open: {} },
    });
    const root = createActor(machine);
    recorder.attach(root);
    root.start();
    const read = root.getSnapshot.bind(root);
    root.getSnapshot = broken;
    root.send({ type: 'push' });
    root.getSnapshot = read;
    expect([root.getSnapshot().value, recorder.counts.faults > 0]).toEqual(['open', true]);
    expect(sessionOf(told, root.id)).toBe(root.sessionId);
  });
});
