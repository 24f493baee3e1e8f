import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, SOON } from '../end-to-end/running.ts';
import { rawFrame, startRawServer, switchingProtocols } from '../transport/raw-peer.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hawser-faults-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A server that writes these, one per connection, and with which cursor each was dialled. */
async function scripted(...writes: Buffer[]) {
  const froms: (string | undefined)[] = [];
  const server = await startRawServer((socket, head) => {
    const bytes = writes[froms.length] ?? Buffer.alloc(0);
    froms.push(/^x-from: (.*)$/im.exec(head)?.[1]?.trim());
    socket.write(switchingProtocols(head));
    socket.write(bytes);
  });
  onTestFinished(() => server.close());
  return { server, froms };
}

const whole = (id: number) => rawFrame(1, `{"id":${id}}`);

describe('a connection that is reset', () => {
  test.each<[string, Buffer]>([
    ['a frame', whole(2).subarray(0, 5)],
    ['a message', rawFrame(1, '{"id":', false)],
  ])('in the middle of %s yields no part, and is resumed from the committed cursor', async (_, part) => {
    const { server, froms } = await scripted(Buffer.concat([whole(1), part]), Buffer.concat([whole(2), whole(3)]));
    const texts: string[] = [];
    const cursor = { 'header-name': 'x-from', 'value-field': 'id' };
    const keep = {
      function: ({ messages }: { messages: readonly { text: string }[] }) => {
        texts.push(...messages.map(({ text }) => text));
      },
    };
    const running = await run(
      { sources: [{ name: 'feed', 'web-socket': { url: server.url, cursor, reconnect: SOON } }] },
      { stateDir: await folder(), additions: { kept: keep } },
    );
    await running.until((status) => status.sources[0]?.settled === 1);
    server.connections[0]?.resetAndDestroy();
    await running.until((status) => status.sources[0]?.settled === 3);
    expect([texts, froms]).toEqual([
      ['{"id":1}', '{"id":2}', '{"id":3}'],
      [undefined, '1'],
    ]);
  });
});
