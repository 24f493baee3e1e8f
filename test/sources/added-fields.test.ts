import { describe, expect, test } from 'vitest';
import { eventTimeStamp } from '../../src/sources/added-fields.ts';
import { NUMBERED, recordBench } from './record-bench.ts';

const AT_5 = '"1970-01-01T00:00:05.000Z"';
const AT_6 = '"1970-01-01T00:00:06.000Z"';

describe('received-field', () => {
  const options = { 'received-field': 'at' };

  test('is at the end of a record: when its message came', () => {
    const { receive, order } = recordBench(options, { schema: NUMBERED });
    receive('{"n":1}');
    expect(order).toEqual([`{"n":1,"at":${AT_5}}`]);
  });

  test('leaves the digits of the other fields alone, also when it takes the place of one', () => {
    const { receive, order } = recordBench(options);
    receive('{ "id": 12345678901234567890 }', '{"at":1,"price":1.10}');
    expect(order).toEqual([`{"id": 12345678901234567890,"at":${AT_5}}`, `{"at":${AT_5},"price":1.10}`]);
  });

  test('is in each element of an array that is split', () => {
    const { receive, order } = recordBench({ ...options, 'split-arrays': true });
    receive('[{"n":1},{}]');
    expect(order).toEqual([`{"n":1,"at":${AT_5}}`, `{"at":${AT_5}}`]);
  });

  test('is the time of arrival, not that of the hand-on', async () => {
    const { receive, order, clock } = recordBench(options, { stream: { emitInterval: 1000 } });
    receive('{}');
    await clock.advance(1000);
    expect(order).toEqual([`{"at":${AT_5}}`]);
  });

  test.each(['[1]', '"text"', '7'])('fails what is no object: %s', (other) => {
    const { receive, failed } = recordBench(options);
    receive(other);
    const message = 'it is no object, so it cannot have the field at';
    expect(failed).toMatchObject([{ error: { code: 'record', message, path: '' } }]);
  });
});

describe('event-time-field', () => {
  const options = { 'event-time-field': 'time' };

  test('is the time of the hand-on', async () => {
    const { receive, order, clock } = recordBench(options, { schema: NUMBERED, stream: { emitInterval: 1000 } });
    receive('{"n":1}');
    await clock.advance(1000);
    expect(order).toEqual([`{"n":1,"time":${AT_6}}`]);
  });

  test('is behind the received-field', () => {
    const { receive, order } = recordBench({ ...options, 'received-field': 'at' });
    receive('{}');
    expect(order).toEqual([`{"at":${AT_5},"time":${AT_5}}`]);
  });

  test('fails what is no object', () => {
    const { receive, failed } = recordBench(options);
    receive('7');
    const message = 'it is no object, so it cannot have the field time';
    expect(failed).toMatchObject([{ error: { code: 'record', message } }]);
  });

  test('needs no stamp when the event has its own time', () => {
    expect([eventTimeStamp({}), eventTimeStamp({ ...options, 'event-time': { pointer: '/ts' } })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('event-time', () => {
  const options = { 'event-time-field': 'time', 'event-time': { pointer: '/ts' } };

  test.each(['"1970-01-01T00:00:06Z"', '6', '6000000000000000000000e-21'])('is read from %s in the message', (ts) => {
    const { receive, order } = recordBench(options, { schema: NUMBERED });
    receive(`{"n":1,"ts":${ts}}`);
    expect(order).toEqual([`{"n":1,"time":${AT_6}}`]);
  });

  test.each(['{}', '{"ts":null}'])('is null where there is none: %s', (message) => {
    const { receive, order } = recordBench({ ...options, 'event-time-field': 'time' });
    receive(message);
    expect(order[0]).toMatch(/"time":null}$/);
  });

  test.each(['"soon"', 'true', '{}'])('fails an event in which it is %s', (ts) => {
    const { receive, failed } = recordBench({ ...options, 'split-arrays': true });
    receive(`[{"ts":${ts}}]`);
    const error = { code: 'record', message: 'the event time is not a timestamp', path: '/0/ts' };
    expect(failed).toMatchObject([{ error }]);
  });
});
