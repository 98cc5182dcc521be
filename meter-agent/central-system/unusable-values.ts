import type { Logger } from 'pino';
import type { Hex } from 'viem';
import type { UnusableReason } from '../../protocol/notices.ts';
import type { MeterValue } from '../drivers/charge-point-events.ts';
import { ENERGY, isKnownUnit, type SampledValue } from '../drivers/meter.ts';
import type { SessionStore } from '../journal/session-store.ts';

export interface UnusableValuesParts {
  sessions: SessionStore;
  nowSec: () => number;
  log: Logger;
}

interface Unusable {
  reason: UnusableReason;
  /** As the charge point wrote it. */
  value: string;
}

const MAX_SHOWN = 60;

function whyUnusable({ value, unit, phase, location = 'Outlet' }: SampledValue): Unusable {
  const shown = [value, unit, phase].filter((word) => word !== undefined).join(' ');
  if (phase !== undefined) return { reason: 'PHASE', value: shown };
  if (location !== 'Outlet') return { reason: 'LOCATION', value: `${shown} ${location}` };
  return { reason: isKnownUnit(unit) ? 'NUMBER' : 'UNIT', value: shown };
}

/** Why no register was read in these values, if one could have been. */
function unusableOf(values: readonly MeterValue[]): Unusable | undefined {
  const registers = values
    .flatMap(({ sampledValue }) => sampledValue)
    .filter(({ format, measurand = ENERGY }) => format !== 'SignedData' && measurand === ENERGY)
    .filter(({ context }) => context !== 'Transaction.Begin');
  const [first] = registers;
  return first === undefined ? undefined : whyUnusable(first);
}

/** Meter values that cannot be counted for a session: one log line for each kind, and the reason for its people. */
export class UnusableValues {
  readonly #parts: UnusableValuesParts;
  readonly #logged = new Set<string>();

  constructor(parts: UnusableValuesParts) {
    this.#parts = parts;
  }

  /** Values that name a transaction that is not this charge point's. */
  ofTransaction(chargePointId: string, connectorId: number, transactionId: number): void {
    const session = this.#parts.sessions.liveOn(chargePointId, connectorId);
    if (session?.transaction == null) return;
    this.#add(session.plan.bookingId, { reason: 'TRANSACTION', value: String(transactionId) });
  }

  /** Values of the booking's own transaction without a register that could be read. */
  ofBooking(bookingId: Hex, values: readonly MeterValue[]): void {
    const unusable = unusableOf(values);
    if (unusable !== undefined) this.#add(bookingId, unusable);
  }

  #add(bookingId: Hex, { reason, value }: Unusable): void {
    const { sessions, nowSec, log } = this.#parts;
    const shown = value.slice(0, MAX_SHOWN);
    sessions.apply(bookingId, { type: 'unusable', reason, value: shown, at: nowSec() });
    const key = `${bookingId} ${reason}`;
    if (this.#logged.has(key)) return;
    this.#logged.add(key);
    log.warn({ bookingId, reason, value: shown }, 'meter values that are not counted');
  }
}
