import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DialRequest, FrameSocket, Listener } from '../../src/environment.ts';
import { dialWebSocket } from '../../src/transport/dial.ts';
import { listenWebSocket } from '../../src/transport/listen.ts';
import { type Certificate, type Certificates, makeCertificates } from './certificates.ts';
import { type ConnectProxy, type OnConnect, startProxy } from './connect-proxy.ts';
import { type Accepted, binary, Recorder, Signal, text } from './ends.ts';
import { portOf } from './raw-peer.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const sockets: FrameSocket[] = [];
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const each of closing.splice(0)) await each.close();
});

function kept<T extends { close(): Promise<void> }>(each: T): T {
  closing.push(each);
  return each;
}

async function proxied(onConnect?: OnConnect, certificate?: Certificate): Promise<ConnectProxy> {
  return kept(await startProxy(onConnect, certificate));
}

async function listen(certificate?: Certificate) {
  const peers: Accepted[] = [];
  const tls = certificate && { tls: { certificate: certificate.cert, key: certificate.key } };
  const listener: Listener = kept(
    await listenWebSocket({ host: '127.0.0.1', port: 0, maxPayload: 1e7, ...tls }, (socket, handshake) => {
      const peer = { socket, handshake, heard: new Recorder() };
      peers.push(peer);
      return peer.heard;
    }),
  );
  const url = `${certificate ? 'wss' : 'ws'}://127.0.0.1:${listener.port}/feed?token=hush`;
  return { url, port: listener.port, peers };
}

function dial(url: string, proxy: string, options: Partial<DialRequest> = {}) {
  const heard = new Recorder();
  const trust = { certificateAuthority: certificates.authority };
  const request = { headers: { Authorization: 'Bearer hush' }, subprotocols: [], maxPayload: 1e7, ...trust };
  const socket = dialWebSocket({ url, proxy, ...request, ...options }, heard);
  sockets.push(socket);
  return { socket, heard };
}

/** What the proxy at `at` makes of a dial. */
async function lossThrough(at: string, url = 'ws://127.0.0.1:9/?token=hush') {
  const { heard } = dial(url, at);
  await heard.hears('lost');
  expect(heard.types).toEqual(['lost']);
  expect(JSON.stringify(heard.loss)).not.toContain('hush');
  return heard.loss;
}

/** Everything that a proxy has of clients is gone. */
async function empty({ clients }: ConnectProxy): Promise<void> {
  await Promise.all([...clients].map((client) => new Promise((resolve) => client.once('close', resolve))));
}

describe('a dial through a proxy', () => {
  for (const scheme of ['http', 'https']) {
    for (const target of ['ws', 'wss']) {
      test(`opens a ${target} connection through a proxy of ${scheme}, and frames pass`, async () => {
        const proxy = await proxied(undefined, scheme === 'https' ? certificates.good : undefined);
        const { url, port, peers } = await listen(target === 'wss' ? certificates.good : undefined);
        const { socket, heard } = dial(url, `${scheme}://127.0.0.1:${proxy.port}/`);
        await heard.hears('open');
        socket.write([text('to'), binary(Buffer.alloc(500_000))]);
        peers[0]?.socket.write([text('fro')]);
        await peers[0]?.heard.receives(2);
        await heard.receives(1);
        expect(heard.types).toEqual(['connected', 'open', 'frames']);
        expect(proxy.requests.map((request) => request.url)).toEqual([`127.0.0.1:${port}`]);
        expect(peers[0]?.handshake.target).toBe('/feed?token=hush');
      });
    }
  }

  test('tells the proxy nothing of what the server is told', async () => {
    const proxy = await proxied();
    const { url } = await listen();
    await dial(url, `http://127.0.0.1:${proxy.port}/`).heard.hears('open');
    const [request] = proxy.requests;
    expect(JSON.stringify([request?.url, request?.rawHeaders])).not.toContain('hush');
    expect(request?.headers['proxy-authorization']).toBeUndefined();
  });

  test('shows the proxy its user and password, decoded', async () => {
    const proxy = await proxied();
    const { url } = await listen();
    await dial(url, `http://us%40er:p%3Ass@127.0.0.1:${proxy.port}/`).heard.hears('open');
    const expected = `Basic ${Buffer.from('us@er:p:ss').toString('base64')}`;
    expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(expected);
  });

  test('is secure without a stack trace to guess it from', async () => {
    const proxy = await proxied();
    const { url } = await listen(certificates.good);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const { heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
    await heard.hears('open').finally(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });
    expect(heard.types).toEqual(['connected', 'open']);
  });

  test('is connected when the server is, through the tunnel', async () => {
    const asked = new Signal();
    const go = new Signal();
    const proxy = await proxied((_request, _client, pass) => {
      asked.give();
      go.given.then(pass);
    });
    const { url } = await listen(certificates.good);
    const { heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
    await asked.given;
    expect(heard.types).toEqual([]);
    go.give();
    await heard.hears('connected');
    await heard.hears('open');
  });

  test('has the certificate of the server checked against the name of the server', async () => {
    const proxy = await proxied();
    const { url } = await listen(certificates.otherHost);
    const { heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
    await heard.hears('lost');
    expect(heard.types).toEqual(['lost']);
    expect(heard.loss).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('does not take a certificate of the proxy for one of the server', async () => {
    const proxy = await proxied();
    const { url } = await listen(certificates.localhost);
    const { heard } = dial(url, `http://localhost:${proxy.port}/`);
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('insecure takes any certificate of the server', async () => {
    const proxy = await proxied();
    const { url } = await listen(certificates.selfSigned);
    await dial(url, `http://127.0.0.1:${proxy.port}/`, { insecure: true }).heard.hears('open');
  });

  test('insecure does not take any certificate of the proxy, which is told the password', async () => {
    const proxy = await proxied(undefined, certificates.foreign);
    const { url } = await listen();
    const { heard } = dial(url, `https://user:hush@127.0.0.1:${proxy.port}/`, { insecure: true });
    await heard.hears('lost');
    expect(heard.loss).toMatchObject({
      kind: 'network',
      message: expect.stringContaining(`proxy 127.0.0.1:${proxy.port}`),
    });
    expect(proxy.requests).toEqual([]);
  });

  for (const status of [407, 403, 502, 302]) {
    test(`a proxy that answers ${status} is a network loss that names it`, async () => {
      const proxy = await proxied((_request, client) => {
        client.end(`HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic realm="hush"\r\nContent-Length: 4\r\n\r\nhush`);
      });
      const loss = await lossThrough(`http://user:hush@127.0.0.1:${proxy.port}/`);
      const message = `the proxy 127.0.0.1:${proxy.port} answered ${status}`;
      expect(loss).toEqual({ kind: 'network', code: `PROXY_${status}`, message });
      await empty(proxy);
    });
  }

  test('a proxy that refuses a wss connection is told apart from the server', async () => {
    const proxy = await proxied((_request, client) => client.end('HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n\r\n'));
    const loss = await lossThrough(`http://127.0.0.1:${proxy.port}/`, 'wss://127.0.0.1:9/');
    expect(loss).toMatchObject({ kind: 'network', code: 'PROXY_503' });
  });

  test('a proxy that cannot be reached is a network loss that names it', async () => {
    const proxy = await startProxy();
    await proxy.close();
    const loss = await lossThrough(`http://user:hush@127.0.0.1:${proxy.port}/`);
    expect(loss).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
    expect(loss).toHaveProperty('message', expect.stringContaining(`the proxy 127.0.0.1:${proxy.port}`));
  });

  test('a proxy whose name does not resolve is a network loss that names it', async () => {
    const loss = await lossThrough('http://user:hush@nowhere.invalid:3128/');
    expect(loss).toHaveProperty('message', expect.stringContaining('the proxy nowhere.invalid:3128'));
  });

  const broken: { what: string; answer: (client: Socket) => void; code: string }[] = [
    { what: 'ends the connection', answer: (client) => client.end(), code: 'PROXY_ANSWER' },
    { what: 'resets the connection', answer: (client) => client.resetAndDestroy(), code: 'ECONNRESET' },
    { what: 'stops in its answer', answer: (client) => client.end('HTTP/1.1 200 O'), code: 'PROXY_ANSWER' },
    { what: 'does not speak HTTP', answer: (client) => client.end('SSH-2.0-x\r\n\r\n'), code: 'PROXY_ANSWER' },
    {
      what: 'answers with a broken header',
      answer: (client) => client.end('HTTP/1.1 200 OK\r\nhush\r\n\r\n'),
      code: 'PROXY_ANSWER',
    },
  ];
  for (const { what, answer, code } of broken) {
    test(`a proxy that ${what} is a network loss that names it`, async () => {
      const server = createTcpServer((client) => {
        client.on('error', () => {});
        client.once('data', () => answer(client));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      kept({ close: () => new Promise((resolve) => server.close(() => resolve())) });
      const loss = await lossThrough(`http://user:hush@127.0.0.1:${portOf(server)}/`);
      expect(loss).toMatchObject({ kind: 'network', code });
      expect(loss).toHaveProperty('message', expect.stringContaining(`the proxy 127.0.0.1:${portOf(server)}`));
    });
  }

  for (const target of ['ws', 'wss']) {
    test(`a proxy that is cut before the server answers a ${target} upgrade is a network loss`, async () => {
      const proxy = await proxied((_request, client) => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.once('data', () => client.destroy());
      });
      const { heard } = dial(`${target}://127.0.0.1:9/`, `http://127.0.0.1:${proxy.port}/`);
      await heard.hears('lost');
      expect(heard.types).not.toContain('open');
      expect(heard.loss).toMatchObject({ kind: 'network', code: 'ECONNRESET' });
    });

    test(`a proxy that is cut in the middle of a ${target} connection is a 1006 loss at both ends`, async () => {
      const proxy = await proxied();
      const { url, peers } = await listen(target === 'wss' ? certificates.good : undefined);
      const { heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
      await heard.hears('open');
      for (const client of proxy.clients) client.resetAndDestroy();
      await heard.hears('lost');
      await peers[0]?.heard.hears('lost');
      expect(heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
      expect(peers[0]?.heard.loss).toEqual({ kind: 'close', code: 1006, reason: '' });
    });
  }

  for (const scheme of ['http', 'https']) {
    test(`terminate leaves nothing behind at a proxy of ${scheme} that hangs`, async () => {
      const asked = new Signal();
      const hang: OnConnect = (_request, client) => {
        client.resume();
        asked.give();
      };
      const proxy = await proxied(hang, scheme === 'https' ? certificates.good : undefined);
      const { socket, heard } = dial('ws://127.0.0.1:9/', `${scheme}://127.0.0.1:${proxy.port}/`);
      await asked.given;
      socket.terminate();
      await empty(proxy);
      expect(heard.types).toEqual([]);
    });
  }

  test('terminate leaves nothing behind while TLS to the server hangs', async () => {
    const passed = new Signal();
    const proxy = await proxied((_request, client) => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.on('data', () => passed.give());
    });
    const { socket, heard } = dial('wss://127.0.0.1:9/', `http://127.0.0.1:${proxy.port}/`);
    await passed.given;
    socket.terminate();
    await empty(proxy);
    expect(heard.types).toEqual([]);
  });

  test('terminate at once never asks the proxy', async () => {
    const proxy = await proxied();
    const { url } = await listen();
    const { socket, heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
    socket.terminate();
    await dial(url, `http://127.0.0.1:${proxy.port}/`).heard.hears('open');
    expect([proxy.requests.length, proxy.accepted]).toEqual([1, 1]);
    expect(heard.types).toEqual([]);
  });

  test('terminate when the tunnel opens leaves nothing behind', async () => {
    const proxy = await proxied();
    const { url } = await listen();
    const { socket, heard } = dial(url, `http://127.0.0.1:${proxy.port}/`);
    heard.during = () => socket.terminate();
    await heard.hears('connected');
    await empty(proxy);
    expect(heard.types).toEqual(['connected']);
  });

  const unusable = ['ftp://hush@proxy/', 'no url', 'http://user:%zzhush@127.0.0.1:9/'];
  for (const proxy of unusable) {
    test(`a proxy '${proxy}' is a loss of the request that does not repeat it`, async () => {
      expect(await lossThrough(proxy)).toMatchObject({ kind: 'request', message: expect.stringContaining('proxy') });
    });
  }
});
