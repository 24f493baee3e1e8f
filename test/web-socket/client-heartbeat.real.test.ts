import { describe, expect, test } from 'vitest';
import { startPeer } from '../end-to-end/peer.ts';
import { run } from '../end-to-end/running.ts';

const OFTEN = { 'ping-interval': '50ms', timeout: '10s' } as const;

describe('heartbeat.payload', () => {
  test('is what each ping holds, as UTF-8', async () => {
    const server = await startPeer();
    await run({
      sources: [{ name: 'feed', 'web-socket': { url: server.url, heartbeat: { ...OFTEN, payload: 'für' } } }],
    });
    await server.until(() => server.pings.length >= 2);
    expect(server.pings.slice(0, 2).map(String)).toEqual(['für', 'für']);
  });

  test('of 125 bytes is sent, and answered', async () => {
    const payload = 'x'.repeat(125);
    const server = await startPeer();
    const running = await run({
      sources: [{ name: 'feed', 'web-socket': { url: server.url, heartbeat: { ...OFTEN, payload } } }],
    });
    await server.until(() => server.pings.length >= 3);
    expect([server.pings[0]?.length, running.pipeline.source('feed').status.connection?.state]).toEqual([125, 'live']);
  });

  test('left out: pings are empty', async () => {
    const server = await startPeer();
    await run({ sources: [{ name: 'feed', 'web-socket': { url: server.url, heartbeat: OFTEN } }] });
    await server.until(() => server.pings.length >= 1);
    expect(server.pings[0]?.length).toBe(0);
  });
});
