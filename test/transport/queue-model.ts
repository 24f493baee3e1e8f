import type { SendQueueOptions } from '../../src/transport/send-queue.ts';

export interface ModelMessage {
  readonly text: string;
  readonly key: string | undefined;
  /** On the wire. */
  readonly bytes: number;
}

/** What a send queue is, as a plain array. */
export class QueueModel {
  readonly options: SendQueueOptions;
  waiting: ModelMessage[] = [];
  dropped = 0;
  conflated = 0;

  constructor(options: SendQueueOptions) {
    this.options = options;
  }

  get bytes(): number {
    return this.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  push(message: ModelMessage): boolean {
    const { whenFull } = this.options;
    if (whenFull === 'conflate' && message.key !== undefined) {
      const others = this.waiting.filter(({ key }) => key !== message.key);
      this.conflated += this.waiting.length - others.length;
      this.waiting = others;
    }
    while (!this.hasRoom(message)) {
      if (whenFull === 'disconnect') return false;
      this.dropped += 1;
      if (whenFull === 'drop-newest') return true;
      this.waiting.shift();
    }
    this.waiting.push(message);
    return true;
  }

  takeAll(): string[] {
    return this.waiting.splice(0).map(({ text }) => text);
  }

  hasRoom({ bytes }: ModelMessage): boolean {
    const { waiting, options } = this;
    return waiting.length === 0 || (waiting.length < options.messages && this.bytes + bytes <= options.bytes);
  }
}
