import { WebSocket } from 'ws';
import { measure } from './measure.mjs';

// What a user writes without hawser: ten lines, and nothing of what keeps a connection alive.
const [from = '', to = ''] = process.argv.slice(2);
measure();
const sink = new WebSocket(to, { perMessageDeflate: false });
sink.on('open', () => {
  const source = new WebSocket(from, { perMessageDeflate: false });
  source.on('message', (data, binary) => {
    sink.send(data, { binary }, () => {
      if (source.isPaused && sink.bufferedAmount < 1024 * 1024) source.resume();
    });
    if (sink.bufferedAmount > 4 * 1024 * 1024) source.pause();
  });
});
