const STOPS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof STOPS)[number];

const RELOAD = 'SIGHUP';

export interface SignalHandlers {
  /** The first one. */
  readonly stop: (signal: StopSignal) => void;
  /** Any after it; the process dies of it right after this. */
  readonly abandon: (signal: StopSignal) => void;
  /** SIGHUP, which ends nothing. */
  readonly reload: (signal: typeof RELOAD) => void;
}

/** npm passes a Ctrl-C on to a process that has had it from the terminal already, milliseconds later. */
const ECHO = 1000;

/** Listens for requests to stop and to reload, until the function that it gives is called. */
export function onSignals(handlers: SignalHandlers): () => void {
  const echo = process.env.npm_lifecycle_event === undefined ? 0 : ECHO;
  let askedAt: number | undefined;

  function hear(signal: StopSignal): void {
    if (askedAt === undefined) {
      askedAt = performance.now();
      handlers.stop(signal);
      return;
    }
    if (performance.now() - askedAt < echo) return;
    handlers.abandon(signal);
    release();
    // Not process.exit(): that waits for a thread that is stuck in a system call, opening a pipe for instance.
    process.kill(process.pid, signal);
  }

  function reload(): void {
    handlers.reload(RELOAD);
  }

  function release(): void {
    for (const signal of STOPS) process.off(signal, hear);
    process.off(RELOAD, reload);
  }

  for (const signal of STOPS) process.on(signal, hear);
  process.on(RELOAD, reload);
  return release;
}
