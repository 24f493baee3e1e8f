import { UsageError } from '../errors.ts';
import { guardedLogger } from './guarded-logger.ts';
import type { RefusalCounts } from './page/refusal-log.ts';
import { openPageServer } from './page/server.ts';
import { openRecording, type Recording } from './recording/recording.ts';
import { openStatelyFeed, type StatelyFeed } from './stately/feed.ts';
import { STATELY_RELAY } from './stately/relay.ts';
import { type Inspected, Watch } from './watch.ts';

export interface InspectOptions {
  /** Port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number | undefined;
  /** Lets whoever opens the page ask for a reconnect or a stop. Default false: it only looks. */
  readonly control?: boolean | undefined;
  /** What the page's stop does, with `control`. Default: `stop()` of the supervisor. */
  readonly stop?: (() => void) | undefined;
  /**
   * Feeds Stately's web inspector too, through a relay as `createInspectorServer` of `@statelyai/inspect` starts one:
   * true for ws://localhost:8080, or the relay's url, which has to be a wss:// one on another machine. Default false.
   * 2000 events wait for a relay that is away; older ones are dropped, counted and warned of.
   */
  readonly stately?: boolean | string | undefined;
}

export interface Inspector {
  /** Where the page is: `http://127.0.0.1:41234/<token>/`. Who has it sees the states of everything that runs. */
  readonly url: string;
  readonly counts: InspectorCounts;
  close(): Promise<void>;
}

/** What was told, and what the bounds of the inspector have cost. */
export interface InspectorCounts {
  readonly recorded: number;
  /** Not among the last 20 000 any more. */
  readonly forgotten: number;
  /** Errors of the recorder's own; something is missing then. */
  readonly faults: number;
  /** Requests and pages that were refused or cut off, by reason. */
  readonly refused: RefusalCounts;
  /** With `stately` only. */
  readonly stately?: StatelyFeed['counts'];
}

export interface RecordOptions {
  /** Largest size of the file, in bytes. Default 256 MiB; then nothing more is written, and a warning says so. */
  readonly maxBytes?: number | undefined;
}

export async function openInspector(subject: Inspected, options: InspectOptions): Promise<Inspector> {
  const inspected = withGuardedLogger(subject);
  const { port = 0, control = false, stop = inspected.control.stop, stately = false } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`port: ${port} is not a port from 0 to 65535`);
  }
  if (typeof control !== 'boolean') throw new UsageError(`control: ${JSON.stringify(control)} is not true or false`);
  const feed = stately === false ? undefined : await feedStately(inspected, stately === true ? STATELY_RELAY : stately);
  const watch = new Watch(inspected);
  try {
    const { logger } = inspected.environment;
    const server = await openPageServer({
      port,
      recorder: watch.recorder,
      ...(control ? { control: { ...inspected.control, stop } } : {}),
      logger,
    });
    return {
      url: server.url,
      get counts() {
        const { counts: refused } = server;
        return { ...watch.recorder.counts, refused, ...(feed ? { stately: { ...feed.counts } } : {}) };
      },
      close: async () => {
        watch.close();
        await Promise.all([server.close(), feed?.close()]);
      },
    };
  } catch (error) {
    watch.close();
    await feed?.close();
    throw error;
  }
}

async function feedStately(
  { environment, root$ }: Inspected,
  url: string,
): Promise<Pick<StatelyFeed, 'counts' | 'close'>> {
  const feed = await openStatelyFeed({ url, environment });
  const following = root$.subscribe((root) => feed.attach(root));
  return {
    counts: feed.counts,
    close: async () => {
      following.unsubscribe();
      await feed.close();
    },
  };
}

export async function openRecord(subject: Inspected, path: string, options: RecordOptions): Promise<Recording> {
  const inspected = withGuardedLogger(subject);
  const watch = new Watch(inspected);
  const { logger, now } = inspected.environment;
  const { maxBytes } = options;
  try {
    const recording = await openRecording({
      path,
      recorder: watch.recorder,
      logger,
      now,
      ended: () => watch.close(),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    return {
      get bytes() {
        return recording.bytes;
      },
      close: async () => {
        watch.close();
        await recording.close();
      },
    };
  } catch (error) {
    watch.close();
    throw error;
  }
}

function withGuardedLogger({ environment, ...rest }: Inspected): Inspected {
  return { ...rest, environment: { ...environment, logger: guardedLogger(environment.logger) } };
}
