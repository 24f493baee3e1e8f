// A WebSocket server over plain TCP, after RFC 6455, that appends each message to a file, one line each, before it
// does anything else. Usage: diary.mjs PORT FILE [COUNT DELAY]: it kills itself (SIGKILL) DELAY milliseconds after it
// has written COUNT messages; 0: when a peer connects. Prints `listening PORT` and, every 1000 messages, `wrote COUNT`.
import { createHash } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const [port, path, last, delay] = process.argv.slice(2);
const file = openSync(path, 'a');
let count = 0;

function write(payload) {
  writeSync(file, `${payload.toString('utf8')}\n`);
  count += 1;
  if (count % 1000 === 0) console.log(`wrote ${count}`);
  dieAt(count);
}

function dieAt(reached) {
  if (reached !== Number(last ?? Number.NaN)) return;
  const die = () => process.kill(process.pid, 'SIGKILL');
  if (Number(delay) === 0) die();
  else setTimeout(die, Number(delay));
}

/** Takes whole frames off the front of `bytes` and gives back the rest. */
function readFrames(bytes, socket) {
  let at = 0;
  for (;;) {
    const short = bytes[at + 1] & 0x7f;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length - at < header + 4) return bytes.subarray(at);
    const extended = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : extended;
    const start = at + header + 4;
    if (bytes.length < start + length) return bytes.subarray(at);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    for (let index = 0; index < length; index += 1) payload[index] ^= bytes[start - 4 + (index % 4)];
    answer(bytes[at] & 0x0f, payload, socket);
    at = start + length;
  }
}

function answer(opcode, payload, socket) {
  if (opcode === 0x1) write(payload);
  else if (opcode === 0x8) socket.end(Buffer.concat([Buffer.from([0x88, payload.length]), payload]));
  else if (opcode === 0x9) socket.write(Buffer.concat([Buffer.from([0x8a, payload.length]), payload]));
}

const server = createServer((socket) => {
  socket.on('error', () => {});
  dieAt(0);
  socket.once('data', (request) => {
    const key = /sec-websocket-key: *(\S+)/i.exec(request.toString('latin1'))[1];
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    let rest = Buffer.alloc(0);
    socket.on('data', (data) => {
      rest = readFrames(Buffer.concat([rest, data]), socket);
    });
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening ${server.address().port}`));
