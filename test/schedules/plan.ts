import type { Chance } from './chance.ts';

/** What a random scenario consists of, before it is written as a pipeline. */
export interface Plan {
  /** The process may be killed and stopped: whatever is in memory then comes again. */
  readonly restarts: boolean;
  readonly sources: readonly [SourcePlan, ...SourcePlan[]];
  readonly sinks: readonly [SinkPlan, ...SinkPlan[]];
}

export interface SourcePlan {
  readonly name: string;
  readonly host: string;
  /** Sends again what comes after the cursor. */
  readonly resumes: boolean;
}

export interface SinkPlan {
  readonly name: string;
  readonly host: string;
  readonly ack: 'written' | 'pong' | 'reply';
  /** No fault ends its connection: with `ack: written` nothing may be lost then, else what was under way may be. */
  readonly spared: boolean;
  readonly disk: boolean;
  /** What a disk buffer has taken survives a power cut. */
  readonly synced: boolean;
  readonly whenFull: 'block' | 'drop-oldest' | 'drop-newest';
  /** Pings that find a dead connection. */
  readonly heartbeat: boolean;
}

/**
 * Half of the plans can be restarted, and therefore lose nothing by contract: each of their sources resumes by cursor, no
 * sink takes what was written for delivered, and none drops (a killed process takes the counters with it). The others
 * have any source and any sink.
 */
export function planOf(chance: Chance): Plan {
  const restarts = chance.is(0.5);
  return {
    restarts,
    sources: upToThree(chance, (index) => ({
      name: `source-${index}`,
      host: `producer-${index}.example`,
      resumes: restarts || chance.is(0.5),
    })),
    sinks: upToThree(chance, (index) => sinkPlanOf(chance, index, restarts)),
  };
}

function sinkPlanOf(chance: Chance, index: number, restarts: boolean): SinkPlan {
  const ack = chance.oneOf<SinkPlan['ack']>(restarts ? ['pong', 'reply'] : ['written', 'pong', 'reply']);
  const disk = chance.is(0.4);
  const drops = !restarts && chance.is(0.2);
  return {
    name: `sink-${index}`,
    host: `consumer-${index}.example`,
    ack,
    spared: ack === 'written' && chance.is(0.5),
    disk,
    synced: !disk || chance.is(0.7),
    whenFull: drops
      ? chance.oneOf<SinkPlan['whenFull']>(disk ? ['drop-newest'] : ['drop-oldest', 'drop-newest'])
      : 'block',
    heartbeat: chance.is(ack === 'written' ? 0.5 : 0.85),
  };
}

function upToThree<T>(chance: Chance, make: (index: number) => T): [T, ...T[]] {
  const rest = chance.whole(0, 2);
  return [make(1), ...Array.from({ length: rest }, (_, index) => make(index + 2))];
}
