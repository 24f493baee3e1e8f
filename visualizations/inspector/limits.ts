import type { Model } from './model.ts';
import type { Notices } from './notices.ts';
import { countedText } from './texts.ts';

/** Says what is not shown, and which bound kept it away. `unknown`: events of the feed that this page does not know. */
export function tellLimits({ tally }: Model, unknown: number, notices: Notices): void {
  const { untold, reason = 'a bound was reached', unshown } = tally;
  if (untold > 0) notices.tell('untold', `Not told: ${countedText(untold, 'event')}, since ${reason}`);
  if (unshown > 0) notices.tell('unshown', `Not shown: ${countedText(unshown, 'further actor')}`);
  if (unknown > 0) {
    notices.tell('unknown', `Not of a version that this page knows: ${countedText(unknown, 'event')}. Reload the page`);
  }
}
