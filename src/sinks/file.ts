import type { Files, Logger } from '../environment.ts';
import { writeLines } from './lines.ts';
import type { Outlet } from './outlet.ts';

/** One line each at the end of a file, which is created when it is missing. */
export function fileSink(files: Pick<Files, 'append'>, path: string, logger: Logger): Outlet {
  return (scope) => {
    const output = files.append(path);
    scope.onEnd(() => output.end());
    writeLines(() => output, path, logger)(scope);
  };
}
