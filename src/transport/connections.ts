import type { Server, Socket } from 'node:net';

/** The connections of one listener, from TCP to their end. */
export class Connections {
  readonly #limit: number;
  readonly #streams = new Set<Socket>();
  #upgraded = 0;
  #refused = 0;

  /** `limit`: most connections that are not upgraded yet. More are ended as they come. */
  constructor(server: Server, limit: number) {
    this.#limit = limit;
    server.on('connection', (stream: Socket) => this.#connected(stream));
  }

  get refused(): number {
    return this.#refused;
  }

  /** The stream, over TCP or TLS, is through its handshake. */
  upgraded(stream: Socket): void {
    this.#upgraded += 1;
    stream.once('close', () => {
      this.#upgraded -= 1;
    });
  }

  /** Ends all of them. Resolves when they have ended. */
  async end(): Promise<void> {
    const ends = [...this.#streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    for (const stream of this.#streams) stream.destroy();
    await Promise.all(ends);
  }

  #connected(stream: Socket): void {
    // Node removes its own listener at the upgrade, TLS keeps one, and an error without a listener ends the process.
    stream.on('error', ignore);
    if (this.#streams.size - this.#upgraded >= this.#limit) {
      this.#refused += 1;
      stream.destroy();
      return;
    }
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
  }
}

function ignore(): void {}
