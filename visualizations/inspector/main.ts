import { Inspector } from './inspector.ts';
import { messageOf, Notices } from './notices.ts';
import { readSession } from './session.ts';
import { Theme } from './theme.ts';

new Theme();
try {
  const session = await readSession();
  const inspector = new Inspector(session);
  if (session.mode === 'live') inspector.follow();
  else await inspector.play(session.title, readServed);
} catch (error) {
  new Notices().tell('start', messageOf(error));
}

/** @throws Error when it is not served. */
async function readServed(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await fetch('recording');
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  return response.body;
}
