import { type Finding, fail, ok, warn } from './findings.ts';

/** The API refuses heartbeats with a larger error (STALE_AFTER_SEC), with some margin. */
const FAIL_SEC = 60;
const WARN_SEC = 5;
/** A ledger without a block for this long is stopped, or our clock is ahead. */
const OLD_HEAD_SEC = 600;

const REMEDY = 'Set the clock by NTP: "timedatectl set-ntp true", or your system’s way.';

/** Our clock against the API's; `aheadSec` is ours minus theirs. */
export function checkApiClock(aheadSec: number | undefined): Finding {
  if (aheadSec === undefined) {
    return warn('clock', 'The API sent no time to compare with.', 'See the line about the API.');
  }
  const text = `Our clock is ${Math.abs(aheadSec)} s ${aheadSec < 0 ? 'behind' : 'ahead of'} the API's.`;
  if (Math.abs(aheadSec) > FAIL_SEC) return fail('clock', text, REMEDY);
  return Math.abs(aheadSec) > WARN_SEC ? warn('clock', text, REMEDY) : ok('clock', text);
}

/** Our clock against the newest block's time. A local ledger makes blocks only when it has something to write. */
export function checkLedgerClock(aheadSec: number, isLocal: boolean): Finding {
  const text = `The newest block is ${Math.abs(aheadSec)} s ${aheadSec < 0 ? 'ahead of our clock' : 'old'}.`;
  if (aheadSec < -FAIL_SEC) return isLocal ? warn('clock', text, REMEDY) : fail('clock', text, REMEDY);
  if (aheadSec <= OLD_HEAD_SEC || isLocal) return ok('clock', text);
  return warn('clock', text, `The ledger's node is stopped, or our clock is ahead. ${REMEDY}`);
}
