import { describe, expect, test } from 'vitest';
import { World } from '../supervision/world.ts';
import { call, FEED, outputSink } from './callers.ts';

async function createGuarded(origins?: string[]) {
  const world = new World();
  const pipeline = world.add([FEED], [outputSink(origins === undefined ? {} : { 'allowed-origins': origins })]);
  await world.start();
  const answer = async (headers: Record<string, string>) => {
    const { open, loss } = await call(world, '/', { headers });
    return open ? 'open' : loss?.kind === 'status' ? loss.status : loss;
  };
  return { answer, endpoint: () => pipeline.sink('out').status.endpoint };
}

const LIST = ['https://app.example', 'http://localhost:3000'];

describe('server.allowed-origins', () => {
  test.each(['https://app.example', 'HTTPS://App.Example', 'http://localhost:3000'])('lets %s in', async (origin) => {
    const { answer } = await createGuarded(LIST);
    expect(await answer({ origin })).toBe('open');
  });

  test.each([
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://evil.example/https://app.example',
    'https://sub.app.example',
    'http://localhost',
    'null',
    '',
  ])('answers 403 to %j', async (origin) => {
    const { answer, endpoint } = await createGuarded(LIST);
    expect([await answer({ origin }), endpoint()?.refused]).toEqual([403, { origin: 1 }]);
  });

  test('is compared with Sec-WebSocket-Origin too', async () => {
    const { answer } = await createGuarded(LIST);
    expect(await answer({ 'sec-websocket-origin': 'https://evil.example' })).toBe(403);
    expect(await answer({ 'sec-websocket-origin': 'https://app.example' })).toBe('open');
  });

  test('is not escaped by an old header with an allowed origin', async () => {
    const { answer } = await createGuarded(LIST);
    expect(await answer({ origin: 'https://evil.example', 'sec-websocket-origin': 'https://app.example' })).toBe(403);
  });

  test('lets in who has no origin: it is no browser', async () => {
    const { answer } = await createGuarded(LIST);
    expect(await answer({})).toBe('open');
  });

  test('that is empty lets no browser in', async () => {
    const { answer } = await createGuarded([]);
    expect([await answer({ origin: 'https://app.example' }), await answer({})]).toEqual([403, 'open']);
  });

  test('that is left out lets any in', async () => {
    const { answer } = await createGuarded();
    expect(await answer({ origin: 'https://evil.example' })).toBe('open');
  });
});
