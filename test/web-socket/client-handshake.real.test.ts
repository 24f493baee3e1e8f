import { describe, expect, onTestFinished, test } from 'vitest';
import { startPeer } from '../end-to-end/peer.ts';
import { run, SOON } from '../end-to-end/running.ts';
import { startRawServer, switchingProtocols } from '../transport/raw-peer.ts';

/** A server that chooses `chosen`, whatever it is offered. */
async function choosing(chosen: string) {
  const server = await startRawServer((socket, head) =>
    socket.write(switchingProtocols(head, `Sec-WebSocket-Protocol: ${chosen}`)),
  );
  onTestFinished(() => server.close());
  return server;
}

function feed(url: string) {
  return { name: 'feed', 'web-socket': { url, subprotocols: ['v2.feed', 'v1.feed'], reconnect: SOON } };
}

describe('subprotocols', () => {
  test('of which the server chooses one are good, whichever it is, and nothing is warned of', async () => {
    const { url } = await choosing('v1.feed');
    const running = await run({ sources: [feed(url)] });
    expect((await running.live('feed')).warnings).toBe(0);
  });

  test('of which the server chooses one that was not offered fail the component at once', async () => {
    const { url, connections } = await choosing('v3.feed');
    const { supervisor } = await run({ sources: [feed(url)] });
    const { failures } = await supervisor.done;
    expect([failures, connections.length]).toEqual([
      [{ pipeline: 'under-test', cause: 'feed: Server sent an invalid subprotocol' }],
      1,
    ]);
  });
});

describe('url', () => {
  test('with user and password: they are the authorization, unless auth says otherwise', async () => {
    const server = await startPeer();
    const url = server.url.replace('//', '//me:p%20w@');
    const running = await run({
      sources: [
        { name: 'plain', 'web-socket': { url } },
        { name: 'token', 'web-socket': { url, auth: { 'bearer-token': 'abc' } } },
      ],
    });
    await Promise.all([running.live('plain'), running.live('token')]);
    const basic = `Basic ${Buffer.from('me:p w').toString('base64')}`;
    expect(server.attempts.map(({ headers }) => headers.authorization).sort()).toEqual([basic, 'Bearer abc']);
    expect(JSON.stringify([running.supervisor.status, running.logs])).not.toContain('p%20w');
  });
});
