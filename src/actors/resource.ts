import {
  type AnyActorRef,
  type AnyEventObject,
  type EventObject,
  fromCallback,
  type NonReducibleUnknown,
} from 'xstate';
import type { Guard } from '../transport/traffic.ts';

export interface ResourceScope<In extends EventObject, Input = NonReducibleUnknown> {
  readonly self: AnyActorRef;
  readonly input: Input;
  /** Sends to the parent, until the resource has ended. */
  readonly sendBack: (event: AnyEventObject) => void;
  readonly receive: (handler: (event: In) => void) => void;
  /** For every handler of a socket, stream or timer. */
  readonly guard: Guard;
  /** Crashes the actor. */
  readonly crash: (error: unknown) => void;
  /** Runs once, at the end of the resource, last registered first. */
  readonly onEnd: (dispose: () => void) => void;
}

/**
 * An actor around something that must be released: a socket, a subscription, a timer. However it ends (stopped, its
 * own error, an error of a handler), its disposers run once and its parent hears nothing more. XState's bare callback
 * actor runs no disposer when a receiver throws, and goes on sending.
 */
export function resource<In extends EventObject = EventObject, Input = NonReducibleUnknown>(
  run: (scope: ResourceScope<In, Input>) => void,
) {
  return fromCallback<In, Input>(({ self, input, sendBack, receive }) => {
    const ref: AnyActorRef = self;
    const disposers: (() => void)[] = [];
    let ended = false;
    let failure: { readonly error: unknown } | undefined;

    function end(): void {
      ended = true;
      for (let dispose = disposers.pop(); dispose; dispose = disposers.pop()) dispose();
    }

    /**
     * Only a throw inside a receiver makes a callback actor fail, so the crash is sent to itself; not before the caller
     * is done: a source that is in the middle of handing on must not be ended or restarted under its own hands.
     */
    function crash(error: unknown): void {
      if (ended) return;
      end();
      failure = { error };
      queueMicrotask(() => {
        if (ref.getSnapshot().status === 'active') ref.send({ type: 'hawser.crash' });
      });
    }

    function guard<Args extends unknown[]>(handler: (...args: Args) => void) {
      return (...args: Args): void => {
        if (ended) return;
        try {
          handler(...args);
        } catch (error) {
          crash(error);
        }
      };
    }

    let handler: (event: In) => void = () => {};
    receive((event) => {
      if (failure) throw failure.error;
      try {
        handler(event);
      } catch (error) {
        end();
        throw error;
      }
    });

    try {
      run({
        self: ref,
        input,
        sendBack: (event) => {
          if (!ended) sendBack(event);
        },
        receive: (next) => {
          handler = next;
        },
        guard,
        crash,
        onEnd: (dispose) => {
          if (ended) dispose();
          else disposers.push(dispose);
        },
      });
    } catch (error) {
      end();
      throw error;
    }
    return end;
  });
}
