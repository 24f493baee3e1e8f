import { connectionActor } from '../actors/connection.ts';
import { ConnectionHandle } from '../actors/connection-handle.ts';
import type { ConnectionStatus } from '../actors/connection-status.ts';
import { sourceActor } from '../actors/source.ts';
import type { RecordOptions, SourceOptions, WebSocketClientSource } from '../config/options.ts';
import { fileSource } from '../sources/file.ts';
import { functionSource } from '../sources/function.ts';
import type { Intake } from '../sources/intake.ts';
import { peersSource, relaySource } from '../sources/peers.ts';
import { createRecordIntake, needsIntake, type RecordIntake } from '../sources/record-intake.ts';
import { keepSourceCursor } from '../sources/source-cursor.ts';
import { stdinSource } from '../sources/stdin.ts';
import { webSocketSource } from '../sources/web-socket.ts';
import type { SourceStream } from '../streams/source-stream.ts';
import { child, SHUTDOWN } from './child.ts';
import type { ComponentContext, SourceComponent } from './component.ts';
import type { SourceWord } from './status.ts';

export function sourceComponent(
  options: SourceOptions,
  stream: SourceStream,
  context: ComponentContext,
): SourceComponent {
  const { environment, foundation } = context;
  const path = `${context.pipeline}/${options.name}`;
  const state = (): SourceWord => (stream.ended ? 'ended' : 'running');
  const common = { options, stream, state, connection: () => undefined, records: () => undefined };
  const from = (intake: Intake) => ({ ...common, child: child(path, sourceActor(path, stream, intake)) });
  switch (options.kind) {
    case 'web-socket': {
      if (options.options.mode === 'client') return connectedSource(options, options.options, stream, context);
      const endpoint = foundation.endpoint(options.options.endpoint);
      if (options.options.mode === 'relay') return from(relaySource(endpoint));
      const records = recordIntake(options.name, options.options, stream, context);
      return { ...from(peersSource(endpoint, records)), records: () => records?.counts };
    }
    case 'stdin':
      return from(stdinSource(environment.stdio));
    case 'file':
      return from(fileSource(environment.files, options.options.path));
    case 'function': {
      const push = functionSource(stream);
      return { ...from(push.intake), push };
    }
  }
}

function connectedSource(
  options: SourceOptions,
  client: WebSocketClientSource,
  stream: SourceStream,
  context: ComponentContext,
): SourceComponent {
  const id = `${context.pipeline}/${options.name}/connection`;
  const cursor = context.foundation.cursor(options.name);
  if (cursor) {
    const { 'value-field': field, 'value-pointer': pointer } = client.cursor ?? {};
    keepSourceCursor(stream, context.ledger, { cursor, field, pointer });
  }
  const records = recordIntake(options.name, client, stream, context);
  const handle = new ConnectionHandle(context.environment.now);
  let connection: ConnectionStatus | undefined;
  const logic = connectionActor({
    id,
    readyId: id,
    role: 'source',
    options: client,
    environment: context.environment,
    secretsDir: context.secretsDir,
    cursor,
    traffic: () => webSocketSource(stream, records),
    hold: stream,
    demand$: stream.demand$,
    closeIntake: () => stream.end(),
    report: (status, edge) => {
      connection = status;
      if (edge) context.changed();
    },
    handle,
  });
  return {
    options,
    stream,
    child: child(id, logic, {
      shutdown: client['close-timeout'] + SHUTDOWN,
      startTimeout: client.connect['eager-timeout'] ?? null,
    }),
    state: () => (stream.ended ? 'ended' : 'running'),
    connection: () => connection,
    handle,
    records: () => records?.counts,
  };
}

/** What a source makes of its messages, if it does more than pass them on. */
function recordIntake(
  name: string,
  options: Partial<RecordOptions> & Pick<Partial<WebSocketClientSource>, 'cursor'>,
  stream: SourceStream,
  { environment, foundation }: ComponentContext,
): RecordIntake | undefined {
  const hasCursor = options.cursor !== undefined;
  if (!needsIntake(options, hasCursor)) return undefined;
  const { now, clock, logger } = environment;
  return createRecordIntake({ options, schema: foundation.schema(name), stream, now, clock, logger, hasCursor });
}
