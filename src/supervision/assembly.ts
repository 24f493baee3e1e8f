import type { SinkOptions } from '../config/options.ts';
import type { Deliver } from '../sinks/function.ts';
import type { Transform } from '../streams/transforms.ts';
import type { ComponentContext, SinkComponent, SourceComponent } from './component.ts';
import { inOrderOfStart } from './failures.ts';
import { createFoundation, type Foundation, type FoundationOptions } from './foundation.ts';
import { sinkComponent } from './sink-component.ts';
import { sourceComponent } from './source-component.ts';
import type { PipelineStreams } from './streams.ts';

/** What only an application can give to a sink. */
export interface Addition {
  readonly transform?: Transform | undefined;
  readonly deliver?: Deliver | undefined;
}

/** All parts of a pipeline, built at its start, when all sinks are known. Components are in order of start. */
export interface Assembly {
  readonly foundation: Foundation;
  readonly sources: ReadonlyMap<string, SourceComponent>;
  readonly sinks: ReadonlyMap<string, SinkComponent>;
}

export interface AssemblyOptions extends Omit<FoundationOptions, 'resume'> {
  readonly streams: PipelineStreams;
  readonly additions: ReadonlyMap<string, Addition>;
}

export function assemble(options: AssemblyOptions): Assembly {
  const { pipeline, streams, additions, environment, secretsDir, changed } = options;
  streams.equip(pipeline.sources, pipeline.sinks);
  const foundation = createFoundation({ ...options, resume: (sources) => streams.resume(sources) });
  const { ledger } = streams;
  const context = { pipeline: pipeline.name, environment, foundation, ledger, secretsDir, changed };
  return {
    foundation,
    sources: new Map(
      pipeline.sources.map((each) => [each.name, sourceComponent(each, streams.source(each.name), context)]),
    ),
    sinks: new Map(
      inOrderOfStart(pipeline.sinks).map((each) => [
        each.name,
        createSink(each, additions.get(each.name), streams, context),
      ]),
    ),
  };
}

function createSink(
  options: SinkOptions,
  { transform, deliver }: Addition = {},
  streams: PipelineStreams,
  context: ComponentContext,
): SinkComponent {
  const { relay, kind } = options;
  const isUpstream = relay && kind === 'web-socket' && options.options.mode === 'client';
  const upstreamOf = isUpstream ? streams.source(relay.source) : undefined;
  const stream = streams.createSink(options, transform, context.foundation.backlog(options.name));
  return sinkComponent(options, { stream, deliver, upstreamOf }, context);
}
