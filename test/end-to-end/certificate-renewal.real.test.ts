import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { type Command, directory, hawser } from '../cli/command.ts';
import { type Certificates, makeCertificates } from '../transport/certificates.ts';
import { addressOf } from './listening.ts';
import { type RawEnd, upgradeRawEnd } from './raw-end.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

interface Joined {
  readonly end: RawEnd;
  /** Of the certificate that it was shown. */
  readonly name: string;
}

interface Served {
  readonly command: Command;
  /** Puts a certificate into the files and asks the command to read them. */
  renew(cert: string, key: string): Promise<void>;
  join(): Promise<Joined>;
}

/** A command that sends its stdin to peers that come over TLS. */
async function serve(): Promise<Served> {
  const { good, authority, foreign } = certificates;
  const cwd = await directory({ 'cert.pem': good.cert, 'key.pem': good.key, 'it.yaml': CONFIG });
  const command = hawser(['run', 'it.yaml'], { cwd });
  const { hostname: host, port } = new URL(await addressOf(command, '/'));
  return {
    command,
    async renew(cert, key) {
      await Promise.all([writeFile(join(cwd, 'cert.pem'), cert), writeFile(join(cwd, 'key.pem'), key)]);
      command.signal('SIGHUP');
    },
    async join() {
      const stream = connect({ host, port: Number(port), ca: [authority, foreign.cert] });
      await once(stream, 'secureConnect');
      return { end: await upgradeRawEnd(stream, '/'), name: String(stream.getPeerCertificate().subject.CN) };
    },
  };
}

const TLS = 'server: { bind: "127.0.0.1:0", tls: { cert: cert.pem, key: key.pem } }';
const CONFIG = `sources:\n  - { name: in, stdin: {} }\nsinks:\n  - { name: out, web-socket: { mode: server-output, ${TLS} } }\n`;

test('after SIGHUP new peers are shown the new certificate, and those that are connected stay', async () => {
  const { command, renew, join } = await serve();
  const before = await join();
  await renew(certificates.foreign.cert, certificates.foreign.key);
  await command.has('stderr', '"certificates read again"');
  const after = await join();
  command.write('hello\n');
  await Promise.all([before.end.receives(1), after.end.receives(1)]);
  command.signal('SIGTERM');
  expect((await command.ended).code).toBe(0);
  expect([before.name, after.name]).toEqual(['good', 'other authority']);
});

test('a new certificate that cannot be used is told of, and new peers are shown the old one', async () => {
  const { command, renew, join } = await serve();
  await renew('nothing', 'of use');
  await command.has('stderr', '"certificates not renewed: the old ones stay"');
  expect((await join()).name).toBe('good');
});
