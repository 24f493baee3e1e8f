// Peers over plain TCP, after RFC 6455, that all must get the messages `0…`, `1…`, …, filled with dots to SIZE bytes,
// each in a text frame of its own, in order. Usage: crowd.mjs PORT PEERS MESSAGES SIZE. Prints `connected PEERS` once
// all are upgraded, and `received MILLISECONDS`, from the first byte to the last one, once all have everything. Ends
// with what is wrong, as soon as something is.
import { connect } from 'node:net';

const [port, peers, messages, size] = process.argv.slice(2).map(Number);
/** Connections that are made at a time. */
const AT_ONCE = 25;

const expected = Buffer.concat(Array.from({ length: messages }, (_, index) => frame(String(index).padEnd(size, '.'))));
let connected = 0;
let complete = 0;
let startedAt;

function frame(text) {
  const head = size < 126 ? [0x81, size] : [0x81, 126, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
}

function join() {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', ({ message }) => fail(message));
  const lines = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  socket.write(`${[...lines, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='].join('\r\n')}\r\n\r\n`);
  socket.once('data', (head) => {
    if (!head.toString('latin1').startsWith('HTTP/1.1 101 ')) fail(`not upgraded: ${head}`);
    connected += 1;
    if (connected === peers) console.log(`connected ${peers}`);
    else if (connected + AT_ONCE <= peers) join();
    follow(socket);
  });
}

function follow(socket) {
  let at = 0;
  socket.on('data', (data) => {
    startedAt ??= performance.now();
    const due = expected.subarray(at, at + data.length);
    if (!due.equals(data.subarray(0, due.length))) fail(`wrong bytes behind ${at}`);
    at += due.length;
    if (at === expected.length && due.length > 0) finish();
  });
  socket.on('close', () => {
    if (at < expected.length) fail(`the end behind ${at}`);
  });
}

function finish() {
  complete += 1;
  if (complete === peers) console.log(`received ${performance.now() - startedAt}`);
}

function fail(what) {
  console.error(what);
  process.exit(1);
}

for (let index = 0; index < Math.min(AT_ONCE, peers); index += 1) join();
