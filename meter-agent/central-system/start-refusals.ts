import type { Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';

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
    rule: 'The visit before is not over yet.',
    remedy: 'Try again when its car is unplugged.',
    retry: 'later',
  });

export const faulted = (errorCode: string): PlugpactError =>
  new PlugpactError({
    code: 'start.faulted',
    value: errorCode,
    rule: 'A wallbox that reported a dangerous fault gives no power before it reports that there is none.',
    remedy: 'Ask the host to have the wallbox checked.',
    retry: 'later',
  });

export const occupied = (): PlugpactError =>
  new PlugpactError({
    code: 'start.occupied',
    rule: 'Another car still stands at the charger: it would take what you pay for.',
    remedy: 'Wait until it is gone; from the begin of your slot, stop gives everything back at once.',
    retry: 'later',
  });

export const ownersCard = (): PlugpactError =>
  new PlugpactError({
    code: 'start.ownersCard',
    rule: "The host's own cards are never billed: they cannot begin a booking.",
    remedy: 'Name another card.',
  });
