// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TemplateError } from '../../src/config/error.ts';
import { createScope, type Scope } from '../../src/config/scope.ts';
import {
  compileAnswer,
  compileRequest,
  compileTemplate,
  fillTemplate,
  prefillTemplate,
  resolveTemplate,
} from '../../src/config/template.ts';
import { valueAt } from '../../src/config/tree.ts';

const files: Record<string, string> = { '/etc/token': 'abc\n', '/run/secrets/key': 's3cret\r\n', '/two': 'a\n\n' };
const event = {
  price: 7,
  a: { b: 'deep', 'x/y': 'slashed' },
  list: [10, 20],
  none: null,
  map: { k: 1 },
  cursor: 'field',
};

function scope(changes: Partial<Scope> = {}): Scope {
  return { ...createScope({ environment, secretsDir: '/run/secrets', cursor: () => 'c-9' }), ...changes };
}

const environment = {
  env: { HOME: '/root', EMPTY: '', HAWSER_SECRET_token: 't0ken' },
  now: () => Date.UTC(2024, 0, 2, 3, 4, 5, 678),
  files: {
    readText: async (path: string) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error('no'), { code: path.endsWith('locked') ? 'EACCES' : 'ENOENT' });
    },
  },
};

const withEvent = scope({
  event: {
    lookUp: (path) =>
      valueAt(
        event,
        path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
      ),
  },
  attribute: (name) => (name === 'peer.id' ? 'p1' : undefined),
  stat: (name) => (name === '_BATCH_NUMBER' ? 3 : undefined),
});

const resolve = (text: string, from: Scope = withEvent) => resolveTemplate(compileTemplate(text), from);

describe('a template', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['${price}', '7'],
    ['<${a.b}>', '<deep>'],
    ['${a/b}', 'deep'],
    ['${/a/b}', 'deep'],
    ['${/a/x~1y}', 'slashed'],
    ['${/list/1}', '20'],
    ['${map}', '{"k":1}'],
    ['${env|HOME}/x', '/root/x'],
    ['[${env|EMPTY}]', '[]'],
    ['${file|/etc/token}', 'abc'],
    ['${file|/two}', 'a\n'],
    ['${secret|token}', 't0ken'],
    ['${secret|key}', 's3cret'],
    ['${cursor}', 'c-9'],
    ['${/cursor}', 'field'],
    ['${stat|_BATCH_NUMBER}', '3'],
    ['${time|now_iso}', '2024-01-02T03:04:05.678Z'],
    ['${time|now_time_secs}', '1704164645'],
    ['${msg|peer.id}', 'p1'],
    ['${ env | HOME }', '/root'],
    ['$${price}', '${price}'],
    ['$${a}${price}$$', '${a}7$$'],
    ['$5 {x}', '$5 {x}'],
  ])('%j resolves to %j', async (text, expected) => {
    expect(await resolve(text)).toBe(expected);
  });

  test.each([
    ['${gone||d}', 'd'],
    ['${gone||}', ''],
    ['${gone||a||b}', 'a||b'],
    ['${none||d}', 'd'],
    ['${env|GONE||d}', 'd'],
    ['${env|HOME||d}', '/root'],
    ['${file|/gone||d}', 'd'],
    ['${stat|GONE||d}', 'd'],
    ['${msg|gone||d}', 'd'],
  ])('%j falls back to %j', async (text, expected) => {
    expect(await resolve(text)).toBe(expected);
  });

  test('with ${cursor||d} falls back while there is no cursor', async () => {
    expect(await resolve('${cursor||d}', createScope({ environment }))).toBe('d');
  });

  test.each([
    ['${gone}', '${gone} has no value: the event has no such field'],
    ['${env|GONE}', '${env|GONE} has no value: the environment variable is not set'],
    ['${file|/gone}', '${file|/gone} has no value: the file cannot be read'],
    ['${secret|gone}', '${secret|gone} has no value: neither HAWSER_SECRET_gone nor a file of that name'],
    ['${secret|locked}', '${secret|locked} has no value: its file cannot be read'],
    ['${stat|GONE}', '${stat|GONE} has no value'],
    ['${msg|gone}', '${msg|gone} has no value'],
  ])('%j without a value is refused', async (text, message) => {
    await expect(resolve(text)).rejects.toThrow(message);
    await expect(resolve(text)).rejects.toThrow(expect.objectContaining({ code: 'template', expression: text }));
  });

  test.each([
    ['${', 'is a template without its closing }'],
    ['a ${b', 'is a template without its closing }'],
    ['${}', '${} names nothing'],
    ['${ }', 'names nothing'],
    ['${env|}', '${env|} names nothing'],
    ['${secret|a||b}', '${secret|a} is a secret: no default'],
    ['${secret|../a}', 'is not the name of a secret'],
    ['${secret|..}', 'is not the name of a secret'],
    ['${time|noon}', 'is not a time, expected now_iso or now_time_secs'],
    ['${what|x}', '${what|x} is not a template, expected one of env|NAME'],
    ['${a..b}', 'has an empty name in its path'],
  ])('%j is malformed', (text, message) => {
    expect(() => compileTemplate(text)).toThrow(message);
  });

  test.each(['${price}', '${/a}', '${msg|x}', '${price||7}'])('%j is refused where there is no event', (text) => {
    expect(() => compileTemplate(text, { event: false })).toThrow('reads an event, and there is none here');
  });

  test('never shows a default in its errors', () => {
    expect(() => compileTemplate('${price||hunter2}', { event: false })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  test('tells every value from a secret, the environment or a file, and no default', async () => {
    const told: string[] = [];
    const from = scope({ onSensitive: (value) => told.push(value) });
    await resolve('${secret|token} ${env|HOME} ${file|/etc/token} ${env|GONE||d} ${cursor}', from);
    expect(told).toEqual(['t0ken', '/root', 'abc']);
  });

  test('is filled in anew each time, so that a rotated token works', async () => {
    let token = 'one';
    const template = compileTemplate('${secret|t}');
    const from = scope({ secret: async () => token });
    expect(await resolveTemplate(template, from)).toBe('one');
    token = 'two';
    expect(await resolveTemplate(template, from)).toBe('two');
  });

  test('of any text compiles or is refused with a TemplateError', () => {
    const pieces = fc.array(fc.constantFrom('${', '}', '$', '|', '||', 'env', 'a', '/', '.', '"', '\\'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join('')),
        ),
        fc.boolean(),
        (text, json) => {
          try {
            return compileTemplate(text, { json }).text === text;
          } catch (error) {
            return error instanceof TemplateError;
          }
        },
      ),
    );
  });

  test('without a dollar sign resolves to itself', async () => {
    const plain = fc.string().filter((text) => !text.includes('$'));
    await fc.assert(fc.asyncProperty(plain, async (text) => (await resolve(text)) === text));
  });
});

describe('a request', () => {
  test('that is JSON stays JSON whatever is filled in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (value) => {
        const text = await resolveTemplate(compileRequest('{"t":"${secret|t}"}'), scope({ secret: async () => value }));
        return JSON.parse(text).t === value;
      }),
    );
  });

  test('that is not JSON is filled in as it is', async () => {
    const from = scope({ secret: async () => 'a"b' });
    expect(await resolveTemplate(compileRequest('login ${secret|t}'), from)).toBe('login a"b');
  });

  test('tells an escaped secret in both forms', async () => {
    const told: string[] = [];
    const from = scope({ secret: async () => 'a"b', onSensitive: (value) => told.push(value) });
    await resolveTemplate(compileRequest('["${secret|t}"]'), from);
    expect(told).toEqual(['a"b', 'a\\"b']);
  });
});

describe('a request behind an expected reply', () => {
  const names = new Set(['session', 'nonce']);

  test.each(['${session}', '${/nonce}', '{"id":"${session}"}', '${session||none}'])('%j reads what it has', (text) => {
    expect(compileRequest(text, names).text).toBe(text);
  });

  test.each(['${token}', '${session.id}', '${/session/id}', '{"id":"${token}"}'])(
    '%j is refused, with the names that there are',
    (text) => {
      expect(() => compileRequest(text, names)).toThrow(
        'is extracted by no earlier step, expected one of session, nonce',
      );
    },
  );

  test('reads no attribute', () => {
    expect(() => compileRequest('${msg|session}', names)).toThrow('reads an event, and there is none here');
  });

  test('is refused as ever where nothing is extracted', () => {
    expect(() => compileRequest('${session}', new Set())).toThrow('reads an event, and there is none here');
  });
});

describe('a template that is filled in ahead', () => {
  const now = { lookUp: ([name = '']: readonly string[]) => (name === 'id' ? 7 : undefined), time: () => 0 };
  const later = { ...withEvent, ...now, attribute: () => undefined };

  test('keeps fields and the time open, and nothing else', async () => {
    const template = await prefillTemplate(compileTemplate('${env|HOME} ${id} ${cursor} ${time|now_iso}'), scope());
    expect(template.parts).toEqual([
      '/root',
      ' ',
      { kind: 'field', path: ['id'] },
      ' ',
      'c-9',
      ' ',
      { kind: 'time', name: 'now_iso' },
    ]);
    expect(fillTemplate(template, later)).toBe('/root 7 c-9 1970-01-01T00:00:00.000Z');
  });

  test('keeps open what it is told to', async () => {
    const template = await prefillTemplate(compileTemplate('${env|HOME} ${cursor}'), scope(), new Set(['cursor']));
    expect(template.parts).toEqual(['/root', ' ', { kind: 'cursor' }]);
  });

  test('is refused where something has no value that it does not keep open', async () => {
    await expect(prefillTemplate(compileTemplate('${env|GONE}${id}'), scope())).rejects.toThrow('${env|GONE} has no');
  });

  test('tells what is sensitive, and is JSON again whatever it is filled with', async () => {
    const told: string[] = [];
    const from = scope({ secret: async () => 'a"b', onSensitive: (value) => told.push(value) });
    const template = await prefillTemplate(compileAnswer('{"key":"${secret|t}","id":"${id}"}'), from);
    expect([fillTemplate(template, later), told]).toEqual(['{"key":"a\\"b","id":7}', ['a"b', 'a\\"b']]);
  });
});

describe('a secret', () => {
  test('of the environment wins over the file', async () => {
    const from = createScope({
      environment: { ...environment, env: { HAWSER_SECRET_key: 'env' } },
      secretsDir: '/run/secrets',
    });
    expect(await from.secret('key')).toBe('env');
  });

  test('without a secrets directory comes from the environment only', async () => {
    expect(await createScope({ environment }).secret('key')).toBeUndefined();
  });
});
