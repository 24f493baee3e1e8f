import { describe, expect, test } from 'vitest';
import { Pongs } from '../../src/transport/pongs.ts';

function createPongs() {
  const sent: string[] = [];
  let waiting: (() => void)[] = [];
  const pongs = new Pongs((payload, taken) => {
    sent.push(payload.toString());
    waiting.push(taken);
  });
  const ping = (...payloads: (string | number)[]) => {
    for (const payload of payloads) pongs.answer(Buffer.from(String(payload)));
  };
  const take = () => {
    const due = waiting;
    waiting = [];
    for (const taken of due) taken();
  };
  return { sent, ping, take, pongs };
}

const MANY = [...Array(32).keys()];

describe('pongs', () => {
  test('answer each ping at once', () => {
    const { sent, ping } = createPongs();
    ping('a', 'b');
    expect(sent).toEqual(['a', 'b']);
  });

  test('that wait are 32 at most', () => {
    const { sent, ping } = createPongs();
    ping(...MANY, 'x', 'y');
    expect(sent).toHaveLength(32);
  });

  test('answer the latest ping alone once there is room', () => {
    const { sent, ping, take } = createPongs();
    ping(...MANY, 'x', 'y', 'z');
    take();
    expect(sent.slice(32)).toEqual(['z']);
  });

  test('answer each ping again when the system has taken the others', () => {
    const { sent, ping, take } = createPongs();
    ping(...MANY, 'x');
    take();
    take();
    ping('a', 'b');
    expect(sent.slice(32)).toEqual(['x', 'a', 'b']);
  });

  test('do not hold on to the read that a ping came in', () => {
    const { sent, take, ping, pongs } = createPongs();
    const read = Buffer.from('latest');
    ping(...MANY);
    pongs.answer(read);
    read.fill('-');
    take();
    expect(sent.at(-1)).toBe('latest');
  });
});
