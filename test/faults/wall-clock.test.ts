import { expect, test } from 'vitest';
import { seededRandom } from '../../src/testing/scripted-random.ts';
import { type Server, World, webSocketSink, webSocketSource } from '../supervision/world.ts';
import type { Heard } from '../transport/ends.ts';
import { BIND, Caller, outputSink } from '../web-socket/callers.ts';

const HOUR = 3_600_000;
const SECONDS = 600;

/** Something that waits for time, of everything that does. */
const SOURCE = {
  heartbeat: { 'ping-interval': '7s', timeout: '4s' },
  'no-data-timeout': '20s',
  'emit-interval': '3s',
  requests: [{ op: 'subscribe' }, { op: 'start' }],
  'request-interval': '500ms',
  'app-heartbeat': { requests: ['hello'], interval: '11s' },
  cursor: { 'header-name': 'x-from', 'value-field': 'id' },
} as const;
const SINK = {
  ack: 'reply',
  reply: { pointer: '/id' },
  retry: { timeout: '9s' },
  batch: { 'fixed-size': 4, timeout: '1700ms' },
} as const;
const SERVED = { 'idle-timeout': '40s', 'send-buffer-capacity': 10 } as const;

/** Ten minutes of faults, in each quarter of a second of which the wall clock jumps by what `jumps` says. */
async function live(jumps: () => number) {
  const world = new World();
  const told: string[] = [];
  const tell = (what: string) => void told.push(`${world.clock.now()} ${what}`);
  let jump = 0;
  const { now, logger, dial } = world.environment;
  const say = (_: object, sentence: string) => tell(sentence);
  Object.assign(logger, { debug: say, info: say, warn: say, error: say });
  Object.assign(world.environment, {
    now: () => now() + jump,
    dial: (...request: Parameters<typeof dial>) => {
      tell(`dial ${request[0].url} ${request[0].headers['x-from']}`);
      return dial(...request);
    },
  });
  const servers = { upstream: await world.server('upstream'), downstream: await world.server('downstream') };
  follow(servers.upstream, (what) => tell(`upstream ${what}`));
  follow(servers.downstream, (what) => tell(`downstream ${what}`), true);
  const pipeline = world.add(
    [webSocketSource(servers.upstream.url, SOURCE)],
    [webSocketSink(servers.downstream.url, SINK), outputSink(SERVED, { heartbeat: { 'ping-interval': '13s' } })],
  );
  const wait = async (quarters: number) => {
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      await world.clock.advance(250);
      jump += jumps();
    }
  };
  await world.start();
  for (let second = 1; second <= SECONDS; second += 1) {
    if (second % 60 === 1) new Caller(world).heard.during = (event) => tell(`caller ${shown(event)}`);
    await pass(second, world, servers);
    await wait(4);
  }
  world.network.freeze(servers.downstream.address);
  const stopped = world.supervisor.stop({ drain: '10s' });
  await wait(44);
  const outcome = await stopped;
  const [source] = pipeline.status.sources;
  return { told, outcome, files: [...world.files.texts], received: source?.received, pending: world.clock.pending };
}

/** What happens in each second of it, whatever the wall clock says. */
async function pass(second: number, world: World, { upstream, downstream }: { upstream: Server; downstream: Server }) {
  const { network } = world;
  if (second % 5 > 1 && upstream.peers.length > 0) upstream.send(`{"id":${second}}`);
  if (second === 50) network.freeze(upstream.address);
  if (second === 90) network.refuse(upstream.address, { kind: 'status', status: 503, retryAfter: 20_000 });
  if (second === 130) network.heal(upstream.address);
  if (second === 200) network.blackhole(downstream.address);
  if (second === 260) network.heal(downstream.address);
  if (second === 320) network.cut(downstream.address);
  if (second === 360) network.freeze(BIND);
  if (second === 420) network.heal(BIND);
  if (second === 480) await upstream.die();
  if (second === 520) await upstream.open();
}

/** Tells what its peers hear, and sends every event back when it is to reply. */
function follow(server: Server, tell: (what: string) => void, replies = false): void {
  server.greet = ({ socket, heard }) => {
    heard.during = (event) => {
      tell(shown(event));
      if (event.type !== 'frames' || !replies) return;
      const events = event.frames.flatMap(({ data }) => data.toString().split('\n'));
      socket.write(events.map((data) => ({ data, binary: false })));
    };
  };
}

function shown(event: Heard): string {
  return event.type === 'frames' ? event.frames.map(({ data }) => data).join() : JSON.stringify(event);
}

test('a wall clock that jumps an hour, forward or back, again and again, changes nothing at all', async () => {
  const random = seededRandom(1);
  const still = await live(() => 0);
  const jumping = await live(() => (random() < 0.5 ? HOUR : -HOUR));
  expect(still.told.length).toBeGreaterThan(200);
  expect(jumping).toEqual(still);
});
