import type { MeterValue } from '../drivers/charge-point-events.ts';
import { chargePointSec } from '../drivers/charge-point-time.ts';
import { measuredNames, measuredOf } from '../drivers/electrical.ts';
import type { SampledValue } from '../drivers/meter.ts';
import type { Journal } from '../journal/journal.ts';

/** At most one line is kept in this time. */
const LINE_SEC = 10;
/** A charge point that was away for longer than this has a wrong clock. */
const OLDEST_KEPT_SEC = 86_400;

/** Keeps what connectors report of voltage, current, power and temperature while they charge. */
export class Measurements {
  readonly #journal: Pick<Journal, 'addMeasured'>;
  /** The values that the newest line of each connector has. */
  readonly #newest = new Map<string, { at: number; has: Set<string> }>();

  constructor(journal: Pick<Journal, 'addMeasured'>) {
    this.#journal = journal;
  }

  /** Part of the caller's journal transaction. `at`: unix seconds. */
  keep(chargePointId: string, connectorId: number, values: readonly MeterValue[], at: number): void {
    for (const { timestamp, sampledValue } of values)
      this.#add(chargePointId, connectorId, sampledValue, sampledAt(timestamp, at));
  }

  #add(chargePointId: string, connectorId: number, values: SampledValue[], sampledSec: number): void {
    const at = sampledSec - (sampledSec % LINE_SEC);
    const ref = `${chargePointId}/${connectorId}`;
    const newest = this.#newest.get(ref);
    const has = newest?.at === at ? newest.has : new Set<string>();
    if (measuredNames(values).every((name) => has.has(name))) return;
    const measured = measuredOf(values);
    const names = Object.entries(measured).flatMap(([name, parts]) =>
      Object.keys(parts).map((part) => `${name} ${part}`),
    );
    if (names.every((name) => has.has(name))) return;
    this.#newest.set(ref, { at, has: new Set([...has, ...names]) });
    this.#journal.addMeasured(at, chargePointId, connectorId, JSON.stringify(measured));
  }
}

/** Values that the charge point kept while it was away count in their own time, if its clock may be right. */
function sampledAt(timestamp: string, at: number): number {
  const seconds = chargePointSec(timestamp);
  return seconds !== null && seconds <= at && at - seconds <= OLDEST_KEPT_SEC ? seconds : at;
}
