import { describe, expect, test } from 'vitest';
import { encodeFailure, type Failure } from '../../src/messages/failure.ts';

const FAILURE: Failure = {
  source: 'feed',
  sink: 'out',
  id: 'e1/7',
  receivedAt: Date.UTC(2024, 0, 2, 3, 4, 5, 6),
  code: 'payload',
  message: 'it is not JSON',
  path: '/a/0',
  payload: '{"a":',
};

describe('a failure', () => {
  test('is a JSON object that tells where, when, why and what', () => {
    expect(JSON.parse(encodeFailure(FAILURE))).toEqual({
      source: 'feed',
      sink: 'out',
      id: 'e1/7',
      receivedAt: '2024-01-02T03:04:05.006Z',
      error: { code: 'payload', message: 'it is not JSON', path: '/a/0' },
      payload: '{"a":',
    });
  });

  test('leaves out what is not known', () => {
    const { source, receivedAt, code, message, payload } = FAILURE;
    const written = JSON.parse(encodeFailure({ source, receivedAt, code, message, payload }));
    expect(Object.keys(written)).toEqual(['source', 'receivedAt', 'error', 'payload']);
    expect(Object.keys(written.error)).toEqual(['code', 'message']);
  });

  test('has bytes that are UTF-8 as text', () => {
    const written = JSON.parse(encodeFailure({ ...FAILURE, payload: Buffer.from('a€') }));
    expect([written.payload, written.payloadEncoding]).toEqual(['a€', undefined]);
  });

  test('has other bytes as base64, and says so', () => {
    const written = JSON.parse(encodeFailure({ ...FAILURE, payload: Buffer.from([0xff, 0xef]) }));
    expect([written.payload, written.payloadEncoding]).toEqual(['/+8=', 'base64']);
  });
});
