import type { LoadedPipeline } from '../../config/load.ts';
import type { PipelineInput } from '../../config/options.ts';

/** `500ms`, `2s`, `1m30s`; a bare number is seconds. */
export type Span = string | number;

/**
 * A pipeline, the world around it, what happens to both, and what has to come of it. Plain data. The pipeline is written
 * in place, or is what `loadPipeline()` gives, so that a test holds for the file that runs:
 * `simulate({ pipeline: await loadPipeline('ticks.yaml'), servers: … })`.
 */
export interface Scenario<Pipeline extends PipelineInput | LoadedPipeline = PipelineInput> {
  readonly name?: string | undefined;
  /**
   * Of all chance: jitter, and where a killed process stops. The same scenario with the same seed runs the same. With an
   * odd one the process is stopped at the end when all is settled; with an even one as soon as its sources have handed on
   * all that there is, so that its sinks have to deliver the rest while they drain. Default 1.
   */
  readonly seed?: number | undefined;
  /** In the native shape, or loaded. Its urls name the servers below: `ws://feed.example/`. */
  readonly pipeline: Pipeline;
  /** WebSocket servers that the pipeline dials, by the host in its urls. */
  readonly servers?: Readonly<Record<string, ServerRole>> | undefined;
  /** What happens, in any order; what has the same time happens in the order written. */
  readonly script?: readonly ScriptStep[] | undefined;
  readonly expect?: readonly Expectation[] | undefined;
  /** How long producers produce; then every fault is healed. Default 1m. */
  readonly for?: Span | undefined;
  /** How long it may take from then on until everything is settled and the process has stopped. Default 10m. */
  readonly settle?: Span | undefined;
}

/** What a server does: it brings messages, or takes them. */
export type ServerRole =
  | { readonly producer: ProducerOptions; readonly consumer?: undefined }
  | { readonly consumer: ConsumerOptions; readonly producer?: undefined };

/** Sends numbered messages, `{"producer":"feed.example","number":1}` and so on, to the connection that came last. */
export interface ProducerOptions {
  /** Between messages. Default 10ms. */
  readonly every?: Span | undefined;
  /** Messages sent in one turn. Default 1. */
  readonly burst?: number | undefined;
  /** Ends after so many. Default: none. */
  readonly messages?: number | undefined;
  /** Bytes of padding in each message. Default 0. */
  readonly padding?: number | undefined;
  /**
   * How a connection says which number it has seen last: the messages after it are sent again. Without it the server
   * keeps nothing: it produces only while it is connected, and what is lost on the way is nobody's loss.
   */
  readonly resume?: { readonly query?: string | undefined; readonly header?: string | undefined } | undefined;
}

/** Takes every message, and keeps a book of it before anything else. */
export interface ConsumerOptions {
  /**
   * Answers each frame with `{"ack":<number>}`, the number of the last message in it, for `ack: reply` with
   * `pointer: /ack` and the message's `/number`.
   */
  readonly replies?: boolean | undefined;
}

/** A fault, or its end, at a time. Exactly one of the keys besides `at` and `for`. */
export interface ScriptStep extends Partial<FaultKinds> {
  /** From the beginning. */
  readonly at: Span;
  /** When it ends by itself, counted from `at`. Default: `heal`, or the end of `for`. */
  readonly for?: Span | undefined;
}

/** Hosts are names of `servers`. */
export interface FaultKinds {
  /** All connections of the host are reset. */
  readonly reset: string;
  /** The host closes all its connections. */
  readonly close: { readonly host: string; readonly code: number; readonly reason?: string | undefined };
  /** Dials end: with the HTTP status, or the network error `code` (default ECONNREFUSED). */
  readonly refuse: {
    readonly host: string;
    readonly status?: number | undefined;
    readonly code?: string | undefined;
    readonly 'retry-after'?: Span | undefined;
  };
  /** Upgrades are never answered. */
  readonly hang: string;
  /** The host's process stands still, TCP lives. */
  readonly freeze: string;
  /** Packets are lost. */
  readonly blackhole: string;
  /** The host's process dies, and is back after `for`. What it took is in its book. */
  readonly down: string;
  /** The host reads nothing meanwhile: its buffers fill. */
  readonly stall: string;
  /**
   * The host takes the next message of each connection, then resets it before anything is answered: those that are up,
   * or the next one when none is; with `for` each one that comes meanwhile too.
   */
  readonly 'lose-acknowledgement': string;
  /**
   * The last events of sockets that are over reach whoever dialled them, once more: of those that are over by now, or of
   * the next one when none is; with `for` of each one that is over meanwhile too.
   */
  readonly 'late-events': string;
  /** The producer sends one message that is no JSON. */
  readonly poison: string;
  /** Ends the fault of the host. */
  readonly heal: string;
  /** The event loop of the process stands still for that long: timers and messages wait, then timers come first. */
  readonly block: Span;
  /** The wall clock jumps by that much; may be negative. */
  readonly 'jump-clock': Span;
  /** The disk takes nothing more. */
  readonly 'disk-full': true;
  /** Every write takes that long. */
  readonly 'slow-disk': Span;
  /** The process is killed (`process`) or the power fails (`power`): what was not synced is lost then. Back after `for` (default 0s). */
  readonly kill: 'process' | 'power';
  /** SIGTERM: drains for that long (default 10s), then starts again after `for` (default 0s). A second one kills. */
  readonly stop: { readonly drain?: Span | undefined };
}

/** What holds at a time. All of its parts are judged. */
export interface Expectation {
  /** From the beginning, or `end`: when everything is settled and the process has stopped. */
  readonly at: Span | 'end';
  /** Per component: the word of its connection (`live`, `waiting`), else of itself. */
  readonly states?: Readonly<Record<string, string>> | undefined;
  /** Per consumer host: different messages that it has taken. */
  readonly delivered?: Readonly<Record<string, Amount>> | undefined;
  /** Per consumer host: messages that it has taken once more. */
  readonly duplicates?: Readonly<Record<string, Amount>> | undefined;
  /**
   * Per consumer host: messages that were produced and are nowhere; only at the end. When not said, expected to be 0
   * besides those that nobody has promised to keep: what a sink with `ack: written` had under way when a connection
   * ended, what a killed process had in memory of a producer without `resume`, and what a power failure takes from a
   * buffer with `durability: flush`. When said, these count too. What is dropped and counted is not lost.
   */
  readonly lost?: Readonly<Record<string, Amount>> | undefined;
  /** A path into the status: `store.dropped`, `exchange.connection.reconnects`, `store.waiting.events`. */
  readonly counters?: Readonly<Record<string, Amount>> | undefined;
  /** Each is part of some line that was logged so far. */
  readonly logged?: readonly string[] | undefined;
  /** Exit code of the process; only at the end. Expected to be 0 when not said. */
  readonly exit?: number | undefined;
}

/** Exactly that number, or a range. */
export type Amount = number | { readonly 'at-least'?: number | undefined; readonly 'at-most'?: number | undefined };

export type FaultKind = keyof FaultKinds;

/** A scenario with a pipeline of either kind. */
export type AnyScenario = Scenario<PipelineInput | LoadedPipeline>;
