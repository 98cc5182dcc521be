import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, ok, warn } from './findings.ts';
import { say, speech } from './speech.ts';

/** Older stops are not reported any more. */
const RECENT_SEC = 30 * 86_400;

/** Stops of the last 30 days that fit no charge, or say less than was counted. */
export function checkStops({ at, oddStops }: Snapshot): Finding[] {
  const isRecent = (stop: { at: number }) => at - stop.at <= RECENT_SEC;
  const orphan = oddStops.orphans.findLast(isRecent);
  const low = oddStops.low.findLast(isRecent);
  const findings: Finding[] = [];
  if (orphan !== undefined) {
    const { chargePointId, transactionNumber, meterStopWh } = orphan;
    const text = say('cli.check.stops.orphan', {
      ...{ wallbox: chargePointId, number: transactionNumber, at: speech().moment(orphan.at) },
      ...{ hasRegister: meterStopWh === null ? 'no' : 'yes', stopWh: meterStopWh ?? 0 },
    });
    findings.push(warn('stops', text, say('cli.check.stops.orphan.remedy')));
  }
  if (low !== undefined) {
    const { stopWh, countedWh, bookingId } = low;
    const booking = `${bookingId.slice(0, 10)}…`;
    const text = say('cli.check.stops.low', { stopWh, countedWh, booking, at: speech().moment(low.at) });
    findings.push(warn('stops', text, say('cli.check.stops.low.remedy')));
  }
  return findings.length > 0 ? findings : [ok('stops', say('cli.check.stops.ok'))];
}
