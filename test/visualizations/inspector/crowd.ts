import type { WireEvent } from '../../../src/inspection/wire.ts';
import { begun, ConnectionTale, type Story, sampleOf, sinkOf } from './story.ts';

const CAUSES = [
  'the connection ended without a close frame (1006)',
  'the peer closed with 1012: service restart',
  'the peer did not answer a ping within heartbeat.timeout',
  'connect ECONNREFUSED 10.4.0.17:8443',
] as const;

/** A pipeline with many sources whose connections come and go. */
export class Crowd {
  readonly story: Story;
  readonly #tales: { readonly name: string; readonly tale: ConnectionTale; word: 'live' | 'waiting' | 'failed' }[] = [];
  readonly #sink;
  #turn = 0;
  #told = 0;

  constructor(size: number) {
    const { story, sources, sinks } = begun('fleet');
    this.story = story;
    this.#sink = sinkOf(story, 'fleet/warehouse', sinks);
    for (let number = 1; number <= size; number += 1) {
      const name = `fleet/venue-${String(number).padStart(4, '0')}`;
      const tale = new ConnectionTale(story, `${name}/connection`, sources, 0).opens();
      this.#tales.push({ name, tale, word: 'live' });
    }
    story.wait(1000);
    this.sample(size);
  }

  get sinkConnection(): ConnectionTale {
    return this.#sink.connection;
  }

  /** So many connections go one step on: live ones are lost, lost ones are live again, every hundredth fails. */
  change(count: number): void {
    for (let each = 0; each < count; each += 1) {
      const one = this.#tales[(this.#turn * 7) % this.#tales.length];
      this.#turn += 1;
      if (!one || one.word === 'failed') continue;
      if (one.word === 'waiting') {
        one.tale.dials().opens();
        one.word = 'live';
      } else if (this.#turn % 100 === 0) {
        one.tale.fails('the peer answered the upgrade with 404');
        one.word = 'failed';
      } else {
        one.tale.isLost(CAUSES[this.#turn % CAUSES.length] ?? CAUSES[0]);
        one.word = 'waiting';
      }
    }
  }

  /** Samples of the first so many sources, and of the sink. */
  sample(count: number): void {
    const { story } = this;
    const seconds = (story.at - 1_776_159_000_000) / 1000;
    story.samples([
      ...this.#tales.slice(0, count).map(({ name, tale, word }, index) =>
        sampleOf(name, {
          events: Math.round(seconds * (20 + (index % 17))),
          inFlight: index % 5,
          latency: 4 + (index % 9),
          connection: {
            state: word,
            url: `wss://venue-${index + 1}.markets.example:8443/stream?token=***`,
            since: story.at,
            attempt: tale.attempt,
            reconnects: tale.reconnects,
          },
        }),
      ),
      sampleOf('fleet/warehouse', {
        role: 'sink',
        state: 'flowing',
        events: Math.round(seconds * 20 * count),
        waiting: Math.round(400 + 300 * Math.sin(seconds / 7)),
        capacity: 1000,
      }),
    ]);
  }

  /** What was told since this was asked for last. */
  news(): WireEvent[] {
    const news = this.story.events.slice(this.#told);
    this.#told = this.story.events.length;
    return news;
  }
}
