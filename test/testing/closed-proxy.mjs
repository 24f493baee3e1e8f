// Closes a proxy with bytes on their way, and then has nothing left to do.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { faultProxy } from '../../src/testing/fault-proxy.ts';

const server = createServer((socket) => socket.on('error', () => {}));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const proxy = await faultProxy(`ws://127.0.0.1:${server.address().port}/`);
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function dial(index) {
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  client.on('error', () => {});
  return { client, connection: await proxy.connection(index) };
}

async function hold({ client, connection }) {
  client.write('held');
  while (connection.held.up < 4) await turn();
  // By now it waits for its timer.
  await turn();
  await turn();
}

const first = await dial(0);
first.client.write('pass');
await first.connection.passes(4, 'up');
proxy.set({ latency: '1h' });
await hold(first);
const { up } = first.connection.held;
const second = await dial(1);
await hold(second);
await proxy.close();
server.close();
const [{ passed }, last] = [first.connection, second.connection.passed.up === 0 ? 'none' : 'some'];
console.log(`of the first ${passed.up} bytes passed and ${up} are held, of the second ${last} passed`);
