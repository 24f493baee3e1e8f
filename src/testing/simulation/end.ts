import type { Verdict } from '../ledger-verdict.ts';
import type { ConsumerHost } from './consumer-host.ts';
import { judgeExpectation, type Standing } from './expectations.ts';
import type { Findings } from './findings.ts';
import type { Expectation } from './scenario.ts';

/** Judges what is left at the end, also what no expectation speaks of: nothing is lost, and the exit code is 0. */
export function judgeEnd(
  expectations: readonly Expectation[],
  standing: Standing & { readonly exit: number },
  findings: Findings,
): readonly Verdict[] {
  const ends = expectations.filter(({ at }) => at === 'end');
  for (const end of ends) judgeExpectation(end, standing, findings);
  if (ends.every(({ exit }) => exit === undefined)) judgeExpectation({ at: 'end', exit: 0 }, standing, findings);
  const said = new Set(ends.flatMap(({ lost = {} }) => Object.keys(lost)));
  return [...standing.consumers.values()].map((consumer) => judgeConsumer(consumer, said, findings));
}

function judgeConsumer(consumer: ConsumerHost, said: ReadonlySet<string>, findings: Findings): Verdict {
  const { oracle, outstanding, plan } = consumer;
  const { host } = plan;
  // What nobody has promised to deliver: it never reached its source, was counted as gone, or did not pass.
  oracle.drop(host, Math.max(0, consumer.verdict().lost - outstanding));
  findings.checks += 1;
  if (outstanding > 0 && !said.has(host)) {
    findings.fail(`lost on the way to ${host}`, '0', `${outstanding}, of ${consumer.missing}`);
  }
  judgeDrops(consumer, findings);
  const verdict = consumer.verdict();
  // The first two have been judged already.
  for (const fault of verdict.faults.filter((each) => !/^\d+ (lost|out of order)/.test(each))) {
    findings.fail(`judge of ${host}`, 'nothing', fault);
  }
  return verdict;
}

/**
 * What has come was not dropped: a full buffer touches nothing that is in flight, and what cannot be sent is not sent.
 * Poison is counted without a number, and once more when a disk has kept it over the end of a process.
 */
function judgeDrops({ plan, passages, drops, lives }: ConsumerHost, findings: Findings): void {
  let unheard = (findings.faults.poison ?? 0) * (plan.durability === undefined ? 1 : lives);
  for (const passage of passages.values()) unheard += passage.unheard;
  findings.checks += 1;
  if (drops.unsent <= unheard) return;
  const expected = `at most ${unheard}, which have not come to ${plan.host}`;
  findings.fail(`${plan.sink}.dropped, rejected and failed`, expected, String(drops.unsent));
}
