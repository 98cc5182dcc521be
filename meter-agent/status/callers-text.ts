import type { Speech } from '../words/speech.ts';
import type { Snapshot } from './snapshot.ts';

/** Who dialled in vain, when, and why. */
export function dialText(
  { reason, address, chargePointId, at, count }: Snapshot['failedDials'][number],
  { say, moment }: Speech,
): string {
  const who = chargePointId === null ? address : `${chargePointId} (${address})`;
  return say('dial.failed', { who, at: moment(at), count, why: say(`dial.${reason}`) });
}

export const dialRemedy = ({ reason }: Snapshot['failedDials'][number], { say }: Speech): string =>
  say(`dial.${reason}.remedy`);

/** So much of a card's number tells an owner's own cards apart. */
const SHOWN = 4;

/** A card's number for a page: somebody who looks over a shoulder could write the whole one onto a card of his own. */
export const shortCard = (idTag: string): string =>
  `…${idTag.slice(-Math.min(SHOWN, Math.floor(idTag.length / 2)))}`;
