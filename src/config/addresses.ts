import { z } from 'zod';

/** A host and a port to listen at. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`; undefined for anything else. Hosts are in one spelling. */
export function parseBind(text: string): Address | undefined {
  const [, host = '', digits = ''] = BIND.exec(text) ?? [];
  const port = Number(digits);
  const url = `ws://${host}/`;
  if (host === '' || port > MAX_PORT || !URL.canParse(url)) return undefined;
  return { host: new URL(url).hostname.replace(/^\[|\]$/g, ''), port };
}

/** Where to listen, as it is written. */
export function bind() {
  return z
    .string()
    .refine((text) => parseBind(text) !== undefined, { error: `is not ${BIND_FORM}` })
    .meta({ type: 'address', expected: BIND_FORM });
}

/** The path of a request, without its query. */
export function serverPath() {
  return z
    .string()
    .regex(/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/, { error: `is not ${PATH_FORM}` })
    .meta({ type: 'path of a url', expected: PATH_FORM });
}

/** An origin in lower case. */
export function origin() {
  return z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[^\s:/?#@*[\]]+)(?::\d{1,5})?$/i, { error: `is not ${ORIGIN}` })
    .transform((text) => text.toLowerCase())
    .meta({ type: 'origin', expected: ORIGIN });
}

const BIND = /^(\[[^\]]+\]|[^\s:/?#@[\]\\%]+):(\d{1,5})$/;
const MAX_PORT = 65_535;
const BIND_FORM = 'an address such as 0.0.0.0:8080, [::1]:8080 or localhost:0';
const PATH_FORM = 'a path such as /feed';
const ORIGIN = 'an origin such as https://example.com or http://localhost:3000';
