import { filter, firstValueFrom } from 'rxjs';
import { createSupervisor, type Supervisor, type SupervisorStatus } from '../../src/index.ts';

/**
 * An app that comes to a state, stops its supervisor there, prints `outcome JSON` and `left JSON`, the resources that
 * would keep it alive, and then has nothing more to do. Usage: stopped-app.ts STATE SOURCE-URL SINK-URL.
 */
const [state = '', source = '', sink = ''] = process.argv.slice(2);

const BACKOFF = { 'initial-backoff': '1h', 'max-backoff': '1h' };

const supervisor = createSupervisor({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
const pipeline = supervisor.add({
  name: 'app',
  sources: [
    { name: 'feed', 'web-socket': { url: source, reconnect: BACKOFF, 'no-data-timeout': '1h' } },
    { name: 'events', function: {} },
  ],
  sinks: [
    {
      name: 'out',
      inputs: ['feed', 'events'],
      'web-socket': { url: sink, connect: { mode: 'eager' }, reconnect: BACKOFF },
    },
  ],
});

function reached(running: Supervisor, holds: (status: SupervisorStatus) => boolean): Promise<unknown> {
  return firstValueFrom(running.status$.pipe(filter(holds)));
}

function connections(status: SupervisorStatus): (string | undefined)[] {
  const [app] = status.pipelines;
  return [app?.sources[0], app?.sinks[0]].map((component) => component?.connection?.state);
}

const WAYS: Record<string, () => Promise<unknown>> = {
  live: () => reached(supervisor, (status) => connections(status).every((each) => each === 'live')),
  connecting: () =>
    reached(supervisor, ({ pipelines: [app] }) =>
      [app?.sources[0], app?.sinks[0]].every((each) =>
        each?.connection?.detail.some((detail) => detail === 'linked.opening.upgrade'),
      ),
    ),
  waiting: () => reached(supervisor, (status) => connections(status).every((each) => each === 'waiting')),
  async stalled() {
    await reached(supervisor, (status) => connections(status).every((each) => each === 'live'));
    const event = 'x'.repeat(100_000);
    for (let index = 0; index < 150; index += 1) await pipeline.source('events').push(event);
    await reached(supervisor, ({ pipelines: [app] }) => (app?.sinks[0]?.inFlight.events ?? 0) > 0);
  },
};

await supervisor.start();
await WAYS[state]?.();
const outcome = await supervisor.stop({ drain: '300ms' });
console.log(`outcome ${JSON.stringify(outcome)}`);
// A handle that was closed goes at the end of its turn of the loop.
setImmediate(() => setImmediate(() => console.log(`left ${JSON.stringify(process.getActiveResourcesInfo())}`)));
