import { checkAgreement } from './agreement.ts';
import type { Complaint } from './complaint.ts';
import { componentsOf, withEmptyKinds } from './component.ts';
import { idleCursors } from './cursors.ts';
import { type SharedBind, sharedBinds } from './endpoints.ts';
import { check } from './issues.ts';
import { normalise } from './normalisation.ts';
import type { PipelineOptions } from './options.ts';
import { pipelineSchema } from './pipeline.ts';
import { checkRelays } from './relays.ts';
import { checkStructure } from './structure.ts';
import { isRecord, type Path, startsWith } from './tree.ts';

/** What a pipeline of the native shape comes to. */
export interface Native {
  /** Absent when there are complaints. */
  readonly options?: PipelineOptions;
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly Complaint[];
  readonly written: Readonly<Record<string, unknown>>;
}

/** Checks a pipeline of the native shape, its placeholders filled in, as a whole. */
export function checkNative(input: unknown): Native {
  const pipeline = withEmptyKinds(input);
  const written = isRecord(input) ? input : {};
  const binds = sharedBinds(pipeline);
  const checked = check(pipelineSchema, pipeline);
  const idle = checkRelays(componentsOf(pipeline));
  const complaints = [
    ...idle,
    ...[...checkStructure(pipeline), ...checked.complaints].filter(({ path }) => !isWithin(path, idle)),
    ...checkAgreement(binds),
  ];
  if (checked.value === undefined || complaints.length > 0) return { complaints, warnings: [], written };
  const options = normalise(checked.value, binds);
  return {
    options,
    complaints,
    warnings: [
      ...unheard(options),
      ...unreplayed(binds),
      ...idleCursors(componentsOf(pipeline)),
      ...unanswering(binds),
    ],
    written,
  };
}

/** What is wrong inside of an option that has no effect is noise. */
function isWithin(path: Path, idle: readonly Complaint[]): boolean {
  return idle.some((each) => startsWith(path, each.path));
}

function unheard(options: PipelineOptions): Complaint[] {
  const taken = new Set(options.sinks.flatMap((sink) => sink.inputs));
  return options.sources.flatMap(({ name }, index) =>
    taken.has(name) ? [] : [{ path: ['sources', index], message: `no sink takes what ${name} gives` }],
  );
}

/** A cursor that peers give and nothing is sent again for. */
function unreplayed(binds: readonly SharedBind[]): Complaint[] {
  return binds.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ members }) => {
      if (members.some(({ written }) => written.replay !== undefined)) return [];
      const having = members.filter(({ written }) => written.cursor !== undefined);
      return having.map(({ path }) => ({
        path: [...path, 'cursor'],
        at: 'key' as const,
        message: 'has no effect without replay beside it',
      }));
    }),
  );
}

/** A sink that answers peers of whom no source tells. */
function unanswering(binds: readonly SharedBind[]): Complaint[] {
  return binds.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ id, members }) => {
      if (members.some(({ side }) => side === 'source')) return [];
      const answering = members.filter(({ checked }) => checked.mode === 'server-input');
      return answering.map(({ path }) => ({
        path,
        message: `answers the peers of ${id}, where no source listens: its events can have no peer.id of them`,
      }));
    }),
  );
}
