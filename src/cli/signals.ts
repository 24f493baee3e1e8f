const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof SIGNALS)[number];

export interface SignalHandlers {
  /** The first one. */
  readonly stop: (signal: StopSignal) => void;
  /** Any after it; the process dies of it right after this. */
  readonly abandon: (signal: StopSignal) => void;
}

/** Listens for requests to stop, until the function that it gives is called. */
export function onStopSignals(handlers: SignalHandlers): () => void {
  let asked = false;
  function hear(signal: StopSignal): void {
    if (!asked) {
      asked = true;
      handlers.stop(signal);
      return;
    }
    handlers.abandon(signal);
    release();
    // Not process.exit(): that waits for a thread that is stuck in a system call, opening a pipe for instance.
    process.kill(process.pid, signal);
  }

  function release(): void {
    for (const signal of SIGNALS) process.off(signal, hear);
  }

  for (const signal of SIGNALS) process.on(signal, hear);
  return release;
}
