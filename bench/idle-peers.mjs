import { once } from 'node:events';
import { connect } from 'node:net';

// Raw sockets that upgrade and then answer pings: the cheapest peers there are, so that both cores are the server's.
const [port, count] = process.argv.slice(2).map(Number);
const AT_ONCE = 100;
const REQUEST = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');

process.on('message', () => process.exit(0));
let gone = 0;
for (let opened = 0; opened < count; opened += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, open));
}
process.send({ open: count });

async function open() {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('close', () => {
    gone += 1;
    process.send({ gone });
  });
  await once(socket, 'connect');
  socket.write(REQUEST);
  await once(socket, 'data');
  socket.on('data', (bytes) => answerPings(socket, bytes));
}

/** Pings of a server are whole and short, one in a read. A mask of zeros leaves the payload as it is. */
function answerPings(socket, bytes) {
  for (let at = 0; at + 1 < bytes.length; ) {
    const length = bytes[at + 1] & 0x7f;
    if ((bytes[at] & 0x0f) === 0x9) {
      const payload = bytes.subarray(at + 2, at + 2 + length);
      socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | length, 0, 0, 0, 0]), payload]));
    }
    at += 2 + length;
  }
}
