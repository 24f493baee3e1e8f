import { expect, test } from 'vitest';
import type { Message } from '../../src/messages/message.ts';
import { startPeer } from '../end-to-end/peer.ts';
import { run, SOON } from '../end-to-end/running.ts';

test('replies that come right behind each other are taken in order, step by step, and a ping is answered', async () => {
  const server = await startPeer({
    greet: (socket) => {
      const tell = (...messages: object[]) => {
        for (const message of messages) socket.send(JSON.stringify(message));
      };
      socket.on('message', (data) => {
        if (String(data) === 'hello')
          tell(
            { type: 'two', early: true },
            { type: 'one' },
            { type: 'ping', id: 7 },
            { type: 'two', id: 'x' },
            { n: 1 },
          );
      });
    },
  });
  const kept: Message[] = [];
  const running = await run(
    {
      sources: [
        {
          name: 'feed',
          'web-socket': {
            url: server.url,
            reconnect: SOON,
            requests: [
              { send: 'hello', expect: { pointer: '/type', equals: 'one' } },
              { expect: { pointer: '/type', equals: 'two' }, extract: { id: '/id' } },
              { send: { join: `\${id}` } },
            ],
            respond: [{ when: { pointer: '/type', equals: 'ping' }, send: { pong: `\${id}` } }],
          },
        },
      ],
    },
    { additions: { kept: { function: ({ messages }) => void kept.push(...messages) } } },
  );
  const connection = await running.live('feed');
  await server.receives(3);
  await running.until((status) => status.sources[0]?.received === 2);
  expect(server.arrivals.map(({ text }) => text)).toEqual(['hello', '{"pong":7}', '{"join":"x"}']);
  expect(connection.answered).toBe(3);
});
