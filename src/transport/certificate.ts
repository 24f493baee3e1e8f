import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ServerCertificate } from '../environment.ts';
import { codeOf } from './loss.ts';

/**
 * Why a certificate and its key, both PEM texts, cannot be presented; undefined when they can. In our own words: a
 * library's may repeat what it could not read.
 */
export function certificateFault({ certificate, key }: ServerCertificate): string | undefined {
  const own = tried(() => new X509Certificate(certificate));
  if (own === undefined) return 'the certificate is not a PEM certificate';
  const secret = tried(() => createPrivateKey(key));
  if (secret === undefined) return keyFault(key);
  if (!belongs(own, secret)) return 'the key does not belong to the certificate';
  return refusal({ cert: certificate, key });
}

/** Why PEM text does not hold certificates to trust. */
export function authorityFault(authority: string): string | undefined {
  const first = tried(() => new X509Certificate(authority));
  return first === undefined ? 'it is not a PEM certificate' : refusal({ ca: authority });
}

/** What TLS itself does not take: a key that is too short, say. */
function refusal(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    return `TLS does not take it (${codeOf(error) ?? 'unknown reason'})`;
  }
}

function keyFault(key: string): string {
  return /ENCRYPTED/.test(key) ? 'the key is encrypted' : 'the key is not a PEM private key';
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  return tried(() => certificate.checkPrivateKey(key)) ?? false;
}

function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
