import { listOptions, type Option } from '../../src/config/option-list.ts';

/** The options of a web-socket, its batch and buffer, and of sinks that write lines, as the README shows them. */
export function optionsTable(): string {
  const options = listOptions();
  const source = within(options, 'sources[].web-socket.');
  const sink = within(options, 'sinks[].web-socket.').filter(({ name }) => !name.startsWith('batch'));
  const every = merged(source, sink);
  const [ofSource, ofSink] = [dialledNames(source), dialledNames(sink)];
  return [
    RELAYS,
    table(
      'Both',
      every.filter(({ name }) => ofSource.has(name) && ofSink.has(name)),
    ),
    table(
      'Source only',
      every.filter(({ name }) => ofSource.has(name) && !ofSink.has(name)),
    ),
    table(
      'Sink only',
      every.filter(({ name }) => !ofSource.has(name) && ofSink.has(name)),
    ),
    table(
      'Listening modes',
      every.filter(({ name }) => !ofSource.has(name) && !ofSink.has(name)),
    ),
    table(
      'Beside a sink’s kind',
      within(options, 'sinks[].').filter(({ name }) => /^(inputs|reply-to|buffer\.|batch\.)/.test(name)),
    ),
    table(
      'Sinks of lines',
      within(options, 'sinks[].').filter(({ name }) => /^(stdout|file)\.(path|template)$/.test(name)),
    ),
  ].join('\n\n');
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly fallback: string;
  readonly modes: ReadonlySet<string>;
  readonly doc: string;
}

const RELAYS =
  'What a relay has in common with a client is of its upstream, and needs `url`; what stands in `server` is of its peers, and so are `cursor` and `replay`. Components with one `bind` share a listener, those with one `path` too share its peers.';

/** A map that may also be written as something else has a row of its own, besides those of what it holds. */
const OWN_ROW = /heartbeat$|server\.auth$|web-socket\.schema$/;
/** What stands elsewhere in the table. */
const ELSEWHERE = /server\.heartbeat\./;
const MODES = ['client', 'server-output', 'server-input', 'relay'];

function within(options: readonly Option[], prefix: string): Row[] {
  return options
    .filter(({ path }) => path.startsWith(prefix) && !ELSEWHERE.test(path))
    .filter(({ path }) => !options.some((other) => other.path.startsWith(`${path}.`)) || OWN_ROW.test(path))
    .map(({ path, type, required, default: fallback, modes, doc }) => ({
      name: path.slice(prefix.length),
      type,
      fallback: required ? 'required' : shown(fallback),
      modes: new Set(modes),
      doc,
    }));
}

function dialledNames(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.filter(({ modes }) => modes.has('client')).map(({ name }) => name));
}

/** Each row once, in the order of the source; what a sink has besides follows. */
function merged(source: readonly Row[], sink: readonly Row[]): Row[] {
  const names = [...new Set([...source, ...sink].map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = source.find((row) => row.name === name);
    const other = sink.find((row) => row.name === name);
    const row = own?.modes.has('client') ? own : (other ?? own);
    if (row === undefined) return [];
    const modes = new Set([...(own?.modes ?? []), ...(other?.modes ?? [])]);
    return [{ ...row, type: longer(own?.type, other?.type), fallback: fallbacks(own, other), modes }];
  });
}

/** The modes are more on one side than on the other. */
function longer(own = '', other = ''): string {
  return other.length > own.length ? other : own;
}

function shown(fallback: unknown): string {
  if (fallback === undefined || JSON.stringify(fallback) === '{}' || JSON.stringify(fallback) === '[]') return '';
  return `\`${String(fallback)}\``;
}

function fallbacks(source: Row | undefined, sink: Row | undefined): string {
  if (source === undefined || sink === undefined) return (source ?? sink)?.fallback ?? '';
  const areBothDialled = source.modes.has('client') && sink.modes.has('client');
  return source.fallback === sink.fallback || !areBothDialled
    ? source.fallback
    : `${source.fallback}; sink: ${sink.fallback}`;
}

function modesOf({ name, modes }: Row): string {
  if (modes.size === MODES.length || (name === 'emit-interval' && modes.size === MODES.length - 1)) return 'all';
  const listening = MODES.filter((mode) => mode !== 'client');
  if (!modes.has('client') && modes.size === listening.length) return 'listening';
  return MODES.filter((mode) => modes.has(mode)).join(', ');
}

function table(title: string, rows: readonly Row[]): string {
  const hasModes = rows.some(({ modes }) => modes.size > 0);
  const lines = rows.map((row) => {
    const { name, type, fallback, doc } = row;
    return `| \`${name}\` | ${type} | ${fallback} | ${hasModes ? `${modesOf(row)} | ` : ''}${doc} |`;
  });
  const heads = hasModes
    ? [`| ${title} | Type | Default | Modes | |`, '| --- | --- | --- | --- | --- |']
    : [`| ${title} | Type | Default | |`, '| --- | --- | --- | --- |'];
  return [...heads, ...lines].join('\n');
}
