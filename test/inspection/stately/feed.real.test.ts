import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInspectorServer } from '@statelyai/inspect/server';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createActor, fromCallback, setup } from 'xstate';
import { openStatelyFeed, type StatelyFeed } from '../../../src/inspection/stately/feed.ts';
import { nodeEnvironment } from '../../../src/node-environment.ts';
import type { Told } from './stage.ts';

const quiet = () => {};
const environment = nodeEnvironment({ logger: { debug: quiet, info: quiet, warn: quiet, error: quiet } });

const lampMachine = setup({ actors: { socket: fromCallback(() => {}) } }).createMachine({
  id: 'lamp',
  initial: 'dark',
  states: {
    dark: { on: { light: 'bright' } },
    bright: { invoke: { src: 'socket', id: 'socket' }, on: { light: 'dark' } },
  },
});

/** What a WebSocket has received, and a wait for it. */
class Heard {
  readonly told: Told[] = [];
  #watch: () => void = () => {};

  add(data: string): void {
    this.told.push(JSON.parse(data));
    this.#watch();
  }

  sees(holds: (told: readonly Told[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watch = () => {
        if (holds(this.told)) resolve();
      };
      this.#watch();
    });
  }
}

const lit = (told: readonly Told[]) =>
  told.some(({ snapshot, type }) => type === '@xstate.snapshot' && snapshot?.value === 'bright');

let feed: StatelyFeed | undefined;

afterEach(async () => {
  await feed?.close();
  feed = undefined;
});

test('a relay on this machine receives the actors of a running tree, their events and their states', async () => {
  const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const heard = new Heard();
  relay.on('connection', (socket) => socket.on('message', (data) => heard.add(String(data))));
  await once(relay, 'listening');
  const address = relay.address();
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no port');
  const lamp = createActor(lampMachine, { id: 'hawser' }).start();
  feed = await openStatelyFeed({ url: `ws://127.0.0.1:${address.port}`, environment });
  feed.attach(lamp);
  await heard.sees((told) => told.length === 1);
  lamp.send({ type: 'light' });
  await heard.sees(lit);
  expect(heard.told.map(({ type, name, event, snapshot }) => name ?? [type, event?.type, snapshot?.value])).toEqual([
    'hawser',
    ['@xstate.event', 'light', undefined],
    'socket',
    ['@xstate.event', 'xstate.init', undefined],
    ['@xstate.snapshot', 'xstate.init', undefined],
    ['@xstate.snapshot', 'light', 'bright'],
  ]);
  const [client] = relay.clients;
  if (!client) throw new Error('the relay has no client');
  const closed = once(client, 'close');
  await feed.close();
  expect((await closed)[0]).toBe(1000);
  lamp.stop();
  relay.close();
});

test('the relay of @statelyai/inspect hands it on to a page', async () => {
  const port = await freePort();
  const server = createInspectorServer({ port, autoOpen: false });
  const url = `ws://localhost:${port}`;
  const lamp = createActor(lampMachine, { id: 'hawser' }).start();
  feed = await openStatelyFeed({ url, environment });
  feed.attach(lamp);
  const page = new WebSocket(url);
  const heard = new Heard();
  page.on('message', (data) => heard.add(String(data)));
  await once(page, 'open');
  lamp.send({ type: 'light' });
  await heard.sees(lit);
  expect(heard.told[0]).toMatchObject({ type: '@xstate.actor', name: 'hawser' });
  await feed.close();
  page.close();
  await once(page, 'close');
  lamp.stop();
  server.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
