import { type Address, type Hex, isAddressEqual } from 'viem';
import type { ReadingJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { signerOf } from '../../../protocol/signature.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';

/** How far the clocks of agent and device may differ. */
const CLOCK_TOLERANCE_SEC = 120;
/** A wallbox may deliver a little more than its rating (240 V instead of 230 V), and times are whole seconds. */
const POWER_TOLERANCE_PERCENT = 10;
const POWER_TOLERANCE_SEC = 10;

/** What this device knows about the session, for checking a reading. */
export interface ReadingContext {
  ref: MarketRef;
  bookingId: Hex;
  agentKey: Address;
  maxPowerW: number;
  /** The booking's window, unix seconds. */
  opens: number;
  closes: number;
  /** When the driver pressed start on this device; undefined when the start was made elsewhere. */
  startedAt: number | undefined;
  /** The newest reading that this device co-signed. */
  last: ReadingJson | undefined;
  nowSec: number;
}

const LOOK =
  'The host cannot claim more than you signed plus the unsigned limit. Stop the charge if this looks wrong.';

const CLOCK = `Check the clock of this device. ${LOOK}`;

function refuse(code: string, value: string, rule: string, remedy = LOOK): never {
  throw new PlugpactError({ code: `reading.${code}`, value, rule, remedy });
}

/**
 * Decides whether this device co-signs a reading. The cost needs no check: the ledger never pays more than the cap,
 * whatever is signed.
 *
 * @throws PlugpactError `reading.…` with the reason why it is refused.
 */
export async function checkReading(
  context: ReadingContext,
  reading: ReadingJson,
  agentSignature: Hex,
): Promise<void> {
  if (reading.bookingId !== context.bookingId) {
    refuse('otherBooking', reading.bookingId, 'The reading must be for this booking.');
  }
  const signer = await signerOf(context.ref, 'Reading', reading, agentSignature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, context.agentKey)) {
    refuse(
      'agentSignature',
      signer ?? 'no signature',
      'The reading must be signed by the agent key of the booking.',
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
    refuse('outsideWindow', `${beganAt} to ${endedAt}`, 'A charge must be within the booked time.', CLOCK);
  }
  if (startedAt !== undefined && beganAt < startedAt - CLOCK_TOLERANCE_SEC) {
    refuse('beforeStart', String(beganAt), 'A charge cannot begin before you started it.', CLOCK);
  }
  if (overstaySec > Math.max(0, nowSec - closes) + CLOCK_TOLERANCE_SEC && overstaySec > 0) {
    refuse('overstayTooLong', `${overstaySec} s`, 'Overstay counts from the end of the time to unplug.');
  }
}

function checkAgainstLast(last: ReadingJson | undefined, reading: ReadingJson): void {
  if (last === undefined) return;
  if (last.isFinal) refuse('afterFinal', String(reading.seq), 'No reading may follow the final one.');
  if (reading.seq <= last.seq) {
    refuse('notNewer', String(reading.seq), `The next reading must have a number greater than ${last.seq}.`);
  }
  if (reading.energyWh < last.energyWh) {
    refuse(
      'energyFell',
      `${reading.energyWh} Wh`,
      `Energy must not decrease; ${last.energyWh} Wh were signed before.`,
    );
  }
  if (reading.beganAt < last.beganAt || reading.endedAt < last.endedAt) {
    refuse(
      'timeFell',
      `${reading.beganAt} to ${reading.endedAt}`,
      'Times must not decrease between readings.',
    );
  }
  if (reading.overstaySec < last.overstaySec) {
    refuse('timeFell', `${reading.overstaySec} s`, 'Times must not decrease between readings.');
  }
}

/** Checks the energy against the listed power, over the whole charge and since the last co-signed reading. */
function checkEnergy({ maxPowerW, last }: ReadingContext, reading: ReadingJson): void {
  const whole = mostEnergyWh(maxPowerW, reading.endedAt - reading.beganAt);
  if (reading.energyWh > whole) {
    refuse(
      'powerExceeded',
      `${reading.energyWh} Wh`,
      `${maxPowerW} W deliver at most ${whole} Wh in this time.`,
    );
  }
  if (last === undefined) return;
  const since = mostEnergyWh(maxPowerW, reading.endedAt - last.endedAt);
  if (reading.energyWh - last.energyWh > since) {
    const more = reading.energyWh - last.energyWh;
    refuse(
      'powerExceeded',
      `${more} Wh more`,
      `${maxPowerW} W deliver at most ${since} Wh since the last reading.`,
    );
  }
}

/** Wh that the listed power can deliver in a time, with the tolerances; rounded down. */
function mostEnergyWh(maxPowerW: number, timeSec: number): number {
  const wattSeconds = maxPowerW * (timeSec + POWER_TOLERANCE_SEC);
  return Math.floor((wattSeconds * (100 + POWER_TOLERANCE_PERCENT)) / 360_000);
}
