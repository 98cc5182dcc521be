import type { Snapshot } from '../status/snapshot.ts';
import { momentText } from '../status/times.ts';
import { type Finding, ok, warn } from './findings.ts';

/** Older stops are not reported any more. */
const RECENT_SEC = 30 * 86_400;

/** Stops of the last 30 days that fit no charge, or say less than was counted. */
export function checkStops({ at, oddStops }: Snapshot): Finding[] {
  const isRecent = (stop: { at: number }) => at - stop.at <= RECENT_SEC;
  const orphan = oddStops.orphans.findLast(isRecent);
  const low = oddStops.low.findLast(isRecent);
  const findings: Finding[] = [];
  if (orphan !== undefined) {
    const register = orphan.meterStopWh === null ? 'no register' : `the register at ${orphan.meterStopWh} Wh`;
    const text = `${orphan.chargePointId} stopped the transaction ${orphan.transactionNumber}, which no charge has, with ${register} (${momentText(orphan.at)}).`;
    findings.push(warn('stops', text, 'It billed nobody. Update the wallbox if it comes again.'));
  }
  if (low !== undefined) {
    const text = `A stop says ${low.stopWh} Wh where its values had said ${low.countedWh} Wh (booking ${low.bookingId.slice(0, 10)}…, ${momentText(low.at)}).`;
    const remedy =
      'Without the driver nothing above the stop is claimed. Have the meter and its firmware checked.';
    findings.push(warn('stops', text, remedy));
  }
  return findings.length > 0 ? findings : [ok('stops', 'Every stop fits its charge.')];
}
