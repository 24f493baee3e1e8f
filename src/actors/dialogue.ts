import type { ReceivedFrame } from '../environment.ts';
import type { PreparedHandshake } from '../transport/handshake.ts';
import { Answers, type AnswersOptions } from './answers.ts';
import { ReceivedValue } from './received-value.ts';
import { Script, type ScriptOptions } from './script.ts';

/** Hands on frames, all of them of one read turn. */
export type Pass = (frames: readonly ReceivedFrame[]) => void;

/** Frames that the script expected count as answered. */
export type DialogueOptions = Omit<ScriptOptions, 'steps'> & Omit<AnswersOptions, 'rules'>;

/**
 * Takes out of one socket's frames what is no event: the replies that the script expects, and what is answered. All
 * else is passed on in order; as long as nothing is expected and there is nothing to answer, unread.
 */
export class Dialogue {
  readonly script: Script;
  readonly #answers: Answers;
  readonly #report: DialogueOptions['report'];
  #over = false;

  constructor(
    { script: steps, answers: rules }: Pick<PreparedHandshake, 'script' | 'answers'>,
    options: DialogueOptions,
  ) {
    this.script = new Script({ ...options, steps });
    this.#answers = new Answers({ ...options, rules });
    this.#report = options.report;
  }

  /** The close frame is next. */
  close(): void {
    this.#answers.close();
  }

  /** The socket is gone: what is left of a turn goes with it. */
  end(): void {
    this.#over = true;
  }

  route(frames: readonly ReceivedFrame[], pass: Pass): void {
    if (this.#answers.none && !this.script.expects) pass(frames);
    else this.#sift(frames, pass);
  }

  /** @throws what `pass` has thrown first, once all of the turn is passed on. */
  #sift(frames: readonly ReceivedFrame[], pass: Pass): void {
    let others: ReceivedFrame[] = [];
    let fault: { readonly error: unknown } | undefined;

    function passOthers(): void {
      const passed = others;
      others = [];
      try {
        if (passed.length > 0) pass(passed);
      } catch (error) {
        fault ??= { error };
      }
    }

    for (const frame of frames) {
      const received = new ReceivedValue(frame);
      if (this.script.awaits(received)) {
        // What came before it is handed on before the connection goes live, or is lost.
        passOthers();
        this.#report.answered();
        this.script.take(received);
        if (this.#over) break;
      } else if (!this.#answers.take(received)) {
        others.push(frame);
      }
    }
    passOthers();
    if (fault) throw fault.error;
  }
}
