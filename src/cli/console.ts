import type { Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { Stdio } from '../index.ts';
import { nodeEnvironment } from '../node-environment.ts';
import type { Level } from './level.ts';
import { createLogger, readableLine } from './log.ts';
import { createScreen, type Screen } from './screen.ts';
import { colourStyle, plainStyle, type Style } from './style.ts';

/** What a command tells people: logs on stderr, and on a terminal a status line below them. */
export interface Console {
  readonly logger: Logger;
  readonly style: Style;
  /** For the pipeline: its stdout does not run into the status line. */
  readonly stdio: Stdio;
  /** Absent when stderr is no terminal. */
  readonly screen: Screen | undefined;
  /** A line that is no log entry. */
  say(line: string): void;
}

export interface ConsoleOptions {
  readonly level: Level;
  /** Readable log lines also where stderr is no terminal. */
  readonly readable?: boolean;
}

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface ConsoleStreams extends Stdio {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Binds logs, status line and data to the streams of a process. */
export function createConsole(options: ConsoleOptions, streams: ConsoleStreams = process): Console {
  const { stdin, stdout, stderr, env } = streams;
  const terminal = stderr.isTTY === true;
  const able = terminal && env.TERM !== 'dumb';
  const style = able && !env.NO_COLOR ? colourStyle : plainStyle;
  const screen = able ? createScreen(stderr, nodeEnvironment().clock) : undefined;
  const say = screen ? (lines: string) => screen.print(lines) : (lines: string) => void stderr.write(lines);
  const readable = terminal || options.readable === true;
  return {
    logger: createLogger(options.level, readable ? (line) => say(readableLine(line, style)) : say),
    style,
    stdio: { stdin, stdout: screen && stdout.isTTY ? screen.above(stdout) : stdout, stderr },
    screen,
    say: (line) => say(`${line}\n`),
  };
}
