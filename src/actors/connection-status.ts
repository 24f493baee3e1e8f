import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import type { ConnectionCause, connectionMachine } from '../../machines/connection.ts';
import { shownUrl } from '../config/url.ts';
import type { Environment } from '../environment.ts';
import { SampledLog } from '../streams/sampled-log.ts';
import { describeCause } from './cause.ts';
import type { ConnectionHandle } from './connection-handle.ts';
import type { Redaction } from './redaction.ts';
import { statePaths } from './state-paths.ts';
import { describeTransition } from './transition.ts';

/** A connection in one word, derived from the machine's tags. */
export type ConnectionWord = 'idle' | 'connecting' | 'live' | 'waiting' | 'failed';

export interface ConnectionStatus {
  readonly state: ConnectionWord;
  /** The machine's own state, a dot path per region: `linked.live.heartbeat.quiet`. */
  readonly detail: readonly string[];
  /** Where it connects to; user, password and the values of the query are hidden. */
  readonly url: string;
  /** Wall clock of the last change of `state`, in milliseconds since the epoch. */
  readonly since: number;
  /** Consecutive dials since the connection last proved stable. */
  readonly attempt: number;
  /** How often it became live again after a loss. */
  readonly reconnects: number;
  /** Milliseconds that it waits before the next dial, chosen when `state` became `waiting`. */
  readonly retryIn?: number;
  /** Why the last socket or attempt ended. */
  readonly cause?: { readonly detail: ConnectionCause; readonly message: string };
  /** The heartbeat or a long pause was warned of, this often. */
  readonly warnings: number;
  /** Messages that were no events, over all sockets: replies that `requests` expected, and those that `respond` took. */
  readonly answered: number;
  /** Further ones that `respond` took and could send nothing for; absent when there are none. */
  readonly unanswered?: number;
}

/** `edge`: not only the detail has changed. */
export type ReportStatus = (status: ConnectionStatus, edge: boolean) => void;

const WORDS: readonly ConnectionWord[] = ['idle', 'connecting', 'live', 'waiting', 'failed'];

export interface ConnectionReport {
  readonly observe: (snapshot: AnyMachineSnapshot, event: AnyEventObject) => void;
  /** Notes the delay before the next dial, and gives it back. */
  readonly waits: (delay: number) => number;
  readonly warn: (message: string) => void;
  /** A message was taken out that is no event. */
  readonly answered: () => void;
  /** One that nothing could be sent for, and why. */
  readonly unanswered: (reason: string) => void;
}

export interface ConnectionReportOptions {
  readonly id: string;
  readonly options: { readonly url: string };
  readonly environment: Pick<Environment, 'logger' | 'now' | 'clock'>;
  readonly report: ReportStatus;
  readonly handle: Pick<ConnectionHandle, 'history'>;
}

type Context = ReturnType<(typeof connectionMachine)['getInitialSnapshot']>['context'];

/** Turns a connection machine's states into its public status and its log lines, one per change of the word. */
export function createConnectionReport(options: ConnectionReportOptions, redaction: Redaction): ConnectionReport {
  const { id, environment } = options;
  const { logger, now, clock } = environment;
  const { history } = options.handle;
  const url = redaction.redact(shownUrl(options.options.url));
  let status: ConnectionStatus | undefined;
  let retryIn: number | undefined;
  let warnings = 0;
  let answered = 0;
  let unanswered = 0;
  const sampled = new SampledLog(clock, (fields, message) => logger.warn(fields, message));

  function observe(snapshot: AnyMachineSnapshot, event: AnyEventObject): void {
    const context: Context = snapshot.context;
    const state = WORDS.find((word) => snapshot.hasTag(word)) ?? 'idle';
    const before = status;
    const cause = context.cause ? causeOf(context.cause) : undefined;
    const isNew = cause !== before?.cause;
    const detail = statePaths(snapshot.value);
    history.record(event, detail, isNew ? cause?.message : undefined);
    const changed = state !== before?.state;
    status = {
      state,
      detail,
      url,
      since: changed ? now() : (status?.since ?? now()),
      attempt: context.attempt,
      reconnects: Math.max(0, context.lives - 1),
      warnings,
      ...counts(),
      ...(state === 'waiting' && retryIn !== undefined ? { retryIn } : {}),
      ...(cause ? { cause } : {}),
    };
    // A heartbeat moves the detail all the time; only what a person would call a change is told at once.
    options.report(status, changed || differs(status, before));
    if (changed) log(status, before?.state === 'live' ? 'lost' : 'cannot connect');
  }

  /** The one that stands in the status already, while it is the same. */
  function causeOf(detail: ConnectionCause): ConnectionStatus['cause'] {
    return status?.cause?.detail === detail ? status.cause : { detail, message: describeCause(detail) };
  }

  /** How it came to that, for who reads only the log. */
  function lastSteps() {
    const { transitions, forgotten } = history;
    return { history: transitions.map(describeTransition), ...(forgotten > 0 ? { forgotten } : {}) };
  }

  function counts() {
    return { answered, ...(unanswered > 0 ? { unanswered } : {}) };
  }

  /** A count is no change that is told at once. */
  function count(): void {
    if (!status) return;
    status = { ...status, ...counts() };
    options.report(status, false);
  }

  function log(current: ConnectionStatus, what: string): void {
    const fields = { connection: id, state: current.state, attempt: current.attempt };
    const cause = current.cause?.message ?? 'unknown';
    if (current.state === 'live') {
      logger.info(fields, `${current.reconnects > 0 ? 'live again' : 'live'}: ${url}`);
    } else if (current.state === 'waiting') {
      const delay = Math.round(current.retryIn ?? 0);
      logger.warn({ ...fields, cause: current.cause?.detail }, `${what}: ${cause}; next attempt in ${delay} ms`);
    } else if (current.state === 'failed') {
      logger.error({ ...fields, cause: current.cause?.detail, ...lastSteps() }, `failed: ${cause}`);
    } else {
      logger.debug(fields, current.state);
    }
  }

  return {
    observe,
    waits: (delay) => {
      retryIn = delay;
      return delay;
    },
    warn: (message) => {
      warnings += 1;
      logger.warn({ connection: id }, message);
    },
    answered: () => {
      answered += 1;
      count();
    },
    unanswered: (reason) => {
      unanswered += 1;
      sampled.log({ connection: id, unanswered }, `a message is not answered (respond): ${redaction.redact(reason)}`);
      count();
    },
  };
}

function differs(status: ConnectionStatus, before: ConnectionStatus | undefined): boolean {
  return (
    status.attempt !== before?.attempt ||
    status.warnings !== before.warnings ||
    status.cause?.detail !== before.cause?.detail
  );
}
