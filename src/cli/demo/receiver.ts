import type { Listener, ReceivedFrame } from '../../environment.ts';
import { listenWebSocket } from '../../transport/listen.ts';
import { readRecord } from './record.ts';

/** The far end of the demo: a WebSocket server that notes what it gets. */
export interface Receiver {
  /** For the demo's own pipeline. */
  readonly ownUrl: string;
  /** For anybody else's, whose events are not counted. */
  readonly url: string;
  /** Events from the demo's own pipeline. */
  readonly events: number;
  /** Numbers of the ticks among them, in the order in which they came. */
  readonly ticks: readonly number[];
  close(): Promise<void>;
}

const MAX_FRAME = 16 * 1024 * 1024;

const OWN_PATH = '/demo';

/** Listens on any free port of the loopback. */
export async function startReceiver(): Promise<Receiver> {
  const ticks: number[] = [];
  let events = 0;

  function note({ data }: ReceivedFrame): void {
    for (const line of data.toString().split('\n')) {
      events += 1;
      const tick = readRecord(line)?.tick;
      if (typeof tick === 'number') ticks.push(tick);
    }
  }

  const listener: Listener = await listenWebSocket(
    { host: '127.0.0.1', port: 0, maxPayload: MAX_FRAME },
    (_, { target }) => ({
      connected: () => {},
      open: () => {},
      frames: (frames) => {
        if (target === OWN_PATH) for (const frame of frames) note(frame);
      },
      pong: () => {},
      drained: () => {},
      lost: () => {},
    }),
  );
  return {
    ownUrl: `ws://127.0.0.1:${listener.port}${OWN_PATH}`,
    url: `ws://127.0.0.1:${listener.port}/`,
    ticks,
    get events() {
      return events;
    },
    close: () => listener.close(),
  };
}
