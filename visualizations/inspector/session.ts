/** What the page shows, as its server says. */
export interface Session {
  readonly mode: 'live' | 'playback';
  readonly control: boolean;
  readonly version: string;
  readonly title: string;
}

/** @throws Error when the server does not say it. */
export async function readSession(): Promise<Session> {
  const response = await fetch('session');
  if (!response.ok)
    throw new Error(`the inspector's server answered ${response.status}: open the page by its whole URL`);
  const told: unknown = await response.json();
  if (typeof told !== 'object' || told === null) throw new Error('the server says nothing of what is to be shown');
  return {
    mode: 'mode' in told && told.mode === 'playback' ? 'playback' : 'live',
    control: 'control' in told && told.control === true,
    version: 'version' in told ? String(told.version) : '',
    title: 'title' in told ? String(told.title) : '',
  };
}
