import type { Files } from '../environment.ts';
import type { Intake } from './intake.ts';
import { readLines } from './lines.ts';

/** Each line of a file is an event, from its first line to its end. */
export function fileSource(files: Pick<Files, 'read'>, path: string): Intake {
  return (scope) => {
    const input = files.read(path);
    scope.onEnd(() => {
      input.destroy();
      // It may be read again, from its first line.
      scope.stream.endDocument('cut');
    });
    readLines(() => input, path)(scope);
  };
}
