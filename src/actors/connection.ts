import type { Observable } from 'rxjs';
import { assign, enqueueActions, fromPromise, sendParent } from 'xstate';
import {
  type ConnectionCause,
  type ConnectionInput,
  connectionMachine,
  type SocketCommand,
} from '../../machines/connection.ts';
import type { WebSocketClientOptions } from '../config/options.ts';
import { createScope } from '../config/scope.ts';
import { shownUrl } from '../config/url.ts';
import type { Environment, Loss, SocketEvents } from '../environment.ts';
import { type PreparedHandshake, prepareHandshake } from '../transport/handshake.ts';
import type { Traffic } from '../transport/traffic.ts';
import { createConnectionReport, type ReportStatus } from './connection-status.ts';
import { contained } from './contained.ts';
import { Link } from './link.ts';
import { createRedaction, credentials } from './redaction.ts';
import { resource } from './resource.ts';

/** Longest delay that a peer's Retry-After may ask for, in milliseconds. */
const MAX_RETRY_AFTER = 300_000;

export interface ConnectionActorOptions {
  /** Path of the connection in the tree: `ticks/exchange/connection`. */
  readonly id: string;
  /** What its parent knows it by, when it reports that it is ready. */
  readonly readyId: string;
  readonly role: ConnectionInput['role'];
  readonly options: WebSocketClientOptions;
  readonly environment: Environment;
  readonly secretsDir?: string | undefined;
  /** `unacknowledged` ends the running socket: the peer does not acknowledge what was sent. */
  readonly traffic: (unacknowledged: (message: string) => void) => Traffic;
  /** Whether reading is held back, and its edges. */
  readonly hold: { readonly held: boolean; readonly held$: Observable<boolean> };
  /** Emits when a lazy connection is needed. */
  readonly demand$: Observable<unknown>;
  /** Nothing more is taken in; run when the connection ends on purpose or for good. */
  readonly closeIntake: () => void;
  readonly report: ReportStatus;
}

/** Binds the connection machine to a transport and to what a component does with its frames. */
export function connectionActor(setup: ConnectionActorOptions) {
  const { options, environment } = setup;
  const { clock, random } = environment;
  const redaction = createRedaction();
  const report = createConnectionReport(setup, redaction);

  let prepared: PreparedHandshake | undefined;
  let attemptedAt = 0;
  let link: Link | undefined;
  /** Some ping was answered, over all sockets. */
  let heard = false;
  let abandon: (cause: ConnectionCause) => void = () => {};
  const traffic = setup.traffic((message) => abandon({ kind: 'acknowledgement', message }));

  const prepare = fromPromise<void>(async ({ signal }) => {
    redaction.clear();
    attemptedAt = clock.now();
    try {
      const scope = createScope({ environment, secretsDir: setup.secretsDir, onSensitive: redaction.add });
      const handshake = await prepareHandshake(options, scope);
      // A preparation that was given up may end after the next one has begun.
      if (signal.aborted) return;
      hideHandshake(handshake);
      prepared = handshake;
    } catch (error) {
      throw new Error(redaction.redact(error instanceof Error ? error.message : String(error)));
    }
  });

  /** What stands in the config without a template is as secret as what comes from one. */
  function hideHandshake({ request, greeting }: PreparedHandshake): void {
    const url = new URL(request.url);
    for (const value of [...Object.values(request.headers), ...url.searchParams.values(), url.password]) {
      redaction.add(value);
      redaction.add(value.replace(/^(Bearer|Basic) /, ''));
    }
    const { basic } = options.auth ?? {};
    for (const value of [basic?.password ?? '', unescaped(url.password), ...greeting.flatMap(credentials)]) {
      redaction.add(value);
    }
  }

  const socket = resource<SocketCommand>(({ sendBack, receive, guard, onEnd }) => {
    if (!prepared) throw new Error('a socket needs a prepared handshake');

    function lose(cause: ConnectionCause): void {
      sendBack({ type: 'socket.lost', cause: shown(cause), owing: traffic.owing });
    }

    const events: SocketEvents = {
      connected: guard(() => sendBack({ type: 'socket.connected' })),
      open: guard((protocol: string) => {
        if (protocol === '' && options.subprotocols.length > 0) report.warn('the server chose no subprotocol');
        sendBack({ type: 'socket.open' });
      }),
      frames: guard((frames) => current.frames(frames)),
      pong: guard((payload) => {
        heard = true;
        current.pong(payload);
      }),
      drained: guard(() => traffic.drained()),
      lost: guard((loss: Loss) => lose(loss)),
    };
    const current = new Link(environment.dial(prepared.request, events), clock, traffic, {
      pingTaken: () => sendBack({ type: 'ping.taken' }),
      pingAnswered: () => sendBack({ type: 'ping.answered' }),
    });
    link = current;
    abandon = guard(lose);

    // The socket follows the hold at once; the machine only hears of it, to judge nothing meanwhile.
    function follow(held: boolean): void {
      if (held) current.socket.pause();
      else current.socket.resume();
      sendBack({ type: held ? 'pause' : 'resume' });
    }
    if (setup.hold.held) current.socket.pause();
    const holding = setup.hold.held$.subscribe(guard(follow));

    const commands: Record<SocketCommand['type'], () => void> = {
      live: () => {
        current.markFed();
        traffic.live(current, guard);
      },
      ping: () => current.ask(pingPayload(options)),
      'grace-ping': () => current.ask(pingPayload(options), true),
      pulse: () => current.socket.write(pulseFrames(options)),
      close: () => {
        // A close is not read while reading is held, and nothing more is taken in anyway.
        current.socket.resume();
        current.socket.close(1000, '');
      },
    };
    receive(({ type }) => commands[type]());

    onEnd(() => {
      holding.unsubscribe();
      traffic.lost();
      current.socket.terminate();
      link = undefined;
    });
  });

  const greeting = resource(({ sendBack, guard, onEnd }) => {
    const waiting = [...(prepared?.greeting ?? [])];
    let timer: unknown;
    const next = guard(() => {
      const data = waiting.shift();
      if (data !== undefined) link?.socket.write([{ data, binary: false }]);
      if (waiting.length === 0) sendBack({ type: 'greeted' });
      else if (options['request-interval'] === 0) next();
      else timer = clock.setTimeout(next, options['request-interval']);
    });
    onEnd(() => clock.clearTimeout(timer));
    next();
  });

  const demand = resource(({ sendBack, guard, onEnd }) => {
    const demanding = setup.demand$.subscribe(guard(() => sendBack({ type: 'demand' })));
    onEnd(() => demanding.unsubscribe());
  });

  function shown(cause: ConnectionCause): ConnectionCause {
    if ('message' in cause) return { ...cause, message: redaction.redact(cause.message) };
    if (cause.kind === 'close') return { ...cause, reason: redaction.redact(cause.reason) };
    if (cause.kind === 'status' && cause.location !== undefined) {
      return { ...cause, location: redaction.redact(shownUrl(cause.location)) };
    }
    return cause;
  }

  const ready = { type: 'child.ready', id: setup.readyId };
  const waitsForLive = options.connect.mode === 'eager' && options.connect['eager-timeout'] !== undefined;
  const timeout = options.heartbeat ? options.heartbeat.timeout : 0;

  return contained(
    connectionMachine.provide({
      actors: { prepare, socket, greeting, demand },
      actions: {
        announceStarted: enqueueActions(({ enqueue }) => {
          if (!waitsForLive) enqueue(sendParent(ready));
        }),
        announceLive: enqueueActions(({ enqueue }) => {
          if (waitsForLive) enqueue(sendParent(ready));
          enqueue(sendParent({ type: 'outlet.up' }));
        }),
        announceLost: sendParent({ type: 'outlet.down' }),
        closeIntake: () => setup.closeIntake(),
        markFed: () => link?.markFed(),
        markProgress: () => link?.markProgress(),
        recordSilence: assign({
          cause: () => ({ kind: 'silence' as const, judge: 'heartbeat' as const, ...(heard ? {} : { unheard: true }) }),
        }),
        warnSilence: () => report.warn('the peer does not answer pings (heartbeat.action: log-only)'),
        warnLongPause: () => report.warn('not read for 10 s, because a sink has no room; the peer may give up on us'),
      },
      guards: {
        isHeld: () => setup.hold.held,
        hasProgressed: () => link?.hasProgressed() ?? false,
        // A timer that fires half its time late was kept waiting by our own work, not by the peer.
        wasLoopBlocked: () => (link?.questionAge ?? 0) > timeout * 1.5,
        wasFed: () => link !== undefined && clock.now() - link.fedAt < (options['no-data-timeout'] || 0),
      },
      delays: {
        openTimeout: ({ context }) => attemptedAt + context.settings.connectTimeout - clock.now(),
        noDataRemaining: () => (link?.fedAt ?? 0) + (options['no-data-timeout'] || 0) - clock.now(),
        backoffDelay: ({ context: { settings, backoffs, cause } }) => {
          const whole = Math.min(settings.maxBackoff, settings.initialBackoff * settings.multiplier ** backoffs);
          const asked = cause?.kind === 'status' && [429, 503].includes(cause.status) ? (cause.retryAfter ?? 0) : 0;
          const delay = whole * (1 - options.reconnect.jitter * random());
          return report.waits(Math.max(delay, Math.min(asked, MAX_RETRY_AFTER)));
        },
        slowDelay: ({ context }) => report.waits(context.settings.maxBackoff * (1 - 0.5 * random())),
      },
    }),
    { observe: report.observe, input: connectionInput(setup.role, options) },
  );
}

/** The part of a connection's options that its machine decides by. */
function connectionInput(role: ConnectionInput['role'], options: WebSocketClientOptions): ConnectionInput {
  const { connect, heartbeat, reconnect } = options;
  return {
    role,
    lazy: connect.mode === 'lazy',
    connectTimeout: connect.timeout,
    closeTimeout: options['close-timeout'],
    pingInterval: heartbeat ? heartbeat['ping-interval'] : null,
    pingTimeout: heartbeat ? heartbeat.timeout : 0,
    logOnly: heartbeat ? heartbeat.action === 'log-only' : false,
    pulseInterval: pulseInterval(options),
    noDataTimeout: options['no-data-timeout'] || null,
    initialBackoff: reconnect['initial-backoff'],
    maxBackoff: reconnect['max-backoff'],
    multiplier: reconnect.multiplier,
    maxAttempts: reconnect['max-attempts'] ?? null,
    resetAfter: reconnect['reset-after'],
  };
}

/** A percent sign that escapes nothing is one. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function pingPayload({ heartbeat }: WebSocketClientOptions): string {
  return heartbeat ? (heartbeat.payload ?? '') : '';
}

/** An interval of 0 means every emit-interval; without one, every second. */
function pulseInterval(options: WebSocketClientOptions & { 'emit-interval'?: number }): number | null {
  const pulse = options['app-heartbeat'];
  return pulse ? pulse.interval || options['emit-interval'] || 1000 : null;
}

function pulseFrames(options: WebSocketClientOptions) {
  return (options['app-heartbeat']?.requests ?? []).map((data) => ({ data, binary: false }));
}
