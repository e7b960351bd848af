import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { Incident } from './auditEntry.ts';
import type { HandRules } from './handRules.ts';
import type { PolicyStore } from './policyStore.ts';

/** How often it is looked for rules whose time is over, in milliseconds; they decide nothing meanwhile. */
const sweepIntervalMs = 60_000;

/** What a sweep works on. */
export interface SweptRules {
  readonly handRules: HandRules;
  readonly policy: PolicyStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recordIncident: (incident: Incident, caller: null) => void;
}

/** Takes rules that persons made for a time out of their file when it is over, now and from then on, and notes it. */
export function sweepRules(parts: SweptRules): Disposable {
  sweep(parts);
  const timer = setInterval(() => sweep(parts), sweepIntervalMs);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}

function sweep({ handRules, policy, clock, logger, recordIncident }: SweptRules): void {
  const swept = handRules.removeExpired(clock.now());
  if (!swept.ok) {
    logger.warn(`rules whose time is over stay: ${swept.error}`);
    return;
  }
  for (const { policy: name, action, pattern } of swept.value) {
    const message = `its time is over: ${action} \`${pattern}\``;
    recordIncident({ what: `rule ${name} taken out`, message, refused: false }, null);
  }
  if (swept.value.length > 0) policy.reload();
}
