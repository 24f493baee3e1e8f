// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { lines, optionsOf, sink } from './samples.ts';

describe.each([
  ['stdout', ''],
  ['file', 'path: /out, '],
])('the template of a line of kind %s', (kind, before) => {
  const text = (template: string, ...rest: string[]) => sink(`${kind}: { ${before}template: ${template} }`, ...rest);

  test('is kept as it is written', () => {
    const template = '${a.b} ${msg|x} ${time|now_iso} ${env|Y||z}';
    expect(optionsOf(text(`"${template}"`)).sinks[0]?.options).toMatchObject({ template });
  });

  test('may stand between a header and a footer', () => {
    const [found] = optionsOf(text('"${a}"', 'batch: { header: h, footer: f }')).sinks;
    expect(found).toMatchObject({ options: { template: '${a}' }, batch: { header: 'h', footer: 'f' } });
  });

  test.each<[string, string]>([
    ['"${a"', '${… is a template without its closing }'],
    ['"${file|/a}"', '${file|/a} reads a file'],
    ['"${secret|a}"', '${secret|a} reads a secret'],
    ['5', '5 (a number) is not text'],
  ])('cannot be %s', (template, message) => {
    const column = 19 + kind.length + before.length;
    expect(lines(text(template))[0]).toContain(`ticks.yaml:4:${column} sinks[0].${kind}.template: ${message}`);
  });

  test('makes no JSON that could be wrapped', () => {
    expect(lines(text('a', 'batch: { wrap-as-json: true }'))).toEqual([
      'ticks.yaml:5:28 sinks[0].batch.wrap-as-json: cannot be with a template, whose lines need not be JSON',
    ]);
  });
});

test('without a template a line has none', () => {
  expect(optionsOf(sink('stdout:')).sinks[0]?.options).toEqual({});
});
