// A WebSocket server that sends `<word> 0`, `<word> 1`, … to each connection, `burst` of them every `interval` ms.
// Usage: feed.mjs PORT WORD BURST INTERVAL; a burst of 0 says nothing. Prints `listening PORT`, `connected INDEX`
// and, at each ping, `ping COUNT`.
import { WebSocketServer } from 'ws';

const [port, word, burst, interval] = process.argv.slice(2);
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port) });
let connections = 0;
let pings = 0;

server.on('listening', () => console.log(`listening ${server.address().port}`));
server.on('connection', (socket) => {
  console.log(`connected ${connections}`);
  connections += 1;
  let sent = 0;
  const timer = setInterval(() => {
    for (let at = 0; at < Number(burst); at += 1) {
      socket.send(`${word} ${sent}`);
      sent += 1;
    }
  }, Number(interval));
  socket.on('ping', () => {
    pings += 1;
    console.log(`ping ${pings}`);
  });
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
});
