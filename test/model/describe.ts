import type { Call, TakenStep } from './calls.ts';
import type { BookingState, Made } from './world.ts';

/** A step in a line, for the message of a failed run. */
export const describeStep = ({ nowSec, call }: TakenStep): string => `at ${nowSec}: ${describeCall(call)}`;

function describeCall({ kind, sender, ...rest }: Call): string {
  const books = !('handed' in rest);
  const fields = Object.entries(rest).map(([name, value]) => `${name} ${show(name, value, books)}`);
  return `${sender} calls ${kind}: ${fields.join(', ')}`;
}

/** A booking is described in full where it is made, later by its number. */
function show(name: string, value: unknown, books: boolean): string {
  if (name === 'made') return books ? showMade(value as Made) : `#${(value as Made).number}`;
  if (name === 'handed') return showState(value as BookingState);
  if (name === 'items') return `\n    ${(value as Call[]).map(describeCall).join('\n    ')}`;
  return showPlain(value);
}

function showMade({ number, charger, driver, booking, host }: Made): string {
  const { purse, generation, firstSlot, slotCount, money } = booking;
  const slots = `slots ${firstSlot} + ${slotCount} (from ${firstSlot * 900})`;
  return `#${number} of ${driver}/${purse} (generation ${generation}) at charger ${charger} of ${host}, ${slots}, ${showPlain(money)}`;
}

function showState(standing: BookingState): string {
  const words = Object.entries(standing).filter(
    ([, value]) => value !== false && value !== 0 && value !== null,
  );
  return showPlain(Object.fromEntries(words));
}

const showPlain = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
