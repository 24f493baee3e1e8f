import type { FrameSocket, ReceivedFrame } from '../../environment.ts';
import { listenWebSocket } from '../../transport/listen.ts';
import { readRecord } from './record.ts';
import { createTicks } from './ticks.ts';

// The simulated exchange, a process of its own: `node feed.js PORT EPOCH`. It tells its parent where it listens.

const MAX_REQUEST = 64 * 1024;

const [port = 0, epoch = Date.now()] = process.argv.slice(2).map(Number);
const subscribers = new Set<FrameSocket>();

// The channel closes however the parent ends, and nothing may be left running then.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on('SIGINT', () => {});

try {
  const listener = await listenWebSocket({ host: '127.0.0.1', port, maxPayload: MAX_REQUEST }, (socket) => ({
    connected: () => {},
    open: () => {},
    frames: (frames) => {
      for (const frame of frames) answer(socket, frame);
    },
    pong: () => {},
    drained: () => {},
    lost: () => subscribers.delete(socket),
  }));
  createTicks(epoch, (tick) => broadcast(JSON.stringify(tick)));
  process.send?.({ port: listener.port });
} catch (error) {
  process.send?.({ failure: error instanceof Error ? error.message : String(error) });
  process.disconnect();
}

function answer(socket: FrameSocket, { data }: ReceivedFrame): void {
  const request = readRecord(data.toString());
  if (request?.op !== 'subscribe' || request.channel !== 'ticks') {
    reply(socket, { error: 'expected {"op":"subscribe","channel":"ticks"}' });
    return;
  }
  reply(socket, { op: 'subscribed', channel: 'ticks' });
  subscribers.add(socket);
}

function reply(socket: FrameSocket, value: object): void {
  socket.write([{ data: JSON.stringify(value), binary: false }]);
}

function broadcast(data: string): void {
  for (const socket of subscribers) socket.write([{ data, binary: false }]);
}
