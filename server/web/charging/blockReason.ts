import type { Notice } from '../../../protocol/link.ts';

/** Why a booking whose slot began cannot begin. */
export type Hindrance = 'OCCUPIED' | 'OUT_OF_ORDER';

export const HINDRANCE_TITLES: Record<Hindrance, string> = {
  OCCUPIED: 'Another car is in the way',
  OUT_OF_ORDER: 'The wallbox is out of order',
};

export const HINDRANCE_WORDS: Record<Hindrance, string> = {
  OCCUPIED: 'Another car still stands at the charger that you booked.',
  OUT_OF_ORDER: 'It reports a fault and gives no power.',
};

/** What hinders it by the newest word of the agent (`notices` are newest first). */
export function hindranceOf(notices: readonly Notice[]): Hindrance | undefined {
  const last = notices.find(({ code }) => code === 'FREE_AGAIN' || code in HINDRANCE_WORDS);
  return last === undefined || last.code === 'FREE_AGAIN' ? undefined : (last.code as Hindrance);
}
