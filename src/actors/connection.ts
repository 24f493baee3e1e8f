import type { Observable } from 'rxjs';
import { assign, enqueueActions, fromPromise, sendParent } from 'xstate';
import {
  type ConnectionCause,
  type ConnectionInput,
  connectionMachine,
  type GreetingCommand,
  type SocketCommand,
} from '../../machines/connection.ts';
import type { WebSocketClientOptions } from '../config/options.ts';
import { createScope } from '../config/scope.ts';
import type { Environment, Loss, SocketEvents } from '../environment.ts';
import type { Cursor } from '../store/cursor.ts';
import { type PreparedHandshake, prepareHandshake } from '../transport/handshake.ts';
import type { Traffic, TrafficEdges } from '../transport/traffic.ts';
import { withCursor } from './cause.ts';
import type { ConnectionHandle } from './connection-handle.ts';
import { connectionInput } from './connection-input.ts';
import { createConnectionReport, type ReportStatus } from './connection-status.ts';
import { contained } from './contained.ts';
import { Dialogue } from './dialogue.ts';
import { greet } from './greeting.ts';
import { Link } from './link.ts';
import { createRedaction, hideHandshake, redactCause } from './redaction.ts';
import { resource } from './resource.ts';
import type { Script } from './script.ts';

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
  /** What is sent at the handshake, as the option `cursor` says. */
  readonly cursor?: Pick<Cursor, 'value'> | undefined;
  /** What is done with the frames; it outlives the sockets and the actor. The edges are of the running socket. */
  readonly traffic: (edges: TrafficEdges) => Traffic;
  /** Whether reading is held back, and its edges. */
  readonly hold: { readonly held: boolean; readonly held$: Observable<boolean> };
  /** Emits when a lazy connection is needed. */
  readonly demand$: Observable<unknown>;
  /** Nothing more is taken in; run when the connection ends on purpose or for good. */
  readonly closeIntake: () => void;
  readonly report: ReportStatus;
  /** What the outside has of it. */
  readonly handle: ConnectionHandle;
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
  let script: Script | undefined;
  /** Some ping was answered, over all sockets. */
  let heard = false;
  let hasLived = false;
  let edges: TrafficEdges = NO_EDGES;
  const traffic = setup.traffic({
    unacknowledged: (message) => edges.unacknowledged(message),
    blocked: () => edges.blocked(),
    unblocked: () => edges.unblocked(),
    rejected: () => edges.rejected(),
  });

  const prepare = fromPromise<void>(async ({ signal }) => {
    redaction.clear();
    attemptedAt = clock.now();
    try {
      const scope = createScope({ environment, secretsDir: setup.secretsDir, cursor, onSensitive: redaction.add });
      const handshake = await prepareHandshake(options, scope);
      // A preparation that was given up may end after the next one has begun.
      if (signal.aborted) return;
      hideHandshake(redaction, handshake, options);
      prepared = handshake;
    } catch (error) {
      throw new Error(redaction.redact(error instanceof Error ? error.message : String(error)));
    }
  });

  function cursor(): string | undefined {
    const resumes = options.cursor?.['resume-on-reconnect'] ?? true;
    return resumes || !hasLived ? setup.cursor?.value : undefined;
  }

  const socket = resource<SocketCommand>(({ sendBack, receive, guard, onEnd }) => {
    if (!prepared) throw new Error('a socket needs a prepared handshake');
    const { cursor: carried } = prepared;
    if (prepared.request.insecure && prepared.request.url.startsWith('wss:')) report.warn(INSECURE);
    let over = false;

    function lose(cause: ConnectionCause): void {
      // Before the traffic gives anything up: it decides whether the peer refused an event or us.
      const { owing } = traffic;
      const during = script?.waiting;
      leave(cause.kind === 'close' && cause.code !== 1006 ? cause.code : undefined);
      const shown = { ...redactCause(redaction, cause), ...(during === undefined ? {} : { during }) };
      sendBack({ type: 'socket.lost', cause: withCursor(shown, carried), owing });
    }

    function leave(closeCode?: number): void {
      if (!over) traffic.lost(closeCode);
      over = true;
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
      route: (frames, pass) => dialogue.route(frames, pass),
    });
    const dialogue = new Dialogue(prepared, { socket: current.socket, environment, redaction, cursor, report });
    script = dialogue.script;
    link = current;
    edges = {
      unacknowledged: guard((message: string) => lose({ kind: 'acknowledgement', message })),
      blocked: () => sendBack({ type: 'outlet.blocked' }),
      unblocked: () => sendBack({ type: 'outlet.unblocked' }),
      rejected: () => sendBack({ type: 'outlet.rejected' }),
    };

    // The socket follows the hold at once; the machine only hears of it, to judge nothing meanwhile.
    function follow(held: boolean): void {
      if (held) current.socket.pause();
      else current.socket.resume();
      dialogue.script.hold(held);
      sendBack({ type: held ? 'pause' : 'resume' });
    }
    if (setup.hold.held) current.socket.pause();
    const holding = setup.hold.held$.subscribe(guard(follow));

    const commands: Record<SocketCommand['type'], () => void> = {
      live: () => {
        current.markFed();
        hasLived = true;
        traffic.live(current, guard);
      },
      ping: () => current.ask(pingPayload(options)),
      'grace-ping': () => current.ask(pingPayload(options), true),
      pulse: () => current.socket.write(pulseFrames(options)),
      close: () => {
        dialogue.close();
        // A close is not read while reading is held, and nothing more is taken in anyway.
        current.socket.resume();
        current.socket.close(1000, '');
      },
    };
    receive(({ type }) => commands[type]());

    onEnd(() => {
      holding.unsubscribe();
      dialogue.end();
      leave();
      current.socket.terminate();
      link = undefined;
      script = undefined;
    });
  });

  const greeting = resource<GreetingCommand>((scope) => {
    if (!link || !script) throw new Error('a greeting needs a socket');
    greet({ link, script, options, isHeld: () => setup.hold.held, clock }, scope);
  });

  const demand = resource(({ sendBack, guard, onEnd }) => {
    const demanding = setup.demand$.subscribe(guard(() => sendBack({ type: 'demand' })));
    onEnd(() => demanding.unsubscribe());
  });

  const ready = { type: 'child.ready', id: setup.readyId };
  const waitsForLive = options.connect.mode === 'eager' && options.connect['eager-timeout'] !== undefined;
  const timeout = options.heartbeat ? options.heartbeat.timeout : 0;

  return contained(
    connectionMachine.provide({
      actors: { prepare, socket, greeting, demand },
      actions: {
        announceStarted: enqueueActions(({ enqueue, self }) => {
          setup.handle.attach(self);
          if (!waitsForLive) enqueue(sendParent(ready));
        }),
        announceLive: enqueueActions(({ enqueue }) => {
          if (waitsForLive) enqueue(sendParent(ready));
          enqueue(sendParent({ type: 'outlet.up' }));
        }),
        announceLost: sendParent({ type: 'outlet.down' }),
        announceBlocked: sendParent({ type: 'outlet.blocked' }),
        announceUnblocked: sendParent({ type: 'outlet.unblocked' }),
        announceRejected: sendParent({ type: 'outlet.rejected' }),
        closeIntake: () => setup.closeIntake(),
        markFed: () => link?.markFed(),
        markProgress: () => link?.markProgress(),
        recordUnmet: assign(() => ({
          owing: false,
          cause: { kind: 'greeting' as const, message: script?.unmet ?? '' },
        })),
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
        // Before its first moment the step has its whole time.
        replyTimeout: ({ context: { settings, step } }) => script?.left ?? settings.script[step]?.within ?? 0,
        sendInterval: () => (script?.sentAt ?? 0) + options['request-interval'] - clock.now(),
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

const INSECURE = "the peer's certificate is not verified (tls.insecure-skip-verify): anyone may answer in its place";

const NO_EDGES: TrafficEdges = { unacknowledged() {}, blocked() {}, unblocked() {}, rejected() {} };

function pingPayload({ heartbeat }: WebSocketClientOptions): string {
  return heartbeat ? (heartbeat.payload ?? '') : '';
}

function pulseFrames(options: WebSocketClientOptions) {
  return (options['app-heartbeat']?.requests ?? []).map((data) => ({ data, binary: false }));
}
