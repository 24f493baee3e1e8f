import { HawserError } from '../errors.ts';
import { openPageServer } from '../inspection/page/server.ts';
import { complain } from './complain.ts';
import { createConsole } from './console.ts';
import { EXIT } from './exit-code.ts';
import { onSignals } from './signals.ts';

export interface InspectOptions {
  /** Of the page, on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
}

/** `hawser inspect RECORDING`: serves the inspector's page with a recording in it, until it is stopped. */
export async function inspect(file: string, { port = 0 }: InspectOptions): Promise<number> {
  const { logger } = createConsole({ level: 'warn', readable: true });
  try {
    const server = await openPageServer({ port, recording: file, logger });
    const stopped = stopSignal();
    complain(`inspector: ${server.url}`);
    await stopped;
    await server.close();
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof HawserError)) throw error;
    complain(error.message);
    return EXIT.misused;
  }
}

/** Resolves with the first SIGINT or SIGTERM; there is nothing to reload, so a terminal that is closed ends it too. */
async function stopSignal(): Promise<void> {
  let release = () => {};
  await new Promise<void>((resolve) => {
    release = onSignals({ stop: () => resolve(), abandon: () => {}, reload: () => resolve() });
  });
  release();
}
