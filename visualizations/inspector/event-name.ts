const AFTER = /^xstate\.after\.(.+?)\./;
const OF_ACTOR = /^xstate\.(done|error|snapshot)\.actor\.(.+)$/;

/** An event's type as a person says it: `after pingInterval`, `done prepare`, `init`, `socket.lost`. */
export function eventName(type: string): string {
  const after = AFTER.exec(type)?.[1];
  if (after !== undefined) return `after ${/^\d+$/.test(after) ? `${after} ms` : after}`;
  const [, what, actor] = OF_ACTOR.exec(type) ?? [];
  if (what !== undefined && actor !== undefined) return `${what} ${actor}`;
  return type.replace(/^xstate\./, '');
}
