import { type Address, type Hex, isAddressEqual } from 'viem';
import type { ReadingJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { signerOf } from '../../../protocol/signature.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';

/** How far the agent's clock may be ahead of, or behind, this device's. */
const CLOCK_TOLERANCE_SEC = 120;
/** A wallbox gives a little more than its rating (240 V instead of 230 V), and readings are cut to seconds. */
const POWER_TOLERANCE_PERCENT = 10;
const POWER_TOLERANCE_SEC = 10;

/** What this device knows about the visit, against which a reading is held. */
export interface ReadingContext {
  ref: MarketRef;
  bookingId: Hex;
  agentKey: Address;
  maxPowerW: number;
  /** The booking's window, unix seconds. */
  opens: number;
  closes: number;
  /** When the driver pressed start, if on this device. */
  startedAt: number | undefined;
  /** The newest reading that this device co-signed. */
  last: ReadingJson | undefined;
  nowSec: number;
}

const LOOK =
  'Your limit holds: the host cannot claim more than you signed and the unsigned limit. Stop the charge if you doubt it.';

const CLOCK = `Check the clock of this device. ${LOOK}`;

function refuse(code: string, value: string, rule: string, remedy = LOOK): never {
  throw new PlugpactError({ code: `reading.${code}`, value, rule, remedy });
}

/**
 * Decides whether this device co-signs a reading. Cost needs no check of its own: the ledger never pays above the
 * cap, whatever is signed.
 *
 * @throws PlugpactError `reading.…` with the reason why it is refused.
 */
export async function checkReading(
  context: ReadingContext,
  reading: ReadingJson,
  agentSignature: Hex,
): Promise<void> {
  if (reading.bookingId !== context.bookingId) {
    refuse('otherBooking', reading.bookingId, 'A reading counts for its own booking only.');
  }
  const signer = await signerOf(context.ref, 'Reading', reading, agentSignature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, context.agentKey)) {
    refuse(
      'agentSignature',
      signer ?? 'no signature',
      'A reading must be signed by the agent key of the booking.',
    );
  }
  checkTime(context, reading);
  checkAgainstLast(context.last, reading);
  checkEnergy(context, reading);
}

function checkTime({ opens, closes, startedAt, nowSec }: ReadingContext, reading: ReadingJson): void {
  const { beganAt, endedAt, overstaySec } = reading;
  if (endedAt < beganAt)
    refuse('timeReversed', `${beganAt} to ${endedAt}`, 'A charge cannot end before it began.');
  if (endedAt > nowSec + CLOCK_TOLERANCE_SEC) {
    refuse('fromTheFuture', String(endedAt), 'A reading cannot come from the future.', CLOCK);
  }
  if (beganAt < opens - CLOCK_TOLERANCE_SEC || endedAt > closes + CLOCK_TOLERANCE_SEC) {
    refuse('outsideWindow', `${beganAt} to ${endedAt}`, 'A charge lies within the booked time.', CLOCK);
  }
  if (startedAt !== undefined && beganAt < startedAt - CLOCK_TOLERANCE_SEC) {
    refuse('beforeStart', String(beganAt), 'A charge cannot begin before you started it.', CLOCK);
  }
  if (overstaySec > Math.max(0, nowSec - closes) + CLOCK_TOLERANCE_SEC && overstaySec > 0) {
    refuse(
      'overstayTooLong',
      `${overstaySec} s`,
      'Staying too long counts from the end of the time to unplug.',
    );
  }
}

function checkAgainstLast(last: ReadingJson | undefined, reading: ReadingJson): void {
  if (last === undefined) return;
  if (last.isFinal) refuse('afterFinal', String(reading.seq), 'Nothing follows the final reading.');
  if (reading.seq <= last.seq) {
    refuse('notNewer', String(reading.seq), `The next reading must have a number above ${last.seq}.`);
  }
  if (reading.energyWh < last.energyWh) {
    refuse(
      'energyFell',
      `${reading.energyWh} Wh`,
      `Energy never falls; ${last.energyWh} Wh were signed before.`,
    );
  }
  if (reading.beganAt < last.beganAt || reading.endedAt < last.endedAt) {
    refuse('timeFell', `${reading.beganAt} to ${reading.endedAt}`, 'Time never goes back between readings.');
  }
  if (reading.overstaySec < last.overstaySec) {
    refuse('timeFell', `${reading.overstaySec} s`, 'Time never goes back between readings.');
  }
}

/** Energy within the listed power, over the whole charge and since the last reading that was signed. */
function checkEnergy({ maxPowerW, last }: ReadingContext, reading: ReadingJson): void {
  const whole = mostEnergyWh(maxPowerW, reading.endedAt - reading.beganAt);
  if (reading.energyWh > whole) {
    refuse(
      'powerExceeded',
      `${reading.energyWh} Wh`,
      `${maxPowerW} W give at most ${whole} Wh in this time.`,
    );
  }
  if (last === undefined) return;
  const since = mostEnergyWh(maxPowerW, reading.endedAt - last.endedAt);
  if (reading.energyWh - last.energyWh > since) {
    const more = reading.energyWh - last.energyWh;
    refuse(
      'powerExceeded',
      `${more} Wh more`,
      `${maxPowerW} W give at most ${since} Wh since the last reading.`,
    );
  }
}

/** Wh that the listed power can give in a time, with the tolerances; rounded down. */
function mostEnergyWh(maxPowerW: number, timeSec: number): number {
  const wattSeconds = maxPowerW * (timeSec + POWER_TOLERANCE_SEC);
  return Math.floor((wattSeconds * (100 + POWER_TOLERANCE_PERCENT)) / 360_000);
}
