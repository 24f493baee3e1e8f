import { basename } from 'node:path';
import { UsageError } from '../../errors.ts';
import { packageVersion } from '../../package.ts';
import { readRecordingHead } from '../recording/head.ts';
import { type Control, controlRoutes } from './control.ts';
import { type FeedLimits, type FeedSource, PageFeeds } from './feeds.ts';
import type { RefusalLog } from './refusal-log.ts';
import { assetRoutes, feedRoute, type Routes, recordingRoute, sessionRoute } from './routes.ts';

/** What a page is about: one of recorder and recording. */
export interface PageSubject {
  /** What is seen live. */
  readonly recorder?: FeedSource;
  /** Path of a recording that is played instead. */
  readonly recording?: string;
  /** Left out: the page only looks. */
  readonly control?: Control;
}

/** All that a page server has to give. */
export interface PageContent {
  readonly routes: Routes;
  /** Live only. */
  readonly feeds?: PageFeeds;
}

export interface PageContentOptions {
  readonly subject: PageSubject;
  readonly limits: FeedLimits;
  readonly log: RefusalLog;
  /** Directory of the package, which holds the page's files. */
  readonly root: string;
}

/** @throws UsageError when the recording cannot be played, or there is nothing to show. */
export async function pageContent({ subject, limits, log, root }: PageContentOptions): Promise<PageContent> {
  const { recorder, recording, control } = subject;
  const assets = assetRoutes(root);
  if (recording !== undefined) return { routes: new Map([...assets, ...(await playbackRoutes(recording))]) };
  if (recorder === undefined) throw new UsageError('the inspector needs a recorder or a recording');
  const feeds = new PageFeeds(recorder, limits, log);
  return { routes: new Map([...assets, ...liveRoutes(feeds, control, log)]), feeds };
}

function liveRoutes(feeds: PageFeeds, control: Control | undefined, log: RefusalLog): Routes {
  const title = `process ${process.pid}`;
  return new Map([
    ['/session', sessionRoute({ mode: 'live', control: control !== undefined, version: packageVersion(), title })],
    ['/feed', feedRoute(feeds, log)],
    ...controlRoutes(control, READ_ONLY),
  ]);
}

async function playbackRoutes(path: string): Promise<Routes> {
  const { from } = await readRecordingHead(path);
  const title = basename(path);
  const session = { mode: 'playback', control: false, version: packageVersion(), title, recordedFrom: from } as const;
  return new Map([
    ['/session', sessionRoute(session)],
    ['/recording', recordingRoute(path)],
    ...controlRoutes(undefined, NOT_LIVE),
  ]);
}

const READ_ONLY =
  'this inspector only looks: start hawser with --inspect-control, or inspect({ control: true }), to let it do more\n';
const NOT_LIVE = 'this inspector plays a recording: there is nothing to control\n';
