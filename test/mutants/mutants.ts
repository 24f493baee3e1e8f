/** A mistake that a programmer could make: a behaviour of the product that is gone after it. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Ordinary test files that must fail. The simulation must fail too. */
  readonly tests: readonly string[];
}

export interface Patch {
  /** From the root of the project. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly before: string;
  readonly after: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    // A source's cursor follows what it hands on, not what its sinks have settled.
    name: 'cursor-before-acknowledgement',
    patches: [
      {
        file: 'src/sources/source-cursor.ts',
        before: 'return trail.settled$.subscribe((message) => {',
        after: 'return stream.messages$.subscribe((message) => {',
      },
    ],
    tests: ['test/web-socket/client-cursor-source.test.ts'],
  },
  {
    // A new connection goes on with what was never sent.
    name: 'window-dropped-on-reconnect',
    patches: [
      {
        file: 'src/streams/chunk-queue.ts',
        before: 'this.#next = this.#head;\n    this.#inFlight.events = 0;',
        after: 'this.#next = this.#fresh;\n    this.#inFlight.events = 0;',
      },
    ],
    tests: ['test/streams/buffer-reading.test.ts', 'test/web-socket/client-acknowledgement.test.ts'],
  },
  {
    // A server that accepts and closes is dialled again at once, for ever.
    name: 'attempts-reset-on-open',
    patches: [
      {
        file: 'machines/connection.ts',
        before: "on: { 'socket.open': 'greeting' },",
        after: "on: { 'socket.open': { target: 'greeting', actions: 'forgetAttempts' } },",
      },
    ],
    tests: ['test/machines/connection.test.ts', 'test/web-socket/client-reconnect.test.ts'],
  },
  {
    // Messages of a socket that was left are taken after those of the next one.
    name: 'late-event-of-an-old-socket',
    patches: [
      {
        file: 'src/actors/connection.ts',
        before: 'frames: guard((frames) => current.frames(frames)),',
        after: 'frames: (frames) => current.frames(frames),',
      },
    ],
    tests: ['test/web-socket/client-late-events.test.ts'],
  },
  {
    // What a filter has taken out is nothing to do, so nothing is done about it.
    name: 'filtered-ranges-unsettled',
    patches: [
      {
        file: 'src/streams/sink-stream.ts',
        before: '#append(chunk: Chunk): void {\n',
        after: '#append(chunk: Chunk): void {\n    if (chunkCount(chunk) === 0) return;\n',
      },
    ],
    tests: ['test/streams/sink-stream.test.ts'],
  },
  {
    // The oldest is taken for the first in the queue, which is in flight.
    name: 'drop-oldest-in-flight',
    patches: [
      {
        file: 'src/streams/chunk-queue.ts',
        before: 'let at = this.#fresh;\n',
        after: 'let at = this.#head;\n',
      },
    ],
    tests: ['test/streams/buffer-bounds.test.ts', 'test/streams/buffer-model.test.ts'],
  },
  {
    // The end of the chunks ends the batches, and nobody closes the one that is open.
    name: 'batch-lost-at-drain',
    patches: [{ file: 'src/streams/batcher.ts', before: '          batcher.drain();\n', after: '' }],
    tests: ['test/streams/batcher.test.ts', 'test/web-socket/client-batch.test.ts'],
  },
  {
    // The socket is paused, and the machine that judges it is not told.
    name: 'judged-while-paused',
    patches: [
      {
        file: 'src/actors/connection.ts',
        before: "      sendBack({ type: held ? 'pause' : 'resume' });\n",
        after: '',
      },
    ],
    tests: ['test/web-socket/client-held.test.ts'],
  },
  {
    // A source is told that an event is on disk before it is.
    name: 'settled-before-durable',
    patches: [
      {
        file: 'src/store/folder-log.ts',
        before: '    await folder.store.write([',
        after:
          '    for (const [source, through] of sources) this.durable$.next({ source, through });\n    await folder.store.write([',
      },
    ],
    tests: ['test/store/chunk-log.test.ts'],
  },
];
