import type { Recording } from './playback.ts';
import { RecordingReader } from './recording-reader.ts';

export interface Loaded {
  readonly recording: Recording;
  /** Lines that are no event this page knows. */
  readonly unknown: number;
}

/** Milliseconds after which the page may be painted between. */
const TURN = 40;

/** Reads a recording as it comes. @throws Error when it holds no event. */
export async function loadRecording(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  progress: (bytes: number) => void,
): Promise<Loaded> {
  const reader = new RecordingReader();
  const decoder = new TextDecoder();
  let bytes = 0;
  let turn = performance.now();
  const parts = stream.getReader();
  for (;;) {
    const { done, value: part } = await parts.read();
    if (done) break;
    bytes += part.byteLength;
    reader.add(decoder.decode(part, { stream: true }));
    if (performance.now() - turn < TURN) continue;
    progress(bytes);
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }
  reader.end();
  const { recording, unknown } = reader;
  if (recording.length === 0)
    throw new Error('it holds no events of hawser. Make one with `hawser run FILE --record RECORDING`');
  return { recording, unknown };
}
