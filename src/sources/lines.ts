import type { Readable } from 'node:stream';
import type { Intake } from './intake.ts';
import { expectsText, isText, receiveSound } from './sound.ts';

/** Longest line that is read, in bytes: as long as the largest message that a client accepts by default. */
export const MAX_LINE = 16 * 1024 * 1024;

/** Each line of a stream is an event, without its line end. The source ends with the stream, and so does its document. */
export function readLines(open: () => Readable, describe: string): Intake {
  return ({ stream, ended, failed, guard, onEnd }) => {
    const input = open();
    const splitter = createSplitter();

    const notUtf8 = { code: 'utf8', message: `a line of ${describe} is not UTF-8` };

    function take(lines: readonly Line[]): void {
      if (expectsText(stream)) receiveSound(stream, lines, ({ data }) => isText(data), notUtf8);
      else stream.receive(lines);
    }

    const onData = guard((data: Buffer | string) => {
      const lines = splitter.split(typeof data === 'string' ? Buffer.from(data) : data);
      take(lines);
      if (splitter.pending > MAX_LINE) failed(new Error(`${describe}: a line is longer than ${MAX_LINE} bytes`));
    });
    const onClose = guard(() => {
      take(splitter.flush());
      stream.endDocument('complete');
      ended();
    });
    const onError = guard((error: Error) => failed(new Error(`${describe}: ${error.message}`, { cause: error })));

    input.on('data', onData);
    input.once('end', onClose);
    input.on('error', onError);
    input.off('error', ignore);
    // An intake before this one has paused it, and may have seen its end.
    if (stream.held) input.pause();
    else input.resume();
    if (input.readableEnded) onClose();
    const holding = stream.held$.subscribe(guard((held: boolean) => (held ? input.pause() : input.resume())));

    onEnd(() => {
      holding.unsubscribe();
      input.off('data', onData);
      input.off('end', onClose);
      input.pause();
      // An error that comes after the end has nobody else to hear it, and would end the process.
      input.off('error', onError);
      input.on('error', ignore);
    });
  };
}

function ignore(): void {}

interface Line {
  readonly data: Buffer;
}

interface Splitter {
  split(data: Buffer): Line[];
  flush(): Line[];
  /** Bytes of the line that has not ended. */
  readonly pending: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

function createSplitter(): Splitter {
  let open: Buffer[] = [];
  let pending = 0;

  function finish(last: Buffer): Line {
    const line = open.length === 0 ? last : Buffer.concat([...open, last]);
    open = [];
    pending = 0;
    return { data: line.at(-1) === RETURN ? line.subarray(0, -1) : line };
  }

  return {
    split(data) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
        lines.push(finish(data.subarray(start, end)));
        start = end + 1;
      }
      if (start < data.length) {
        open.push(data.subarray(start));
        pending += data.length - start;
      }
      return lines;
    },
    flush: () => (pending > 0 ? [finish(Buffer.alloc(0))] : []),
    get pending() {
      return pending;
    },
  };
}
