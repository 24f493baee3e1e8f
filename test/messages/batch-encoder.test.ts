// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of hawser, not of JavaScript
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/config/template.ts';
import type { Batch } from '../../src/messages/batch.ts';
import { createFrameEncoder, createLineEncoder } from '../../src/messages/batch-encoder.ts';
import type { BatchLayout } from '../../src/messages/batch-layout.ts';
import { documentAttributes } from '../../src/messages/document.ts';
import { type Attributes, type Encoding, Message } from '../../src/messages/message.ts';
import { type Origin, PackedChunk, packFrames } from '../../src/messages/packed-chunk.ts';
import type { PayloadForm } from '../../src/messages/payload.ts';

const scope = { cursor: () => 'c9', env: (name: string) => (name === 'HOST' ? 'here' : undefined), time: () => 0 };

/** A layout without anything, unless told otherwise; header and footer as they are written in a file. */
function layoutOf(of: { header?: string; footer?: string; wrapAsJson?: boolean; marker?: boolean } = {}): BatchLayout {
  const { header, footer, wrapAsJson = false, marker = false } = of;
  return {
    header: header === undefined ? undefined : compileTemplate(header),
    footer: footer === undefined ? undefined : compileTemplate(footer),
    wrapAsJson,
    marker,
  };
}

function batchOf(encoding: Encoding, payloads: readonly (string | Buffer)[], attributes: Attributes = {}): Batch {
  const messages = payloads.map((each, at) => new Message('feed', 'e1', at + 1, 0, each, encoding, attributes));
  return { through: new Map([['feed', payloads.length]]), messages, reason: 'size' };
}

/** The frames of one batch as text; `binary` is said where it is. */
function framesOf(form: PayloadForm, layout: BatchLayout | undefined, batch: Batch): string[] {
  const { frames } = createFrameEncoder(form, { layout, scope })(batch);
  if ('memory' in frames) return ['packed'];
  return frames.map(({ data, binary }) => `${binary ? 'binary ' : ''}${data.toString('latin1')}`);
}

function rejectsOf(form: PayloadForm, layout: BatchLayout | undefined, batch: Batch) {
  const { rejects } = createFrameEncoder(form, { layout, scope })(batch);
  return rejects.map(({ message, error }) => `${message.sequence} ${error.code}`);
}

const JSONS = batchOf('json', ['{"a":1}', '{"a":2}']);

describe('without a layout', () => {
  test('each event is a frame', () => {
    expect(framesOf('text', undefined, batchOf('text', ['one', 'two']))).toEqual(['one', 'two']);
  });

  test('an event that cannot be written is a reject, and the rest are frames', () => {
    const batch = batchOf('json', ['1', '{', '3']);
    expect([framesOf('json', undefined, batch), rejectsOf('json', undefined, batch)]).toEqual([
      ['1', '3'],
      ['2 payload'],
    ]);
  });

  test('the bytes of the payloads are counted', () => {
    expect(createFrameEncoder('text', { scope })(batchOf('text', ['one', 'three'])).bytes).toBe(8);
  });
});

describe('a packed turn', () => {
  function packed(encoding: Encoding, attributes?: Attributes): Batch {
    const origin: Origin = { source: 'feed', epoch: 'e1', receivedAt: 0, encoding, attributes };
    const chunk = new PackedChunk(origin, 1, packFrames([{ data: Buffer.from('"a"') }]));
    return { through: new Map([['feed', 1]]), messages: chunk.messages, reason: 'turn', packed: chunk };
  }

  test.each([
    ['text', packed('text')],
    ['verbatim', packed('json')],
    ['verbatim', packed('binary')],
  ] as const)('is passed on as it came where nothing changes: %s', (form, batch) => {
    expect(framesOf(form, undefined, batch)).toEqual(['packed']);
    expect(createFrameEncoder(form, { scope })(batch).bytes).toBe(3);
  });

  test.each([
    ['text', packed('json'), 'a'],
    ['text', packed('binary'), '"ImEi"'],
    ['json', packed('text'), '"a"'],
    ['binary', packed('text'), 'binary "a"'],
    ['verbatim', packed('text', { opcode: 'binary' }), 'binary "a"'],
  ] as const)('is unpacked where something does: %s', (form, batch, frame) => {
    expect(framesOf(form, undefined, batch)).toEqual([frame]);
  });
});

describe('a batch', () => {
  test('is one frame, its events joined by newlines', () => {
    expect(framesOf('text', layoutOf(), batchOf('text', ['one', Buffer.from('two')]))).toEqual(['one\ntwo']);
  });

  test.each(['head', 'head\n', 'head\r\n', 'head\n\n'])('has one newline behind the header %j', (header) => {
    expect(framesOf('text', layoutOf({ header }), batchOf('text', ['one']))).toEqual(['head\none']);
  });

  test.each(['foot', '\nfoot', '\r\nfoot'])('has one newline before the footer %j', (footer) => {
    expect(framesOf('text', layoutOf({ footer }), batchOf('text', ['one']))).toEqual(['one\nfoot']);
  });

  test('keeps the newlines within header and footer, and those at its own ends', () => {
    const layout = layoutOf({ header: '\n# a\n# b\n', footer: 'c\nd\n' });
    expect(framesOf('text', layout, batchOf('text', ['one']))).toEqual(['\n# a\n# b\none\nc\nd\n']);
  });

  test('has no line for a header that is filled with nothing', () => {
    const layout = layoutOf({ header: '${env|NONE||}' });
    expect(framesOf('text', layout, batchOf('text', ['one']))).toEqual(['one']);
  });

  test('of bytes is joined by newline bytes', () => {
    const layout = layoutOf({ header: 'head', footer: 'foot' });
    const batch = batchOf('binary', [Buffer.from([0xff]), Buffer.from([0xfe])]);
    expect(framesOf('binary', layout, batch)).toEqual(['binary head\n\xff\n\xfe\nfoot']);
  });

  test('of decoded base64 is joined by newline bytes', () => {
    expect(framesOf('binary-base64', layoutOf(), batchOf('text', ['/w==', '_g']))).toEqual(['binary \xff\n\xfe']);
  });

  test('that is wrapped as JSON is an array between header and footer, without newlines', () => {
    const layout = layoutOf({ header: '{"events":', footer: '}', wrapAsJson: true });
    expect(framesOf('json', layout, JSONS)).toEqual(['{"events":[{"a":1},{"a":2}]}']);
  });

  test('that is wrapped as JSON has text as JSON strings', () => {
    expect(framesOf('text', layoutOf({ wrapAsJson: true }), batchOf('text', ['one', '2']))).toEqual(['["one",2]']);
  });

  test('leaves out what cannot be written', () => {
    const batch = batchOf('json', ['{', '2', '3']);
    expect([framesOf('json', layoutOf(), batch), rejectsOf('json', layoutOf(), batch)]).toEqual([
      ['2\n3'],
      ['1 payload'],
    ]);
  });

  test('is no frame when nothing of it can be written', () => {
    expect(framesOf('json', layoutOf({ header: 'head' }), batchOf('json', ['{']))).toEqual([]);
  });

  test('that is a filtered range is no frame', () => {
    expect(framesOf('json', layoutOf({ header: 'head' }), batchOf('json', []))).toEqual([]);
  });
});

describe('the header and footer of a batch', () => {
  const fill = (header: string, batch = JSONS) => framesOf('json', layoutOf({ header }), batch)[0]?.split('\n')[0];

  test('read the fields of its first event', () => {
    expect(fill('${a} ${/a}')).toBe('1 1');
  });

  test('read the first event that can be written', () => {
    expect(fill('${a}', batchOf('json', ['{', '{"a":2}']))).toBe('2');
  });

  test('read the attributes of its first event', () => {
    expect(fill('${msg|side}', batchOf('json', ['1'], { side: 'peer' }))).toBe('peer');
  });

  test('read the cursor, the environment and the time', () => {
    expect(fill('${cursor} ${env|HOST} ${time|now_iso}')).toBe('c9 here 1970-01-01T00:00:00.000Z');
  });

  test('count the batches of the sink from 1', () => {
    const layout = layoutOf({ header: '${stat|_BATCH_NUMBER}', footer: '${stat|_BATCH_NUMBER}' });
    const encode = createFrameEncoder('json', { layout, scope });
    const frames = [JSONS, batchOf('json', []), JSONS].map((batch) => encode(batch).frames);
    expect(frames).toEqual([
      [{ data: '1\n{"a":1}\n{"a":2}\n1', binary: false }],
      [],
      [{ data: '2\n{"a":1}\n{"a":2}\n2', binary: false }],
    ]);
  });

  test('make rejects of all events when they have no value', () => {
    const layout = layoutOf({ footer: '${none}' });
    const batch = batchOf('json', ['{"a":1}', '{', '3']);
    expect([framesOf('json', layout, batch), rejectsOf('json', layout, batch)]).toEqual([
      [],
      ['1 template', '2 template', '3 template'],
    ]);
  });

  test('find no field in text, nor in what is not JSON', () => {
    const layout = layoutOf({ header: '${a}' });
    expect(rejectsOf('text', layout, batchOf('text', ['{"a":1}']))).toEqual(['1 template']);
    expect(rejectsOf('text', layout, batchOf('json', ['{"a"']))).toEqual(['1 template']);
  });
});

describe('the document marker', () => {
  const placed = (encoding: Encoding, payload: string) =>
    batchOf(encoding, [payload], documentAttributes('e1/1', 0, true));
  const MARKED = '{"a":1,"_document":{"id":"e1/1","index":0,"end":true}}';

  test.each(['json', 'text'] as const)('is put into an object that is written as JSON, of %s', (encoding) => {
    expect(framesOf('json', layoutOf({ marker: true }), placed(encoding, '{"a":1}'))).toEqual([MARKED]);
  });

  test('is not put into text', () => {
    expect(framesOf('text', layoutOf({ marker: true }), placed('json', '{"a":1}'))).toEqual(['{"a":1}']);
  });

  test('is put into lines', () => {
    const { text } = createLineEncoder({ layout: layoutOf({ marker: true }), scope })(placed('json', '{"a":1}'));
    expect(text).toBe(`${MARKED}\n`);
  });

  test('is not put in unless it is asked for', () => {
    expect(framesOf('json', layoutOf(), placed('json', '{"a":1}'))).toEqual(['{"a":1}']);
  });
});

describe('the lines of a batch', () => {
  const linesOf = (layout: BatchLayout | undefined, batch: Batch) => createLineEncoder({ layout, scope })(batch).text;

  test('are one per event', () => {
    expect(linesOf(undefined, batchOf('text', ['one', '{\n"a":1}']))).toBe('"one"\n{ "a":1}\n');
  });

  test('stand between its header and its footer', () => {
    expect(linesOf(layoutOf({ header: '# head', footer: '# foot\n' }), JSONS)).toBe(
      '# head\n{"a":1}\n{"a":2}\n# foot\n',
    );
  });

  test('are one line when it is wrapped as JSON', () => {
    const layout = layoutOf({ header: '{\n"events":\n', footer: '\n}\n', wrapAsJson: true });
    expect(linesOf(layout, batchOf('json', ['{\n"a":1}', '2']))).toBe('{ "events": [{ "a":1},2] }\n');
  });

  test('are none when there is nothing to write', () => {
    expect(linesOf(layoutOf({ header: '# head' }), batchOf('json', ['{']))).toBe('');
  });
});

describe('a line after a template', () => {
  function linesOf(template: string, batch: Batch, layout?: BatchLayout) {
    const { text, rejects } = createLineEncoder({ layout, scope, template: compileTemplate(template) })(batch);
    return [text, rejects.map(({ message, error }) => `${message.sequence} ${error.code}`)];
  }

  test('is filled in from its event', () => {
    expect(linesOf('${a} of ${env|HOST}', JSONS)).toEqual(['1 of here\n2 of here\n', []]);
  });

  test('keeps every digit', () => {
    const batch = batchOf('json', ['{"id":9223372036854775807,"of":{"px":1.10}}']);
    expect(linesOf('${id} ${of.px} ${of}', batch)).toEqual(['9223372036854775807 1.10 {"px":1.10}\n', []]);
  });

  test('is a reject where the event has no such field', () => {
    expect(linesOf('${b}', batchOf('json', ['{"a":1}', '{"b":2}']))).toEqual(['2\n', ['1 template']]);
  });

  test('stays one line', () => {
    expect(linesOf('${a}', batchOf('json', ['{"a":"x\\ny"}']))).toEqual(['x y\n', []]);
  });

  test('stands between header and footer', () => {
    expect(linesOf('${a}', JSONS, layoutOf({ header: 'h', footer: 'f' }))).toEqual(['h\n1\n2\nf\n', []]);
  });
});
