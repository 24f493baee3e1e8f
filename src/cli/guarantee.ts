import type { SinkOptions } from '../config/options.ts';

/** What it means for this sink that an event is delivered, in one sentence. */
export function guaranteeOf(sink: SinkOptions): string {
  if (sink.kind !== 'web-socket') return 'delivered means: the operating system has taken it';
  switch (sink.options.ack) {
    case 'pong':
      return "delivered means: the peer's endpoint has answered a ping sent after it (ack: pong)";
    case 'written':
      return 'delivered means: the operating system has taken it; what it and the peer hold can be lost (ack: written)';
  }
}
