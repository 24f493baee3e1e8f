import { WebSocketServer } from 'ws';
import { sampleOnDemand } from './sample.mjs';

// What ws's own documentation recommends: a ping to each peer in an interval, and an end to those that did not answer.
const INTERVAL = 20_000;
sampleOnDemand();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 4096 });
server.on('connection', (socket) => {
  socket.isAlive = true;
  socket.on('error', () => {});
  socket.on('pong', () => {
    socket.isAlive = true;
  });
});
setInterval(() => {
  for (const socket of server.clients) {
    if (!socket.isAlive) {
      socket.terminate();
      continue;
    }
    socket.isAlive = false;
    socket.ping();
  }
}, INTERVAL);
server.on('listening', () => process.send({ port: server.address().port }));
