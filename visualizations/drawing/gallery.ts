import type { AnyStateMachine } from 'xstate';
import { chartTransitions, statesOf } from '../../src/inspection/chart.ts';

/** A machine with the names of its files. */
export interface Exhibit {
  readonly machine: AnyStateMachine;
  readonly svg: string;
  /** Pictures of single states, where that of the whole is wide. */
  readonly details: readonly { readonly state: string; readonly svg: string }[];
}

/** The README beside the pictures. */
export function galleryOf(exhibits: readonly Exhibit[]): string {
  return `${[INTRODUCTION, ...exhibits.map(sectionOf)].join('\n\n')}\n`;
}

function sectionOf({ machine, svg, details }: Exhibit): string {
  const { id } = machine;
  const states = statesOf(machine.root).length - 1;
  const size = `${states} states, ${chartTransitions(machine).length} transitions`;
  return [
    `## ${id}`,
    machine.root.description ?? '',
    `[![The ${id} machine](${svg})](${svg})`,
    ...details.flatMap((detail) => [
      `\`${detail.state}\` alone:`,
      `[![The state ${detail.state} of the ${id} machine](${detail.svg})](${detail.svg})`,
    ]),
    `${size}: [machines/${id}.ts](../machines/${id}.ts), as [SVG](${svg}), as [Mermaid](${id}.mmd), as [JSON for Stately](${id}.json).`,
  ].join('\n\n');
}

const INTRODUCTION = `<!-- Written by npm run visualize. -->

# The machines

How a connection, a sink, a listener, a peer, a pipeline and a supervisor behave is written as state machines in [machines/](../machines), and those run. These pictures are drawn from them by \`npm run visualize\`; a test fails when a machine has changed and its pictures have not.

\`hawser machines\` lists them, and \`hawser machines connection --format mermaid\` prints one (or \`svg\`, or \`json\`). \`hawser run FILE --inspect\` shows them while they run.

## How to read them

- A box is a state; the boxes in it are its states. Dashed boxes side by side are regions, which are all active at once. A double border is a final state, the dot leads to the first state.
- Green is up, blue on its way up, amber waits or winds down, red has failed, grey is at rest: the tags that the status is made of.
- \`entry /\` and \`exit /\` name actions, \`invoke\` an actor that lives as long as the state.
- An arrow says on which event it is taken, \`[under which condition]\` and \`/ with which actions\`. \`after pingInterval\` is a delay, \`done prepare\` and \`error prepare\` are the end of an invoked actor, \`error *\` that of any child. \`[else]\`: when the conditions of the others do not hold.
- A row in a box is a transition too: one that stays in the state (\`↺\` enters it again), one that three or more states have alike (\`pause → suspended\`), or one that leads far away from a box with others in it. \`(ignored)\`: the event is heard here so that no box further out hears it.
- A pill such as \`→ lost\` stands for a state further out; a dashed arrow shows from afar where the pills inside lead. *any state* stands for all states of the box that it is in.

## Open them in Stately's editor

Each file in [machines/](../machines) can be pasted as it is: it imports nothing but \`xstate\` and types, and all in it is literal. In a project of [Stately's editor](https://stately.ai/editor) create a new machine, choose Import in the Code panel (or Machine > Import in the menu), and paste the file. Or paste the JSON from here as \`createMachine(…)\`. Importing replaces the machine that is selected. [Stately's own description](https://stately.ai/docs/import-from-code).

In a program: \`createMachine(JSON.parse(text))\` gives the same states and transitions, with actions, guards and actors by name only; \`.provide()\` fills them in. \`hawser/machines\` exports the machines themselves.`;
