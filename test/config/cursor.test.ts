// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, listening, optionsOf, warningsOf, web, webSink } from './samples.ts';

const cursorOf = (block: string) => optionsOf(web(`cursor: ${block}`)).sources[0]?.options;

describe('the cursor of a connection', () => {
  test('keeps every option', () => {
    const written =
      '{ header-name: Last-Event-ID, query-parameter: after, state-id: a.b-c_1, initial-value: "0", resume-on-reconnect: false, value-pointer: /a~1b/0 }';
    expect(cursorOf(written)).toMatchObject({
      cursor: {
        'header-name': 'Last-Event-ID',
        'query-parameter': 'after',
        'state-id': 'a.b-c_1',
        'initial-value': '0',
        'resume-on-reconnect': false,
        'value-pointer': '/a~1b/0',
      },
    });
  });

  test('may name its file', () => {
    expect(cursorOf('{ persist-to: /var/a, value-field: a.b }')).toMatchObject({
      cursor: { 'persist-to': '/var/a', 'value-field': 'a.b' },
    });
  });

  test('resumes on reconnect unless it says otherwise', () => {
    expect(cursorOf('{}')).toMatchObject({ cursor: { 'resume-on-reconnect': true } });
  });

  test('is none unless it is written', () => {
    expect(optionsOf(web('payload: text')).sources[0]?.options).not.toHaveProperty('cursor');
  });

  test('of a sink is the same', () => {
    const [sink] = optionsOf(webSink('url: "ws://h/"', 'cursor: { header-name: a }')).sinks;
    expect(sink?.options).toMatchObject({ cursor: { 'header-name': 'a', 'resume-on-reconnect': true } });
  });

  test('takes a number for its first value, with every digit', () => {
    expect(cursorOf('{ initial-value: 12345678901234567890 }')).toMatchObject({
      cursor: { 'initial-value': '12345678901234567890' },
    });
  });
});

describe('a cursor that cannot work says why', () => {
  test.each<[string, string]>([
    ['value-field: a, value-pointer: /a', '33 value-pointer: is given beside value-field, expected one of the two'],
    ['value-field: a..b', '30 value-field: "a..b" is not a field such as id or data.id'],
    ['value-field: ""', '30 value-field: "" is not a field such as id or data.id'],
    ['value-pointer: a', '32 value-pointer: "a" is not a JSON pointer such as /data/id'],
    ['value-pointer: /a~2', '32 value-pointer: "/a~2" is not a JSON pointer such as /data/id'],
    [
      'header-name: "a b"',
      '30 header-name: "a b" is not the name of a header, expected letters, digits and !#$%&\'*+-.^_`|~',
    ],
    ['header-name: upgrade', '30 header-name: "upgrade" is set by the handshake itself'],
    ['query-parameter: ""', '34 query-parameter: is empty, expected the name of a query parameter'],
    ['persist-to: ""', '29 persist-to: is empty, expected a path'],
    ['persist-to: a, state-id: b', '32 state-id: is given beside persist-to, expected one of the two'],
    ['state-id: ../a', '27 state-id: "../a" is not a name of letters, digits, _, - and .'],
    ['state-id: ..', '27 state-id: ".." is not a name of letters, digits, _, - and .'],
    ['state-id: a/b', '27 state-id: "a/b" is not a name of letters, digits, _, - and .'],
    ['initial-value: [a]', '32 initial-value: a list is not text'],
    ['resume-on-reconnect: maybe', '38 resume-on-reconnect: "maybe" is not true or false'],
    [
      'from: a',
      '17 from: is not an option; options here: header-name, query-parameter, persist-to, initial-value, state-id, resume-on-reconnect, value-field, value-pointer',
    ],
  ])('%s', (option, line) => {
    const [column, ...sentence] = line.split(' ');
    expect(lines(web(`cursor: { ${option} }`))).toEqual([
      `ticks.yaml:5:${column} sources[0].web-socket.cursor.${sentence.join(' ')}`,
    ]);
  });
});

describe('two cursors in one file', () => {
  const two = (first: string, second: string) =>
    `sources:
  - { name: a, web-socket: { url: "ws://h/", cursor: { header-name: c, value-field: n, ${first} } } }
  - { name: b, web-socket: { url: "ws://h/", cursor: { header-name: c, value-field: n, ${second} } } }
sinks: [{ name: s, inputs: [a, b], stdout: }]`;

  test.each(['state-id', 'persist-to'])('are refused: %s', (option) => {
    expect(lines(two(`${option}: x`, `${option}: x`))).toEqual([
      `ticks.yaml:3:${option.length + 90} sources[1].web-socket.cursor.${option}: "x" keeps the cursor of a already, expected another one`,
    ]);
  });

  test('are none when their names differ', () => {
    expect(warningsOf(two('state-id: x', 'state-id: y'))).toEqual([]);
  });
});

describe('${cursor} that can never have a value', () => {
  test('is refused without the option', () => {
    expect(lines(web('query: { after: "${cursor}" }'))).toEqual([
      'ticks.yaml:5:23 sources[0].web-socket.query.after: ${cursor} has no value without the option cursor',
    ]);
  });

  test('is refused in a relay, whose cursor is of its peers', () => {
    expect(lines(listening('relay', 'url: "ws://h/?c=${cursor}"'))).toEqual([
      'ticks.yaml:6:12 sources[0].web-socket.url: ${cursor} has no value in mode relay',
    ]);
  });

  test.each(['${cursor||0}', '$${cursor}'])('is not meant by %s', (text) => {
    expect(() => optionsOf(web(`query: { after: "${text}" }`))).not.toThrow();
  });
});

describe('a cursor that does nothing is warned of', () => {
  const cursorWarnings = (...block: string[]) => warningsOf(web(...block)).filter((line) => line.includes('cursor'));

  test('when nothing changes it', () => {
    expect(cursorWarnings('cursor: { header-name: c }')).toEqual([
      '5 sources[0].web-socket.cursor: never changes without value-field or value-pointer',
    ]);
  });

  test('when nobody is told', () => {
    expect(cursorWarnings('cursor: { value-field: n }')).toEqual([
      '5 sources[0].web-socket.cursor: is not sent: expected header-name or query-parameter in it, or ${cursor} in the handshake or a request',
    ]);
  });

  test.each(['requests: [{ after: "${cursor||0}" }]', 'headers: { x: "${ cursor }" }'])('and not with %s', (option) => {
    expect(cursorWarnings('cursor: { value-field: n }', option)).toEqual([]);
  });
});
