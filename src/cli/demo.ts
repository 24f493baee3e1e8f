import { join } from 'node:path';
import { HawserError, type Supervisor } from '../index.ts';
import { packageRoot } from '../package.ts';
import { load } from './check.ts';
import { complain } from './complain.ts';
import { type Console, createConsole } from './console.ts';
import { type Exchange, openExchange } from './demo/exchange.ts';
import { type Receiver, startReceiver } from './demo/receiver.ts';
import { ownConfig, summary } from './demo/words.ts';
import { EXIT } from './exit-code.ts';
import { span, tenths } from './phrases.ts';
import { type InspectionOptions, runSession, type SessionEnd } from './session.ts';
import { shownPath } from './shown-path.ts';

export interface DemoOptions extends InspectionOptions {
  /** Milliseconds. */
  readonly for?: number;
  readonly port?: number;
}

/** Milliseconds until the exchange is killed. */
const KILL_AFTER = 3000;
/** Milliseconds after which it is killed again where somebody looks on, who has a page to open first. */
const KILL_AGAIN_AFTER = 15_000;
/** Milliseconds that it runs where nobody can press Ctrl-C. */
const UNATTENDED = 10_000;

/** `hawser demo`: a pipeline between two servers of its own, one of which is killed. */
export async function demo(options: DemoOptions): Promise<number> {
  const show = new Show(createConsole({ level: 'info', readable: true }));
  try {
    return await show.run(options);
  } catch (error) {
    if (!(error instanceof HawserError)) throw error;
    complain(`hawser: ${error.message}`);
    return EXIT.failed;
  } finally {
    await show.close();
  }
}

class Show {
  readonly #console: Console;
  #exchange: Exchange | undefined;
  #receiver: Receiver | undefined;
  #killedAt: number | undefined;
  #dead = false;
  /** It has been killed, and the pipeline has not been live since. */
  #missed = false;
  /** When it stops by itself, as `performance.now()`. */
  #endsAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(console: Console) {
    this.#console = console;
  }

  async run({ for: duration, port = 0, ...inspection }: DemoOptions): Promise<number> {
    const exchange = await openExchange(port, {
      died: (delay) => this.#noteDeath(delay),
      restarted: (pid) => this.#noteRestart(pid),
      failed: (message) => this.#tell(`the exchange cannot be started again: ${message}`),
    });
    this.#exchange = exchange;
    const receiver = await startReceiver();
    this.#receiver = receiver;
    const file = join(packageRoot(), 'examples', 'quickstart', 'ticks.yaml');
    const pipeline = await load(file, { context: { feed: exchange.url, receiver: receiver.ownUrl } });
    if (!pipeline) return EXIT.misused;
    const watched = inspection.inspect !== undefined;
    const time = duration ?? (process.stderr.isTTY || watched ? undefined : UNATTENDED);
    this.#introduce(exchange, receiver, file, time);
    const end = await runSession({
      pipeline,
      console: this.#console,
      duration: time,
      inspection,
      started: (supervisor) => {
        this.#endsAt = performance.now() + (time ?? Number.POSITIVE_INFINITY);
        this.#play(supervisor, exchange, watched);
      },
    });
    this.#conclude(end, receiver);
    return end.exitCode;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([this.#exchange?.close(), this.#receiver?.close()]);
  }

  #introduce(exchange: Exchange, receiver: Receiver, file: string, time: number | undefined): void {
    const path = shownPath(file);
    this.#tell(`an exchange is simulated on ${exchange.url}, process ${exchange.pid}`);
    this.#tell(`a receiver listens on ${receiver.url}`);
    const end = time === undefined ? 'until Ctrl-C' : `for ${span(time)}`;
    this.#tell(`${path} moves events from the one to the other, and prints them, ${end}`);
    this.#tell('while this runs you can run the same file in another terminal:');
    this.#show(`npx hawser run ${path} --context feed=${exchange.url} --context receiver=${receiver.url}`);
  }

  #play(supervisor: Supervisor, exchange: Exchange, again: boolean): void {
    const kill = () => {
      if (supervisor.status.state !== 'running') return;
      this.#tell('now the exchange is killed (SIGKILL)');
      exchange.kill();
      if (again) this.#timer = setTimeout(kill, KILL_AGAIN_AFTER);
    };
    this.#timer = setTimeout(kill, KILL_AFTER);
    let reconnects = 0;
    supervisor.status$.subscribe(({ pipelines }) => {
      const now = pipelines[0]?.sources[0]?.connection?.reconnects ?? 0;
      if (now > reconnects) this.#noteReturn();
      reconnects = now;
    });
  }

  #noteDeath(delay: number): void {
    this.#killedAt = performance.now();
    this.#dead = true;
    this.#missed = true;
    const returns = this.#killedAt + delay < this.#endsAt;
    this.#tell(`the exchange is dead${returns ? `; it is started again in ${span(delay)}` : ''}`);
  }

  #noteRestart(pid: number | undefined): void {
    this.#dead = false;
    this.#tell(`the exchange runs again on the same port, process ${pid}`);
  }

  #noteReturn(): void {
    // It also comes back from a reconnect that somebody has asked for.
    if (!this.#missed) return;
    this.#missed = false;
    const time = performance.now() - (this.#killedAt ?? performance.now());
    this.#tell(`live again ${tenths(time)} s after its death; the subscription was sent anew`);
  }

  #conclude({ supervisor }: SessionEnd, receiver: Receiver): void {
    const received = supervisor.status.pipelines[0]?.sources[0]?.received ?? 0;
    const lines = summary({ received, arrived: receiver.events, ticks: receiver.ticks });
    for (const line of lines) this.#tell(line);
    if (this.#killedAt === undefined)
      this.#tell(`stopped before the exchange was killed, ${span(KILL_AFTER)} after the start`);
    else if (this.#dead) this.#tell('stopped before the exchange was started again');
    this.#console.say('');
    this.#tell('your turn: leave `npm start -- --port 9001` running, and in another terminal save this as my.yaml');
    for (const line of ownConfig('ws://127.0.0.1:9001/')) this.#show(line);
    this.#tell('and run it');
    this.#show('npx hawser run my.yaml');
  }

  #show(code: string): void {
    this.#console.say(`    ${this.#console.style('bold', code)}`);
  }

  #tell(sentence: string): void {
    this.#console.say(this.#console.style('cyan', `» ${sentence}`));
  }
}
