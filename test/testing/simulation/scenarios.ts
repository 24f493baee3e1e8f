import type { PipelineInput, SinkInput, SourceInput } from '../../../src/config/options.ts';
import type { ProducerOptions, Scenario, ScriptStep } from '../../../src/testing/index.ts';

type Source = Extract<NonNullable<SourceInput['web-socket']>, { mode?: 'client' | undefined; url: string }>;
type Sink = Extract<NonNullable<SinkInput['web-socket']>, { mode?: 'client' | undefined; url: string }>;

export interface Variation {
  readonly source?: Partial<Source>;
  readonly sink?: Partial<Sink>;
  readonly buffer?: SinkInput['buffer'];
  readonly producer?: ProducerOptions;
  readonly replies?: boolean;
  readonly more?: Partial<Scenario>;
}

export const FEED = 'feed.example';
export const STORE = 'store.example';

/** The source's cursor, which the producer resumes from. */
export const CURSOR = { 'query-parameter': 'after', 'value-field': 'number' };
export const RESUME = { query: 'after' };

/** `feed` brings a message every 20 ms for ten seconds to `store`; what is lost on the way is asked for again. */
export function relay(script: readonly ScriptStep[] = [], variation: Variation = {}): Scenario {
  const { source = { cursor: CURSOR }, sink, buffer, producer = { resume: RESUME }, replies, more } = variation;
  return {
    name: 'relay',
    pipeline: pipeline({ source, sink, buffer }),
    servers: { [FEED]: { producer: { every: '20ms', ...producer } }, [STORE]: { consumer: { replies } } },
    script,
    for: '10s',
    ...more,
  };
}

function pipeline({ source, sink, buffer }: { [Key in 'source' | 'sink' | 'buffer']: Variation[Key] }): PipelineInput {
  return {
    name: 'relay',
    sources: [{ name: 'feed', 'web-socket': { url: `ws://${FEED}/`, ...source } }],
    sinks: [{ name: 'store', buffer, 'web-socket': { url: `ws://${STORE}/`, ...sink } }],
  };
}

/** The number of a message. */
export function numberOf(text: string): number {
  return Number(/"number":(\d+)/.exec(text)?.[1]);
}
