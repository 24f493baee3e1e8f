import type { Admission, ListenRequest, Loss, Refusal, UpgradeRequest } from '../environment.ts';
import { statusLoss } from '../transport/loss.ts';
import { lowerCase } from './memory-request.ts';

const FAILED: Refusal = { status: 500 };

/** What a listener answers. Never throws or rejects. */
export function askAdmission({ admit }: ListenRequest, handshake: UpgradeRequest): Admission | Promise<Admission> {
  try {
    const admission = admit?.(handshake);
    return admission instanceof Promise ? admission.catch(() => FAILED) : admission;
  } catch {
    return FAILED;
  }
}

/** What the peer hears of a refusal. */
export function refusalLoss({ status, headers }: Refusal, now: () => number): Loss {
  return statusLoss(status, lowerCase(headers), now);
}
