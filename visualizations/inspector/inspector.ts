import { Announcer } from './announcer.ts';
import { ConnectionList } from './connection-list.ts';
import { Control } from './control.ts';
import { DetailsView } from './details-view.ts';
import { found, setAttribute } from './elements.ts';
import { Feed, type FeedState } from './feed.ts';
import { HeaderView } from './header-view.ts';
import { tellLimits } from './limits.ts';
import { Live } from './live.ts';
import { STEPS } from './model.ts';
import { messageOf, Notices } from './notices.ts';
import { PlaybackBar } from './playback-bar.ts';
import { Player } from './player.ts';
import { type Loaded, loadRecording } from './recording-loading.ts';
import { takeRecordings } from './recording-source.ts';
import type { Choices, Scene, View } from './scene.ts';
import type { Session } from './session.ts';
import { Shortcuts } from './shortcuts.ts';
import { Spoken } from './spoken.ts';
import { countedText, countText } from './texts.ts';
import { newestOf } from './trail.ts';
import { TreeView } from './tree-view.ts';

/** Ages are counted on while nothing comes. */
const SECOND = 1000;

/** What is said when the feed changes; that it begins is not worth a word. */
const SAID: Readonly<Partial<Record<FeedState, string>>> = {
  live: 'Connected to the process again',
  full: '8 pages are open already; waiting for one to close',
  disconnected: 'Disconnected: the process has gone',
  ended: 'The supervisor has stopped',
};

/** The page: what it shows, and what is done with it. Everything that changes is painted once a frame. */
export class Inspector implements Choices {
  readonly canControl: boolean;
  readonly #session: Session;
  readonly #live = new Live();
  readonly #announcer = new Announcer();
  readonly #notices = new Notices();
  readonly #spoken = new Spoken(this.#announcer);
  readonly #control: Control;
  readonly #header = new HeaderView();
  readonly #list: ConnectionList;
  readonly #playback: PlaybackBar;
  readonly #views: readonly View[];
  readonly #pause = found('pause', HTMLButtonElement);
  readonly #back = found('back', HTMLButtonElement);
  #feed: FeedState | undefined;
  #player: Player | undefined;
  #recordingName: string | undefined;
  #chosen: string | undefined;
  #entry: string | undefined;
  #isEnlarged = false;
  #isDue = false;
  /** When a playing recording was painted, by the frame's clock. */
  #playedAt: number | undefined;
  #unknown = 0;

  constructor(session: Session) {
    this.#session = session;
    this.canControl = session.control;
    this.#control = new Control(session.control, this.#announcer, this.#notices);
    this.#list = new ConnectionList(this);
    this.#playback = new PlaybackBar(() => this.#invalidate());
    this.#views = [this.#header, new TreeView(this), this.#list, new DetailsView(this), this.#playback];
    this.#listen();
    setInterval(() => this.#invalidate(), SECOND);
    this.#invalidate();
  }

  /** Shows what is running. */
  follow(): void {
    const feed = new Feed({
      reset: () => this.#live.reset(),
      events: (events) => {
        this.#live.apply(events);
        this.#invalidate();
      },
      unknown: (count) => {
        this.#unknown += count;
        this.#invalidate();
      },
      changed: (state) => this.#noteFeed(state),
    });
    this.#feed = feed.state;
    feed.open();
  }

  /** Shows a recording. Failures are told. */
  async play(name: string, open: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>): Promise<void> {
    this.#notices.tell('recording', `Reading ${name} …`);
    try {
      const loaded = await loadRecording(await open(), (bytes) =>
        this.#notices.tell('recording', `Reading ${name}: ${countText(bytes / 1e6)} MB`),
      );
      this.#notices.forget('recording');
      this.#start(name, loaded);
    } catch (error) {
      this.#notices.tell('recording', `${name} cannot be played: ${messageOf(error)}`);
    }
  }

  choose(key: string | undefined): void {
    if (key !== this.#chosen) this.#entry = undefined;
    if (key === undefined) this.#isEnlarged = false;
    this.#chosen = key;
    this.#invalidate();
  }

  chooseEntry(id: string | undefined): void {
    this.#entry = id;
    this.#invalidate();
  }

  enlarge(): void {
    this.#isEnlarged = !this.#isEnlarged;
    this.#invalidate();
  }

  reconnect(component: string): void {
    this.#control.reconnect(component);
  }

  #listen(): void {
    this.#pause.addEventListener('click', () => this.#togglePause());
    this.#back.addEventListener('click', () => this.#stopPlaying());
    this.#pause.hidden = this.#session.mode === 'playback';
    takeRecordings((file) => void this.play(file.name, async () => file.stream()));
    document.addEventListener('keydown', (event) => this.#escape(event));
    new Shortcuts([
      { key: '/', does: 'filter the connections', run: () => this.#list.focusFilter() },
      {
        key: 'p',
        does: 'pause, or play a recording',
        run: () => (this.#player ? this.#playback.toggle() : this.#togglePause()),
      },
      { key: ',', does: 'previous step of the chosen actor, in a recording', run: () => this.#playback.step(-1) },
      { key: '.', does: 'next step of the chosen actor, in a recording', run: () => this.#playback.step(1) },
    ]);
  }

  #escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (this.#isEnlarged) this.enlarge();
    else if (this.#entry !== undefined) this.chooseEntry(undefined);
    else this.choose(undefined);
  }

  #togglePause(): void {
    if (this.#session.mode === 'playback' || this.#player) return;
    if (this.#live.isPaused) this.#live.resume();
    else this.#live.pause(Date.now());
    setAttribute(this.#pause, 'aria-pressed', String(this.#live.isPaused));
    this.#invalidate();
  }

  #start(name: string, { recording, unknown }: Loaded): void {
    if (unknown > 0)
      this.#notices.tell('unknown', `${name}: ${countedText(unknown, 'line')} not known to this page as events`);
    if (recording.omitted > 0) {
      this.#notices.tell(
        'omitted',
        `${name} is long: ${countedText(recording.omitted, 'event')} at its end ${recording.omitted === 1 ? 'is' : 'are'} not shown`,
      );
    }
    this.#player = new Player(recording);
    this.#recordingName = name;
    this.#entry = undefined;
    this.#back.hidden = this.#session.mode === 'playback';
    this.#pause.hidden = true;
    this.#playback.open(this.#player);
    this.#invalidate();
  }

  #stopPlaying(): void {
    this.#player = undefined;
    this.#recordingName = undefined;
    this.#entry = undefined;
    this.#back.hidden = true;
    this.#pause.hidden = false;
    this.#playback.open(undefined);
    this.#invalidate();
  }

  #noteFeed(state: FeedState): void {
    const before = this.#feed;
    this.#feed = state;
    if (state !== 'live' && state !== 'connecting') this.#live.halt(Date.now());
    if (state === 'ended') this.#control.end();
    const said = SAID[state];
    if (said !== undefined && (state !== 'live' || before !== 'connecting')) this.#announcer.say(said);
    this.#invalidate();
  }

  #invalidate(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame((time) => this.#paint(time));
  }

  #paint(time: number): void {
    this.#isDue = false;
    this.#player?.advance(time - (this.#playedAt ?? time));
    this.#playedAt = this.#player?.isPlaying ? time : undefined;
    this.#header.tell({
      title: this.#session.title,
      feed: this.#feed,
      recording: this.#recordingName,
      isPaused: this.#live.isPaused,
      unseen: this.#live.unseen,
    });
    const scene = this.#scene();
    for (const view of this.#views) view.show(scene);
    document.body.classList.toggle('enlarged', scene.enlarged);
    this.#spoken.follow(scene);
    tellLimits(scene.model, this.#unknown, this.#notices);
    if (this.#player?.isPlaying) this.#invalidate();
  }

  #scene(): Scene {
    const player = this.#player;
    const model = player ? player.playback.model : this.#live.model;
    const chosen = this.#chosen === undefined ? undefined : model.actors.get(this.#chosen);
    return {
      model,
      messages: player ? player.playback.recording : this.#live.messages,
      now: player ? player.playback.time : this.#live.nowAt(Date.now()),
      playback: player !== undefined,
      isOver: !player && this.#feed === 'ended',
      enlarged: this.#isEnlarged && chosen?.machine !== undefined,
      chosen,
      entry:
        chosen && this.#entry !== undefined
          ? newestOf(chosen.timeline, STEPS).find(({ id }) => id === this.#entry)
          : undefined,
    };
  }
}
