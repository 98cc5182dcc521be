import { type Finding, fail, ok, warn } from './findings.ts';
import { say } from './speech.ts';

/** The API refuses heartbeats with a larger error (STALE_AFTER_SEC), with some margin. */
const FAIL_SEC = 60;
const WARN_SEC = 5;
/** A ledger without a block for this long is stopped, or our clock is ahead. */
const OLD_HEAD_SEC = 600;

/** Our clock against the API's; `aheadSec` is ours minus theirs. */
export function checkApiClock(aheadSec: number | undefined): Finding {
  if (aheadSec === undefined) {
    return warn('clock', say('cli.check.clock.unknown'), say('cli.check.clock.unknown.remedy'));
  }
  const values = { sec: Math.abs(aheadSec), isBehind: aheadSec < 0 ? 'yes' : 'no' };
  const text = say('cli.check.clock.api', values);
  const remedy = say('cli.check.clock.remedy');
  if (Math.abs(aheadSec) > FAIL_SEC) return fail('clock', text, remedy);
  return Math.abs(aheadSec) > WARN_SEC ? warn('clock', text, remedy) : ok('clock', text);
}

/** Our clock against the newest block's time. A local ledger makes blocks only when it has something to write. */
export function checkLedgerClock(aheadSec: number, isLocal: boolean): Finding {
  const word = aheadSec < 0 ? 'cli.check.clock.blockAhead' : 'cli.check.clock.blockOld';
  const text = say(word, { sec: Math.abs(aheadSec) });
  const remedy = say('cli.check.clock.remedy');
  if (aheadSec < -FAIL_SEC) return isLocal ? warn('clock', text, remedy) : fail('clock', text, remedy);
  if (aheadSec <= OLD_HEAD_SEC || isLocal) return ok('clock', text);
  return warn('clock', text, say('cli.check.clock.stopped.remedy'));
}
