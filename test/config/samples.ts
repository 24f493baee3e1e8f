import { ConfigError } from '../../src/config/error.ts';
import { readPipeline } from '../../src/config/load.ts';

/** The error that a file is refused with. */
export function errorOf(text: string): ConfigError {
  try {
    readPipeline(text, 'ticks.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

export const lines = (text: string) => errorOf(text).message.split('\n');

/** A web-socket source whose block is line 4 on, indented by six. */
export const source = (...block: string[]) =>
  ['sources:', '  - name: s', '    web-socket:', ...block.map((line) => `      ${line}`)].join('\n');
export const web = (...block: string[]) => source('url: ws://h/', ...block);
/** A sink whose block is line 3 on, indented by four. */
export const sink = (...block: string[]) =>
  ['sources: [{ name: feed, stdin: }]', 'sinks:', '  - name: out', ...block.map((line) => `    ${line}`)].join('\n');

/** A web-socket source in a mode that listens at h:1; what follows is line 6 on. */
export const listening = (mode: string, ...block: string[]) =>
  source(`mode: ${mode}`, 'server: { bind: "h:1" }', ...block);
/** A web-socket sink whose block is line 5 on, indented by six. */
export const webSink = (...block: string[]) => sink('web-socket:', ...block.map((line) => `  ${line}`));
/** A web-socket sink in a mode that listens at h:1; what follows is line 7 on. */
export const listeningSink = (mode: string, ...block: string[]) =>
  webSink(`mode: ${mode}`, 'server: { bind: "h:1" }', ...block);

/** The options that a text is read as. */
export const optionsOf = (text: string) => readPipeline(text, 'ticks.yaml').options;
export const warningsOf = (text: string) =>
  readPipeline(text, 'ticks.yaml').warnings.map(({ line, path, message }) => `${line} ${path}: ${message}`);

/** What the peers of an endpoint get when nothing but its address is given. */
export const ENDPOINT_DEFAULTS = {
  'send-buffer-capacity': 256,
  'send-buffer-bytes': 1_048_576,
  'slow-peer': 'disconnect',
  'max-payload': 1_048_576,
  subprotocols: [],
  heartbeat: { 'ping-interval': 20_000, timeout: 10_000, action: 'reconnect' },
  'close-timeout': 5000,
};

/** What a web-socket source and sink have in common when nothing but a url is given. */
export const CLIENT_DEFAULTS = {
  mode: 'client',
  headers: {},
  query: {},
  subprotocols: [],
  payload: 'text',
  heartbeat: { 'ping-interval': 20_000, timeout: 10_000, action: 'reconnect' },
  reconnect: { 'initial-backoff': 500, 'max-backoff': 30_000, multiplier: 2, jitter: 0.5, 'reset-after': 30_000 },
  requests: [],
  'request-interval': 0,
  respond: [],
  'no-data-timeout': false,
  'max-payload': 16_777_216,
  'close-timeout': 5000,
};

/** What else a web-socket source has then. */
export const RECORD_DEFAULTS = {
  'emit-interval': 0,
  'split-arrays': false,
  'latest-only': false,
  'ignore-text': [],
  select: [],
};

/** A step of `requests` that is nothing but a message. */
export const sent = (send: string) => ({ send, within: 10_000, extract: {} });
