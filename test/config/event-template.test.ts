// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { TemplateError } from '../../src/config/error.ts';
import type { EventScope } from '../../src/config/scope.ts';
import { compileTemplate, fillTemplate } from '../../src/config/template.ts';
import { valueAt } from '../../src/config/tree.ts';

const event = { price: 7, a: { b: 'deep', 'x/y': 'slashed' }, none: null, map: { k: 1 } };

describe('a template that is filled in at once', () => {
  const eventScope: EventScope = {
    lookUp: (path) => valueAt(event, path),
    attribute: (name) => (name === 'peer.id' ? 'p1' : undefined),
    stat: (name) => (name === '_BATCH_NUMBER' ? 3 : undefined),
    cursor: () => undefined,
    env: (name) => (name === 'HOME' ? '/root' : undefined),
    time: () => Date.UTC(2024, 0, 2, 3, 4, 5, 678),
  };
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
    ['${file|/etc/token||d}', '${file|/etc/token||…} reads a file, which cannot be done for each batch'],
    ['${secret|token}', '${secret|token} reads a secret, which cannot be done for each batch'],
  ])('%j is refused', (text, message) => {
    expect(() => fill(text)).toThrow(expect.objectContaining({ code: 'template', message }));
  });

  test('is refused when it is compiled, where files and secrets cannot be read', () => {
    expect(() => compileTemplate('${secret|a}', { immediate: true })).toThrow(TemplateError);
    expect(() => compileTemplate('${file|a||d}', { immediate: true })).toThrow(TemplateError);
  });
});
