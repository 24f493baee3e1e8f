import type { ShownSnapshot } from '../../src/inspection/wire.ts';

/** How a word is coloured. The word is always there too. */
export type Tone = 'good' | 'progress' | 'attention' | 'bad' | 'quiet';

/** The states of a connection, in the order in which they are listed. */
export const CONNECTION_WORDS = ['live', 'waiting', 'failed', 'connecting', 'idle'] as const;

/** Those that connections have only now and then: accepted peers, and what was stopped from above. */
export const RARE_WORDS = ['slow', 'closing', 'closed', 'stopped', 'gone'] as const;

/** Of several tags the first one of its machine counts: a slow peer is live too. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  connection: CONNECTION_WORDS,
  delivery: ['failed', 'draining', 'recovering', 'blocked', 'flowing', 'idle'],
  listener: ['failed', 'closed', 'draining', 'listening', 'binding'],
  peer: ['closing', 'slow', 'idle', 'live'],
  pipeline: ['failed', 'stopped', 'draining', 'running', 'starting'],
  supervisor: ['failed', 'ended', 'stopping', 'failing', 'running', 'starting', 'idle'],
};

const TONES: Readonly<Record<string, Tone>> = {
  live: 'good',
  flowing: 'good',
  running: 'good',
  listening: 'good',
  connecting: 'progress',
  starting: 'progress',
  binding: 'progress',
  draining: 'attention',
  stopping: 'attention',
  closing: 'attention',
  waiting: 'attention',
  held: 'attention',
  stalled: 'attention',
  full: 'attention',
  owing: 'attention',
  recovering: 'attention',
  blocked: 'attention',
  slow: 'attention',
  failed: 'bad',
  failing: 'bad',
};

/** Those that somebody should look at. A component that ends is coloured like one that waits, and is none of them. */
const TROUBLED: ReadonlySet<string> = new Set(['failed', 'failing', 'waiting', 'recovering', 'blocked', 'slow']);

export function isTroubled(word: string): boolean {
  return TROUBLED.has(word);
}

/** An actor's state in one word. At its end, and on the way there, that is the name of the state itself. */
export function wordOf(machine: string | undefined, snapshot: ShownSnapshot): string {
  const { status, value } = snapshot;
  if (status === 'done' && typeof value === 'string' && value !== '') return value;
  if (typeof value === 'object' && value.linked === 'closing') return 'closing';
  const tags = snapshot.tags ?? [];
  const known = machine === undefined ? undefined : WORDS[machine]?.find((word) => tags.includes(word));
  if (known !== undefined) return known;
  if (status === 'error') return 'failed';
  if (status === 'done') return machine === 'peer' ? 'closed' : 'ended';
  if (status === 'stopped') return 'stopped';
  return tags[0] ?? 'running';
}

export function toneOf(word: string): Tone {
  return TONES[word] ?? 'quiet';
}
