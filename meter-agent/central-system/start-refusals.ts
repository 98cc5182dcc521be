import type { Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { BookingTimes } from '../../protocol/slots.ts';

export const unknownCode = (): PlugpactError =>
  new PlugpactError({
    code: 'start.unknownCode',
    rule: 'No open booking of this charger has this start code.',
    remedy: 'Type the code of the receipt, 52 letters and digits; spaces and lower case do not matter.',
  });

export const over = (bookingId: Hex): PlugpactError =>
  new PlugpactError({
    code: 'start.over',
    value: bookingId,
    rule: 'The final reading of this booking is made: it cannot charge again.',
    remedy: 'Book again.',
  });

export const busy = (): PlugpactError =>
  new PlugpactError({
    code: 'start.connectorBusy',
    rule: 'The previous session is not over yet.',
    remedy: 'Try again when its car is unplugged.',
    retry: 'later',
  });

export const faulted = (errorCode: string): PlugpactError =>
  new PlugpactError({
    code: 'start.faulted',
    value: errorCode,
    rule: 'A wallbox that reported a dangerous fault gives no power until it reports that the fault is over.',
    remedy: 'Ask the host to have the wallbox checked.',
    retry: 'later',
  });

export const occupied = (): PlugpactError =>
  new PlugpactError({
    code: 'start.occupied',
    rule: 'Another car is still at the charger: it would take the energy that you pay for.',
    remedy: 'Wait until it is gone; from the start of your slot, stopping returns everything at once.',
    retry: 'later',
  });

export const ownersCard = (): PlugpactError =>
  new PlugpactError({
    code: 'start.ownersCard',
    rule: "The host's own cards are never billed: they cannot begin a booking.",
    remedy: 'Name another card.',
  });

/**
 * Why power may not flow now, if it may not: it may in [start, end), and from `opens` while no other booking of the
 * connector has any time between now and the start. Codes `start.tooEarly`, `start.tooLate`.
 */
export function timeRefusal(
  times: BookingTimes,
  others: readonly { start: number; end: number }[],
  now: number,
): PlugpactError | undefined {
  if (now >= times.end) return tooLate();
  if (now >= times.start) return undefined;
  const isTaken = others.some(({ start, end }) => start < times.start && end > now);
  if (now >= times.opens && !isTaken) return undefined;
  return tooEarly(times, isTaken ? times.start : times.opens);
}

const tooLate = (): PlugpactError =>
  new PlugpactError({
    code: 'start.tooLate',
    rule: 'The booked time is over.',
    remedy: 'Book another slot.',
  });

function tooEarly({ start, opens }: BookingTimes, from: number): PlugpactError {
  const iso = (at: number) => new Date(at * 1000).toISOString();
  const earlyMin = Math.round((start - opens) / 60);
  return new PlugpactError({
    code: 'start.tooEarly',
    rule: `The slot begins at ${iso(start)}; power is given ${earlyMin} minutes earlier while nobody else has the charger.`,
    remedy: `Start again at ${iso(from)}.`,
    details: { start: iso(start), earlyMin, from: iso(from) },
  });
}
