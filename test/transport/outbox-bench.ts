import { PeerOutbox } from '../../src/transport/peer-outbox.ts';
import { ReplayLog } from '../../src/transport/replay-log.ts';
import type { SendQueueOptions } from '../../src/transport/send-queue.ts';
import { RecordedSocket } from './recorded-socket.ts';
import { turn } from './turns.ts';

/** An outbox over a recorded socket, with its edges in order and a log that what is published goes to first. */
export class OutboxBench {
  readonly socket = new RecordedSocket();
  readonly edges: string[] = [];
  readonly log: ReplayLog;
  readonly outbox: PeerOutbox;

  constructor(queue: Partial<SendQueueOptions> = {}, kept = { events: 1000, bytes: 10_000_000 }) {
    this.log = new ReplayLog(kept);
    this.outbox = new PeerOutbox(this.socket, { messages: 4, bytes: 1000, whenFull: 'disconnect', ...queue });
    this.outbox.watch({
      slow: () => this.edges.push('slow'),
      caughtUp: () => this.edges.push('caught up'),
      overflowed: () => this.edges.push('overflowed'),
    });
  }

  /** A turn that no log keeps. */
  send(...texts: string[]): void {
    this.outbox.send(turn(...texts));
  }

  /** Turns of one message each. */
  sendEach(...texts: string[]): void {
    for (const text of texts) this.send(text);
  }

  /** Before the peer is there, or from another one: only the log has it. */
  keep(texts: readonly string[], except?: string): void {
    this.log.append(turn(...texts).pieces, (index) => texts[index], except);
  }

  publish(...texts: string[]): void {
    this.keep(texts);
    this.outbox.send(turn(...texts), true);
  }

  replay(from = this.log.start): void {
    this.outbox.replay(this.log, from, 'p-1');
  }
}
