import type { Logger } from '../../environment.ts';
import { REFUSAL_REASONS, type RefusalReason } from './access.ts';

/** What a page server does not do for a client. */
export type RefusalKind = RefusalReason | 'feeds' | 'unsent' | 'connections' | 'body';

export type RefusalCounts = Readonly<Record<RefusalKind, number>>;

/** Counts what is refused or cut off, by kind, and warns of the first of each kind. Never holds what a client has sent. */
export class RefusalLog {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #counts: Record<RefusalKind, number> = {
    address: 0,
    host: 0,
    token: 0,
    origin: 0,
    site: 0,
    feeds: 0,
    unsent: 0,
    connections: 0,
    body: 0,
  };

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  get counts(): RefusalCounts {
    return { ...this.#counts };
  }

  note(kind: RefusalKind): void {
    this.#counts[kind] += 1;
    if (this.#counts[kind] > 1) return;
    this.#logger.warn({ reason: kind }, `inspector: ${SENTENCES[kind]}; more of this kind are counted only`);
  }
}

const refused = (reason: RefusalReason) => `a request was refused: ${REFUSAL_REASONS[reason]}`;

const SENTENCES: Readonly<Record<RefusalKind, string>> = {
  address: refused('address'),
  host: refused('host'),
  token: refused('token'),
  origin: refused('origin'),
  site: refused('site'),
  feeds: 'a page was refused its feed: as many are open as may be',
  unsent: 'a page has read its feed too slowly and was cut off; it connects again and is told all anew',
  connections: 'a connection was refused: as many are open as may be',
  body: 'a request was refused: its body is too large',
};
