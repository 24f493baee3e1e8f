import type { PipelineStatus } from '../index.ts';
import type { EndpointStatus } from '../supervision/status.ts';

/** An endpoint, under the first of the components that use it. */
export interface Served {
  /** `ticks/chat`. */
  readonly component: string;
  readonly name: string;
  readonly endpoint: EndpointStatus;
  /** Its peers are not read from. */
  readonly held: boolean;
}

type Components = Pick<PipelineStatus, 'name' | 'sources' | 'sinks'>;

/** The endpoints of a pipeline, each once. */
export function endpointsOf({ name: pipeline, sources, sinks }: Components): Served[] {
  const served = new Map<string, Served>();
  for (const { name, endpoint, held } of [...sources, ...sinks.map((sink) => ({ ...sink, held: false }))]) {
    if (!endpoint || served.has(endpoint.address)) continue;
    served.set(endpoint.address, { component: `${pipeline}/${name}`, name, endpoint, held });
  }
  return [...served.values()];
}
