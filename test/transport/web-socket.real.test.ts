import { dialWebSocket } from '../../src/transport/dial.ts';
import { listenWebSocket } from '../../src/transport/listen.ts';
import { describeFrameSockets } from './contract.ts';

describeFrameSockets('a real network', () => ({
  dial: dialWebSocket,
  listen: listenWebSocket,
  until: (promise) => promise,
  end: async () => {},
}));
