import type { GivenBack } from '../calls.ts';
import type { Emitted, Rule } from '../forecast.ts';
import { type Made, slotsOf, type World } from '../world.ts';
import { slotsIn } from './booking-rules.ts';

const SLOT_SEC = 900;

export const givenBackRules = (made: Made, given: GivenBack | null): Rule[] => [
  ['GiveBack_SignatureInvalid', given !== null && given.signer !== made.agent],
];

/** Rule 30: frees the booking's slots from the given one on that have not begun. */
export function giveSlotsBack(world: World, made: Made, given: GivenBack | null): Emitted[] {
  if (!given) return [];
  const freed = slotsIn(made).filter((slot) => slot >= given.fromSlot && slot * SLOT_SEC > world.nowSec);
  const [first] = freed;
  if (first === undefined) return [];
  const taken = slotsOf(world, made.charger);
  for (const slot of freed) taken.delete(slot);
  return [{ name: 'SlotsGivenBack', args: { fromSlot: first } }];
}
