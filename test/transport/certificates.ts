import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** PEM text of the authority that signed all but `selfSigned` and `foreign`. */
  readonly authority: string;
  readonly good: Certificate;
  readonly expired: Certificate;
  readonly otherHost: Certificate;
  readonly localhost: Certificate;
  readonly selfSigned: Certificate;
  /** Has no name that a server could have. */
  readonly client: Certificate;
  /** An authority that nobody trusts unless told so, and its own server. */
  readonly foreign: Certificate;
  /** A key that is encrypted. */
  readonly encryptedKey: string;
}

/** Makes an authority and certificates for 127.0.0.1 with the openssl command. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  const key = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const read = async (name: string) => ({
    cert: await readFile(join(directory, `${name}.pem`), 'utf8'),
    key: await readFile(join(directory, `${name}.key`), 'utf8'),
  });
  const selfSign = async (name: string, subject: string, ...more: string[]) => {
    await key(name);
    await openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      subject,
      '-days',
      '2',
      '-out',
      `${name}.pem`,
      ...more,
    );
    return read(name);
  };
  const sign = async (name: string, alternative: string, start: string, end: string) => {
    await key(name);
    await openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    await writeFile(join(directory, 'names.cnf'), `subjectAltName=${alternative}\n`);
    const dates = ['-startdate', start, '-enddate', end];
    const files = ['-config', 'ca.cnf', '-extfile', 'names.cnf', '-in', `${name}.csr`, '-out', `${name}.pem`];
    await openssl('ca', '-batch', '-notext', ...files, ...dates);
    return read(name);
  };
  const encrypt = async (name: string) => {
    await openssl('pkcs8', '-topk8', '-v2', 'aes256', '-passout', 'pass:x', '-in', `${name}.key`, '-out', 'locked.key');
    return readFile(join(directory, 'locked.key'), 'utf8');
  };
  try {
    const authority = await selfSign('ca', '/CN=test authority', '-addext', 'keyUsage=keyCertSign');
    // Only `openssl ca` sets a date in the past on every version of openssl.
    const policy = '[p]\ncommonName=supplied\n';
    const paths = 'database=index\nserial=serial\nnew_certs_dir=issued\ncertificate=ca.pem\nprivate_key=ca.key\n';
    await writeFile(
      join(directory, 'ca.cnf'),
      `[ca]\ndefault_ca=d\n[d]\n${paths}default_md=sha256\npolicy=p\n${policy}`,
    );
    await writeFile(join(directory, 'index'), '');
    await writeFile(join(directory, 'serial'), '01\n');
    await mkdir(join(directory, 'issued'));
    const foreign = await selfSign('foreign', '/CN=other authority', '-addext', 'subjectAltName=IP:127.0.0.1');
    return {
      foreign,
      encryptedKey: await encrypt('foreign'),
      authority: authority.cert,
      good: await sign('good', 'IP:127.0.0.1', '20200101000000Z', '20991231000000Z'),
      expired: await sign('expired', 'IP:127.0.0.1', '20200101000000Z', '20210101000000Z'),
      otherHost: await sign('other', 'DNS:elsewhere.example', '20200101000000Z', '20991231000000Z'),
      client: await sign('client', 'email:client@test.example', '20200101000000Z', '20991231000000Z'),
      localhost: await sign('localhost', 'DNS:localhost', '20200101000000Z', '20991231000000Z'),
      selfSigned: await selfSign('self', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}
