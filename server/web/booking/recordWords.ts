import type { ListingRecord } from '../../../protocol/api.ts';
import { energy } from '../app/units.ts';

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `One ${one}` : `${count} ${many}`;

/** What the ledger says about a charger's past, as sentences: what a driver would ask before booking. */
export function recordWords(record: ListingRecord): string[] {
  const { completedSessions, energyWh, canceledByHost, expired, contestedNoShows } = record;
  const sentences = [
    completedSessions === 0
      ? 'Nobody has charged here yet.'
      : `${counted(completedSessions, 'charge', 'charges')} so far, ${energy(energyWh)} in all.`,
  ];
  if (canceledByHost > 0)
    sentences.push(`The host cancelled ${counted(canceledByHost, 'booking', 'bookings').toLowerCase()}.`);
  if (expired > 0)
    sentences.push(`${counted(expired, 'booking', 'bookings')} ended without a report, and cost nothing.`);
  if (contestedNoShows > 0) {
    const bookings = counted(contestedNoShows, 'booking', 'bookings');
    sentences.push(`${bookings} ended with host and driver disagreeing about whether the driver came.`);
  }
  return sentences;
}
