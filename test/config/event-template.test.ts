// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { TemplateError } from '../../src/config/error.ts';
import type { EventScope } from '../../src/config/scope.ts';
import { compileAnswer, compileTemplate, fillTemplate } from '../../src/config/template.ts';
import { valueAt } from '../../src/config/tree.ts';
import { parseJson } from '../../src/json/lossless.ts';
import { readPath } from '../../src/messages/pointer.ts';

const event = { price: 7, a: { b: 'deep', 'x/y': 'slashed' }, none: null, map: { k: 1 } };

const eventScope: EventScope = {
  lookUp: (path) => valueAt(event, path),
  attribute: (name) => (name === 'peer.id' ? 'p1' : undefined),
  stat: (name) => (name === '_BATCH_NUMBER' ? 3 : undefined),
  cursor: () => undefined,
  env: (name) => (name === 'HOME' ? '/root' : undefined),
  time: () => Date.UTC(2024, 0, 2, 3, 4, 5, 678),
};

describe('a template that is filled in at once', () => {
  const fill = (text: string) => fillTemplate(compileTemplate(text), eventScope);

  test.each([
    ['', ''],
    ['# ${price} ${a.b} ${/a/x~1y} $${a}', '# 7 deep slashed ${a}'],
    ['${map}', '{"k":1}'],
    ['${msg|peer.id}', 'p1'],
    ['${stat|_BATCH_NUMBER}', '3'],
    ['${env|HOME}', '/root'],
    ['${time|now_iso}', '2024-01-02T03:04:05.678Z'],
    ['${time|now_time_secs}', '1704164645'],
    ['${gone||d}${cursor||c}${none||}', 'dc'],
  ])('%j gives %j', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  test.each([
    ['${gone}', '${gone} has no value: the event has no such field'],
    [
      '${cursor}',
      '${cursor} has no value: no cursor yet; cursor.initial-value or a default behind || would be the first',
    ],
    ['${env|GONE}', '${env|GONE} has no value: the environment variable is not set'],
    ['${file|/etc/token||d}', '${file|/etc/token||…} reads a file, which cannot be done for each event or batch'],
    ['${secret|token}', '${secret|token} reads a secret, which cannot be done for each event or batch'],
  ])('%j is refused', (text, message) => {
    expect(() => fill(text)).toThrow(expect.objectContaining({ code: 'template', message }));
  });

  test('is refused when it is compiled, where files and secrets cannot be read', () => {
    expect(() => compileTemplate('${secret|a}', { immediate: true })).toThrow(TemplateError);
    expect(() => compileTemplate('${file|a||d}', { immediate: true })).toThrow(TemplateError);
  });
});

describe('a template that is JSON', () => {
  const received = parseJson(
    '{"ping":7,"big":12345678901234567890,"exact":1.10,"text":"a\\"b","yes":true,"none":null,"list":[1,"x"],"map":{"k":1.0}}',
    'text',
  );
  const fill = (text: string) =>
    fillTemplate(compileAnswer(text), { ...eventScope, lookUp: (path) => readPath(received, path) });

  test.each([
    ['{"pong":"${ping}"}', '{"pong":7}'],
    ['{"pong":"${big}"}', '{"pong":12345678901234567890}'],
    ['{"pong":"${exact}"}', '{"pong":1.10}'],
    ['{"pong":"${text}"}', '{"pong":"a\\"b"}'],
    ['{"pong":"${yes}"}', '{"pong":true}'],
    ['{"pong":"${none}"}', '{"pong":null}'],
    ['{"pong":"${list}"}', '{"pong":[1,"x"]}'],
    ['{"pong":"${map}"}', '{"pong":{"k":1.0}}'],
    ['["${ping}", "${/list/0}"]', '[7, 1]'],
    ['"${ping}"', '7'],
  ])('%j takes over the type of the value: %j', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  test.each([
    ['{"pong":"no ${ping}"}', '{"pong":"no 7"}'],
    ['{"pong":"${ping}${ping}"}', '{"pong":"77"}'],
    ['{"pong":"\\"${ping}\\""}', '{"pong":"\\"7\\""}'],
    ['{"pong":"\\"${ping}"}', '{"pong":"\\"7"}'],
    ['{"pong":"$${${ping}"}', '{"pong":"${7"}'],
    ['{"pong":"<${text}>"}', '{"pong":"<a\\"b>"}'],
    ['{"pong":"<${map}>"}', '{"pong":"<{\\"k\\":1.0}>"}'],
    ['{"pong":"<${big}>"}', '{"pong":"<12345678901234567890>"}'],
    ['{"${ping}":1}', '{"7":1}'],
    ['{"${ping}" :1}', '{"7" :1}'],
  ])('%j stays text: %j', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  test.each([
    ['{"pong":"${gone||0}"}', '{"pong":"0"}'],
    ['{"pong":"${none||0}"}', '{"pong":"0"}'],
    ['{"home":"${env|HOME}"}', '{"home":"/root"}'],
    ['{"time":"${time|now_time_secs}"}', '{"time":"1704164645"}'],
  ])('%j has text where the value is no field: %j', (text, filled) => {
    expect(fill(text)).toBe(filled);
  });

  test.each(['{"pong":"${gone}"}', '{"pong":"no ${none}"}'])('%j is refused', (text) => {
    expect(() => fill(text)).toThrow('has no value: the event has no such field');
  });

  test('that is not JSON is filled in as it is', () => {
    expect(fill('pong ${text} ${big}')).toBe('pong a"b 12345678901234567890');
  });
});
