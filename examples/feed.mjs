#!/usr/bin/env node
// Plays the server of a WebSocket feed after a script, so that a config can be tried without the real one:
//
//   node examples/feed.mjs SCRIPT [--port 9000]
//
// The url is printed on the standard output, what happens on the standard error, a line each: the number of the
// connection, then < for what came, > for what was sent. Port 0 is any free one. Ctrl-C ends it.
//
// A script is YAML:
//
//   accept:                             # what a handshake must have; null: what it must not have
//     path: /v1
//     subprotocol: graphql-transport-ws
//     query: { cursor: "17" }
//     headers: { authorization: Bearer s3cret, x-from: null }
//   on:                                 # answered whenever it comes, beside the steps
//     - { when: ping, send: pong }
//     - { when: { op: ping }, send: { op: pong } }
//   steps:                              # one after the other; then the connection stays as it is
//     - expect: { op: subscribe }       # the next message: this text, or JSON that has at least this in it
//     - send: { op: subscribed }        # a map: its JSON
//     - send: '{"id":9223372036854775807,"price":1.10}'      # a text: as it stands, digit for digit
//     - send: [{ tick: 1 }, { tick: 2 }]                     # a list: a message each
//       every: 100ms                    # before each of them
//       after: { query: cursor, field: tick }                # only those above the query parameter, if there is one
//     - send-binary: { hex: 00 ff }     # or { base64: AP8= }, or a list of them
//     - wait: 200ms                     # or 2s
//     - quiet: 200ms                    # as wait; nothing may have come by its end
//     - repeat: [{ send: 'tick {{n}}' }]                     # {{n}}: the number of the round, from 1
//       times: 10                       # left out: for ever
//       every: 1s                       # before each round
//     - close: 4000                     # or { code: 4000, reason: maintenance }
//     - terminate: true                 # cuts the connection
//
// In place of these three, `connections` is a list of { accept, on, steps }: for the first connection, the second one
// and so on; the last one stands for all that follow.
//
// What is not as the script expects is closed with 4400, and is said.
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { parse } from 'yaml';

/** Something that came is not what the script expects. */
class Unexpected extends Error {}

/** The script itself cannot be played. */
class ScriptError extends Error {}

/** One connection while its script is played. */
class Connection {
  #number;
  #socket;
  #query;
  /** Texts that came and that nothing has answered or expected yet. */
  #inbox = [];
  #arrivals = new EventEmitter();
  #gone = new AbortController();

  constructor(number, socket, request) {
    this.#number = number;
    this.#socket = socket;
    this.#query = new URL(request.url, 'ws://feed').searchParams;
    this.log(`opened ${request.url} ${socket.protocol}`);
    socket.on('error', (error) => this.log(`fails: ${error.message}`));
    socket.on('close', (code, reason) => {
      this.log(`closed ${code} ${reason}`);
      this.#gone.abort();
    });
  }

  async play({ accept, on, steps }, request) {
    this.#socket.on('message', (data) => this.#take(String(data), on));
    try {
      checkHandshake(accept, request, this.#socket.protocol);
      await this.run(steps, 1);
      console.log(`done ${this.#number}`);
    } catch (error) {
      if (error instanceof Unexpected) this.#refuse(error.message);
      else if (error.name !== 'AbortError') fail(`${this.#number} ${error.message}`);
    }
  }

  async run(steps, round) {
    for (const step of steps) await STEPS[verbOf(step)](this, step, round);
  }

  /** The next message that nothing has answered; rejects when the connection ends before. */
  async receive() {
    while (this.#inbox.length === 0) await once(this.#arrivals, 'message', { signal: this.#gone.signal });
    return this.#inbox.shift();
  }

  get waiting() {
    return this.#inbox;
  }

  query(name) {
    return this.#query.get(name);
  }

  async wait(time) {
    await pause(milliseconds(time), undefined, { signal: this.#gone.signal });
  }

  send(data) {
    this.log(`> ${typeof data === 'string' ? data : `(binary) ${data.toString('hex')}`}`);
    this.#socket.send(data);
  }

  close(code, reason = '') {
    this.#socket.close(code, reason);
  }

  terminate() {
    this.#socket.terminate();
  }

  log(text) {
    console.error(`${this.#number} ${text.trimEnd()}`);
  }

  #take(text, on) {
    this.log(`< ${text}`);
    const answer = on.find(({ when }) => matches(when, text));
    if (answer !== undefined) {
      for (const message of messagesOf(answer.send)) this.send(message);
      return;
    }
    this.#inbox.push(text);
    this.#arrivals.emit('message');
  }

  #refuse(reason) {
    this.log(`wrong: ${reason}`);
    // A reason has room for 123 bytes.
    this.#socket.close(4400, Buffer.from(reason).subarray(0, 120).toString().replace(/�+$/, ''));
  }
}

/** What the steps of a script do. */
const STEPS = {
  async send(connection, { send, every, after }, round) {
    for (const message of messagesOf(send, round)) {
      if (after !== undefined && !isAfter(message, after, connection)) continue;
      if (every !== undefined) await connection.wait(every);
      connection.send(message);
    }
  },
  'send-binary'(connection, step) {
    for (const { hex, base64 } of [step['send-binary']].flat()) {
      connection.send(hex === undefined ? Buffer.from(base64, 'base64') : Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    }
  },
  async expect(connection, { expect }) {
    const text = await connection.receive();
    if (!matches(expect, text)) throw new Unexpected(`expected ${shown(expect)}, got ${text}`);
  },
  async quiet(connection, { quiet }) {
    await connection.wait(quiet);
    const [text] = connection.waiting;
    if (text !== undefined) throw new Unexpected(`expected nothing for ${quiet}, got ${text}`);
  },
  wait: (connection, { wait }) => connection.wait(wait),
  async repeat(connection, { repeat, times = Number.POSITIVE_INFINITY, every = '0ms' }) {
    for (let round = 1; round <= times; round += 1) {
      await connection.wait(every);
      await connection.run(repeat, round);
    }
  },
  close(connection, { close }) {
    if (typeof close === 'number') connection.close(close);
    else connection.close(close.code, close.reason);
  },
  terminate: (connection) => connection.terminate(),
};

/** What may stand beside a step. */
const MODIFIERS = { send: ['every', 'after'], repeat: ['times', 'every'] };

function verbOf(step) {
  return Object.keys(step).find((key) => Object.hasOwn(STEPS, key));
}

function messagesOf(send, round = 1) {
  return [send].flat().map((each) => textOf(each).replaceAll('{{n}}', String(round)));
}

function textOf(message) {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

/** Whether a message comes after the cursor that the connection was opened with. */
function isAfter(message, { query, field }, connection) {
  const cursor = connection.query(query);
  return cursor === null || Number(JSON.parse(message)[field]) > Number(cursor);
}

function checkHandshake({ path, subprotocol, query = {}, headers = {} }, request, chosen) {
  const url = new URL(request.url, 'ws://feed');
  if (path !== undefined) checkValue('path', path, url.pathname);
  if (subprotocol !== undefined) checkValue('subprotocol', subprotocol, chosen);
  for (const [name, value] of Object.entries(query)) checkValue(`query ${name}`, value, url.searchParams.get(name));
  for (const [name, value] of Object.entries(headers)) {
    checkValue(`header ${name}`, value, request.headers[name.toLowerCase()] ?? null);
  }
}

function checkValue(what, expected, got) {
  const same = expected === null ? got === null : String(expected) === got;
  if (!same) throw new Unexpected(`expected ${what} ${shown(expected)}, got ${shown(got)}`);
}

/** Whether a text is the one that is expected, or JSON that has in it what is expected. */
function matches(expected, text) {
  if (typeof expected === 'string') return text === expected;
  try {
    return contains(JSON.parse(text), expected);
  } catch {
    return false;
  }
}

function contains(value, expected) {
  if (typeof expected !== 'object' || expected === null) return value === expected;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(expected)) return false;
  if (Array.isArray(expected) && value.length !== expected.length) return false;
  return Object.entries(expected).every(([key, item]) => Object.hasOwn(value, key) && contains(value[key], item));
}

function shown(expected) {
  return typeof expected === 'string' ? expected : JSON.stringify(expected);
}

function milliseconds(time) {
  const [, count, unit] = DURATION.exec(time);
  return Number(count) * (unit === 's' ? 1000 : 1);
}

const DURATION = /^(\d+)(ms|s)$/;

/** The scripts of the connections, checked, so that a slip of the pen is told before anybody connects. */
function readScript(path) {
  const script = parse(readFileSync(path, 'utf8'));
  const scripts = script?.connections ?? [script];
  return scripts.map((each, index) => {
    const { accept = {}, on = [], steps, ...rest } = each ?? {};
    const place = script.connections === undefined ? 'the script' : `connections[${index}]`;
    refuseOthers(Object.keys(rest), ['accept', 'on', 'steps'], place);
    refuseOthers(Object.keys(accept), ['path', 'subprotocol', 'query', 'headers'], `${place}: accept`);
    if (!Array.isArray(steps)) throw new ScriptError(`${place} has no list of steps`);
    on.forEach(({ when, send, ...others }, at) => {
      refuseOthers(Object.keys(others), ['when', 'send'], `${place}: on[${at}]`);
      if (when === undefined || send === undefined) throw new ScriptError(`${place}: on[${at}] lacks when or send`);
    });
    checkSteps(steps, `${place}: steps`);
    return { accept, on, steps };
  });
}

function checkSteps(steps, path) {
  steps.forEach((step, index) => {
    const place = `${path}[${index}]`;
    const verb = verbOf(step ?? {});
    if (verb === undefined) throw new ScriptError(`${place} is none of ${Object.keys(STEPS).join(', ')}`);
    const modifiers = Object.keys(step).filter((key) => key !== verb);
    refuseOthers(modifiers, MODIFIERS[verb] ?? [], place);
    for (const key of ['wait', 'quiet', 'every']) {
      if (step[key] !== undefined && !DURATION.test(step[key])) {
        throw new ScriptError(`${place}.${key}: ${step[key]} is not a duration such as 200ms or 2s`);
      }
    }
    if (verb === 'repeat') checkSteps(step.repeat, `${place}.repeat`);
  });
}

function refuseOthers(keys, known, place) {
  const other = keys.find((key) => !known.includes(key));
  if (other === undefined) return;
  const expected = known.length === 0 ? 'nothing beside it' : known.join(', ');
  throw new ScriptError(`${place}: ${other} is not known here, expected ${expected}`);
}

function serve(scripts, port) {
  let opened = 0;
  const next = () => scripts[Math.min(opened, scripts.length - 1)];
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    handleProtocols: (offered) => offered.has(next().accept.subprotocol) && next().accept.subprotocol,
  });
  server.on('error', (error) => fail(error.message));
  server.on('listening', () => console.log(`listening ws://127.0.0.1:${server.address().port}/`));
  server.on('connection', (socket, request) => {
    const script = next();
    opened += 1;
    new Connection(opened, socket, request).play(script, request);
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

try {
  const options = { port: { type: 'string', default: '9000' } };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (positionals.length !== 1) throw new ScriptError('usage: node feed.mjs SCRIPT [--port 9000]');
  serve(readScript(positionals[0]), Number(values.port));
} catch (error) {
  fail(error.message);
}
