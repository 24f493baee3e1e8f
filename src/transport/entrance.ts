import type { EndpointOptions } from '../config/options.ts';
import type { Admission, Clock, Logger, Refusal, UpgradeRequest } from '../environment.ts';
import { allowsOrigin, challenge, type Gate } from './peer-gate.ts';

/** Seconds after which a peer that finds no room may come again. */
const RETRY_AFTER = '5';

/** Least milliseconds between two warnings of one endpoint that its `auth` cannot be asked. */
const LOG_INTERVAL = 10_000;

/** Why a peer was not let in. */
export type Refused = 'path' | 'origin' | 'auth' | 'limit' | 'unavailable';

export interface EntranceOptions {
  readonly endpoint: EndpointOptions;
  readonly gate: Gate;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Who is let in to an endpoint, and how many were not. */
export class Entrance {
  readonly #options: EntranceOptions;
  readonly #refused: Partial<Record<Refused, number>> = {};
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  get refused(): Readonly<Partial<Record<Refused, number>>> {
    return { ...this.#refused };
  }

  refuse(reason: Refused, status: number, headers: Readonly<Record<string, string>> = {}): Refusal {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    return { status, headers };
  }

  /** `open`: all that is behind it has started. `peers`: how many are in, asked for when it is decided. */
  admit(request: UpgradeRequest, open: boolean, peers: () => number): Admission | Promise<Admission> {
    if (!allowsOrigin(request, this.#options.endpoint['allowed-origins'])) return this.refuse('origin', 403);
    if (!open) return this.refuse('unavailable', 503, { 'retry-after': RETRY_AFTER });
    return this.#judge(request, peers);
  }

  isOver(peers: number): boolean {
    return peers > (this.#options.endpoint['max-connections'] ?? Number.POSITIVE_INFINITY);
  }

  async #judge(request: UpgradeRequest, peers: () => number): Promise<Admission> {
    const { auth, subprotocols, 'max-payload': maxPayload } = this.#options.endpoint;
    if (!(await this.#passes(request))) return this.refuse('auth', 401, { 'www-authenticate': challenge(auth) });
    if (this.isOver(peers() + 1)) return this.refuse('limit', 503, { 'retry-after': RETRY_AFTER });
    return { subprotocols, maxPayload };
  }

  /** A function of an application may answer with anything: only `true` is a yes. */
  async #passes(request: UpgradeRequest): Promise<boolean> {
    try {
      return (await this.#options.gate(request)) === true;
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  #warn(error: unknown): void {
    const { clock, logger, endpoint } = this.#options;
    if (clock.now() - this.#loggedAt < LOG_INTERVAL) return;
    this.#loggedAt = clock.now();
    logger.warn({ endpoint: endpoint.id, err: error }, 'server.auth cannot be asked: peers are refused');
  }
}
