// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, sink, source, web } from './samples.ts';

describe('the line of an error says position, path, value and what was expected', () => {
  test.each<[string, string, string]>([
    ['ftp', source('url: "ftp://x/"'), '4:12 sources[0].web-socket.url: "ftp://x/" is not a ws:// or wss:// url'],
    [
      'no url',
      source('payload: text'),
      '4:7 sources[0].web-socket.url: is missing, expected a ws:// or wss:// url; it is required in client mode',
    ],
    ['empty url', source('url:'), '4:11 sources[0].web-socket.url: is empty, expected a ws:// or wss:// url'],
    ['no host', source('url: "ws://"'), '4:12 sources[0].web-socket.url: "ws://" has no host'],
    [
      'no scheme',
      source('url: localhost:8080'),
      '4:12 sources[0].web-socket.url: "localhost:8080" is not a ws:// or wss:// url',
    ],
    [
      'fragment',
      source('url: "ws://h/#a"'),
      '4:12 sources[0].web-socket.url: "ws://h/#a" has a fragment (#…), which a WebSocket url must not have',
    ],
    [
      'scheme before a template',
      source('url: "ftp://${env|H}/"'),
      '4:12 sources[0].web-socket.url: "ftp://${env|H}/" is not a ws:// or wss:// url',
    ],
    [
      'url of wrong type',
      source('url: 5'),
      '4:12 sources[0].web-socket.url: 5 (a number) is not a ws:// or wss:// url',
    ],
    ['unknown key', web('paylod: text'), '5:7 sources[0].web-socket.paylod: is not an option; did you mean "payload"?'],
    [
      'camel case',
      web('maxPayload: 5'),
      '5:7 sources[0].web-socket.maxPayload: is not an option; did you mean "max-payload"?',
    ],
    [
      'far key',
      web('connect: { zzz: 1 }'),
      '5:18 sources[0].web-socket.connect.zzz: is not an option; options here: mode, timeout, eager-timeout',
    ],
    [
      'wrong enum',
      web('payload: xml'),
      '5:16 sources[0].web-socket.payload: "xml" is not text or json or binary or binary-base64',
    ],
    [
      'text for a number',
      web('reconnect: { multiplier: twice }'),
      '5:32 sources[0].web-socket.reconnect.multiplier: "twice" is not a number',
    ],
    [
      'fraction for an integer',
      web('reconnect: { max-attempts: 1.5 }'),
      '5:34 sources[0].web-socket.reconnect.max-attempts: 1.5 (a number) is not a whole number',
    ],
    [
      'too small',
      web('reconnect: { multiplier: 0.5 }'),
      '5:32 sources[0].web-socket.reconnect.multiplier: 0.5 is too small, expected at least 1',
    ],
    [
      'too big',
      web('reconnect: { jitter: 2 }'),
      '5:28 sources[0].web-socket.reconnect.jitter: 2 is too big, expected at most 1',
    ],
    ['text for a list', web('subprotocols: a'), '5:21 sources[0].web-socket.subprotocols: "a" is not a list'],
    ['list for a map', web('connect: [a]'), '5:16 sources[0].web-socket.connect: a list is not a map'],
    [
      'bad duration',
      web('close-timeout: soon'),
      '5:22 sources[0].web-socket.close-timeout: "soon" is not a duration such as 500ms, 2s or 1m30s',
    ],
    [
      'boolean duration',
      web('close-timeout: true'),
      '5:22 sources[0].web-socket.close-timeout: true (a boolean) is not a duration such as 500ms, 2s or 1m30s',
    ],
    [
      'negative duration',
      web('close-timeout: -1s'),
      '5:22 sources[0].web-socket.close-timeout: "-1s" is negative, expected a duration above zero',
    ],
    [
      'long duration',
      web('close-timeout: 60d'),
      '5:22 sources[0].web-socket.close-timeout: "60d" is too long, expected at most 24d20h',
    ],
    [
      'zero duration',
      web('close-timeout: 0'),
      '5:22 sources[0].web-socket.close-timeout: 0 is zero, expected a duration above zero',
    ],
    [
      'bad off',
      web('no-data-timeout: none'),
      '5:24 sources[0].web-socket.no-data-timeout: "none" is not a duration such as 500ms, 2s or 1m30s',
    ],
    [
      'bad size',
      web('max-payload: 16MB'),
      '5:20 sources[0].web-socket.max-payload: "16MB" has an unknown unit, expected a size in bytes such as 4096, 64KiB or 16MiB',
    ],
    [
      'bad heartbeat',
      web('heartbeat: true'),
      '5:18 sources[0].web-socket.heartbeat: true (a boolean) is not off or a map',
    ],
    [
      'long ping payload',
      web(`heartbeat: { payload: ${'é'.repeat(63)} }`),
      `5:29 sources[0].web-socket.heartbeat.payload: "${'é'.repeat(63)}" is longer than 125 bytes of UTF-8`,
    ],
    [
      'inside a union',
      web('heartbeat: { timeout: 2x }'),
      '5:29 sources[0].web-socket.heartbeat.timeout: "2x" is not a duration such as 500ms, 2s or 1m30s',
    ],
    [
      'null request',
      web('requests: [a, null]'),
      '5:21 sources[0].web-socket.requests[1]: is empty, expected JSON or text',
    ],
    [
      'event in a request',
      web('requests: [{ a: "${b}" }]'),
      '5:18 sources[0].web-socket.requests[0]: ${b} reads an event, and there is none here',
    ],
    [
      'event in a header',
      web('headers: { a: "${msg|b}" }'),
      '5:21 sources[0].web-socket.headers.a: ${msg|b} reads an event, and there is none here',
    ],
    [
      'open template',
      web('query: { a: "${b" }'),
      '5:19 sources[0].web-socket.query.a: ${… is a template without its closing }',
    ],
    [
      'secret with a default',
      web('auth: { bearer-token: "${secret|a||b}" }'),
      '5:29 sources[0].web-socket.auth.bearer-token: ${secret|a} is a secret: no default',
    ],
    [
      'both credentials',
      web('auth: { bearer-token: a, basic: { username: u, password: p } }'),
      '5:13 sources[0].web-socket.auth: holds both bearer-token and basic, expected one of them',
    ],
    [
      'lazy eager-timeout',
      web('connect: { mode: lazy, eager-timeout: 1s }'),
      '5:45 sources[0].web-socket.connect.eager-timeout: "1s" has no effect with mode lazy, expected mode: eager beside it',
    ],
    [
      'missing {{key}}',
      `context: { host: a }\n${web('headers: { a: "{{hots}}" }')}`,
      '6:21 sources[0].web-socket.headers.a: {{hots}} has no value; did you mean "host"?',
    ],
    [
      'map for {{key}}',
      `context: { a: { b: c } }\n${web('headers: { a: "{{a}}" }')}`,
      '6:21 sources[0].web-socket.headers.a: {{a}} is not a text, number or boolean',
    ],
    [
      'open {{',
      web('headers: { a: "{{b" }'),
      '5:21 sources[0].web-socket.headers.a: holds {{ without }}; write {{{{ for a literal {{',
    ],
    [
      'misspelt kind',
      'sources:\n  - name: s\n    websocket: {}',
      '3:5 sources[0].websocket: is not an option; did you mean "web-socket"?',
    ],
    [
      'no kind',
      'sources:\n  - name: s',
      '2:5 sources[0]: has no kind, expected one of web-socket, stdin, file (or function, in an application)',
    ],
    [
      'two kinds',
      'sources:\n  - name: s\n    stdin:\n    function:',
      '4:5 sources[0].function: is a second kind beside stdin, expected one',
    ],
    [
      'kind of a sink',
      'sources:\n  - name: s\n    stdout:',
      '3:5 sources[0].stdout: a source cannot be stdout, expected one of web-socket, stdin, file (or function, in an application)',
    ],
    [
      'bad name',
      'sources:\n  - name: a b\n    stdin:',
      '2:11 sources[0].name: "a b" is not a name of letters, digits, _ and -',
    ],
    ['no name', 'sources:\n  - stdin:', '2:5 sources[0].name: is missing, expected a name of letters, digits, _ and -'],
    ['no path', 'sources:\n  - name: s\n    file: {}', '3:11 sources[0].file.path: is missing, expected a path'],
    ['no sources', 'name: a', '1:1 sources: is missing, expected a list'],
    ['sources of wrong type', 'sources: 5', '1:10 sources: 5 (a number) is not a list'],
    ['empty sources', 'sources: []', '1:10 sources: is an empty list, expected at least one of them'],
    ['component of wrong type', 'sources: [5]', '1:11 sources[0]: 5 (a number) is not a map'],
    [
      'names twice',
      sink('name2: 1').replace('name2: 1', 'stdout:').replace('- name: out', '- name: feed'),
      '3:11 sinks[0].name: "feed" is the name of another component already',
    ],
    [
      'unknown input',
      sink('inputs: [fed]', 'stdout:'),
      '4:14 sinks[0].inputs[0]: "fed" is not a source; did you mean "feed"?',
    ],
    [
      'far input',
      sink('inputs: zzzzzz', 'stdout:'),
      '4:13 sinks[0].inputs: "zzzzzz" is not a source; expected one of feed',
    ],
    ['input twice', sink('inputs: [feed, feed]', 'stdout:'), '4:20 sinks[0].inputs[1]: "feed" is listed twice'],
    ['empty inputs', sink('inputs: []', 'stdout:'), '4:13 sinks[0].inputs: is empty, expected names of sources: feed'],
    ['wrong inputs', sink('inputs: 5', 'stdout:'), '4:13 sinks[0].inputs: 5 (a number) is not a list of source names'],
    [
      'inputs left out',
      'sources: [{ name: a, stdin: }, { name: b, function: }]\nsinks:\n  - name: out\n    stdout:',
      '3:5 sinks[0].inputs: is missing, expected names of sources: a, b',
    ],
    [
      'two batches',
      sink('batch: {}', 'stdout: { batch: {} }'),
      '5:15 sinks[0].stdout.batch: is given beside stdout too, expected one of the two',
    ],
    ['key twice', sink('stdout:', 'stdout:'), '5:5 sinks[0].stdout: is written twice in the same map'],
    ['a list for a file', '- a', '1:1: a list is not a map'],
    ['a text for a file', 'hello', '1:1: "hello" is not a map'],
    ['empty file', '', '1:1: is empty, expected a pipeline'],
    ['only comments', '# nothing\n', '1:1: is empty, expected a pipeline'],
    ['open bracket', 'sources: [a', '1:12: is not valid YAML here: wrong indentation, or a bracket that is not closed'],
    ['open quote', 'name: "a', '1:9: is not valid YAML here: a closing quote, bracket, comma or colon is missing'],
    ['tab', 'sources:\n\t- a', '2:1: is not valid YAML here: a tab is not indentation'],
    ['lost alias', 'name: *x', '1:7 name: is an alias without its anchor'],
    ['two documents', 'name: a\n---\nname: b', '2:1: is not valid YAML here: more than one document in one file'],
  ])('%s', (_, text, line) => {
    expect(lines(text)).toContain(`ticks.yaml:${line}`);
  });
});
