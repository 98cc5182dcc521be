import { FAILED_DIALS } from '../drivers/ocpp/failed-dials.ts';
import type { Snapshot } from './snapshot.ts';
import { momentText } from './times.ts';

/** Who dialled in vain, when, and why. */
export function dialText(
  { reason, address, chargePointId, at, count }: Snapshot['failedDials'][number],
  timeZone?: string,
): string {
  const [text] = FAILED_DIALS[reason];
  const who = chargePointId === null ? address : `${chargePointId} (${address})`;
  const times = count === 1 ? '' : `, ${count} times`;
  return `${who} could not connect at ${momentText(at, timeZone)}${times}: it ${text}.`;
}

export const dialRemedy = ({ reason }: Snapshot['failedDials'][number]): string => FAILED_DIALS[reason][1];

/** So much of a card's number tells an owner's own cards apart. */
const SHOWN = 4;

/** A card's number for a page: somebody who looks over a shoulder could write the whole one onto a card of his own. */
export const shortCard = (idTag: string): string =>
  `…${idTag.slice(-Math.min(SHOWN, Math.floor(idTag.length / 2)))}`;
