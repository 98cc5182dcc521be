import type { ListingRecord } from '../../../protocol/api.ts';
import { energy } from '../app/units.ts';
import { t } from '../app/words.ts';

/** What the ledger says about a charger's past, as sentences: what a driver would ask before booking. */
export function recordWords(record: ListingRecord): string[] {
  const { completedSessions, energyWh, canceledByHost, expired, contestedNoShows } = record;
  return [
    completedSessions === 0
      ? t('booking.record.none')
      : t('booking.record.charges', { count: completedSessions, energy: energy(energyWh) }),
    ...(canceledByHost > 0 ? [t('booking.record.canceled', { count: canceledByHost })] : []),
    ...(expired > 0 ? [t('booking.record.expired', { count: expired })] : []),
    ...(contestedNoShows > 0 ? [t('booking.record.contested', { count: contestedNoShows })] : []),
  ];
}
