import { listOptions } from '../../src/config/option-list.ts';

/** The options of a web-socket, its batch and buffer, as the README shows them. */
export function optionsTable(): string {
  const options = listOptions();
  const source = within(options, 'sources[].web-socket.');
  const sink = within(options, 'sinks[].web-socket.').filter(({ name }) => !name.startsWith('batch'));
  const inSource = new Set(source.map(({ name }) => name));
  const inSink = new Set(sink.map(({ name }) => name));
  return [
    table(
      'Both',
      source.filter(({ name }) => inSink.has(name)).map((row) => ({ ...row, fallback: fallbacks(row, sink) })),
    ),
    table(
      'Source only',
      source.filter(({ name }) => !inSink.has(name)),
    ),
    table(
      'Sink only',
      sink.filter(({ name }) => !inSource.has(name)),
    ),
    table('Beside a sink’s kind', [
      ...within(options, 'sinks[].').filter(({ name }) => /^(inputs|buffer\.|batch\.)/.test(name)),
    ]),
  ].join('\n\n');
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly fallback: string;
  readonly doc: string;
}

function within(options: ReturnType<typeof listOptions>, prefix: string): Row[] {
  return options
    .filter(({ path }) => path.startsWith(prefix))
    .filter(({ path }) => !options.some((other) => other.path.startsWith(`${path}.`)) || path.endsWith('heartbeat'))
    .map(({ path, type, required, default: fallback, doc }) => ({
      name: path.slice(prefix.length),
      type,
      fallback: required ? 'required' : shown(fallback),
      doc,
    }));
}

function shown(fallback: unknown): string {
  if (fallback === undefined || JSON.stringify(fallback) === '{}' || JSON.stringify(fallback) === '[]') return '';
  return `\`${String(fallback)}\``;
}

function fallbacks(row: Row, sink: readonly Row[]): string {
  const other = sink.find(({ name }) => name === row.name)?.fallback ?? row.fallback;
  return other === row.fallback ? row.fallback : `${row.fallback}; sink: ${other}`;
}

function table(title: string, rows: readonly Row[]): string {
  const lines = rows.map(({ name, type, fallback, doc }) => `| \`${name}\` | ${type} | ${fallback} | ${doc} |`);
  return [`| ${title} | Type | Default | |`, '| --- | --- | --- | --- |', ...lines].join('\n');
}
