import type { Files } from '../environment.ts';
import type { LineEncoder } from '../messages/batch-encoder.ts';
import { writeLines } from './lines.ts';
import type { Outlet } from './outlet.ts';

/** Lines at the end of a file, which is created when it is missing. */
export function fileSink(files: Pick<Files, 'append'>, path: string, encode: LineEncoder): Outlet {
  return (scope) => {
    const output = files.append(path);
    scope.onEnd(() => output.end());
    writeLines(() => output, path, encode)(scope);
  };
}
