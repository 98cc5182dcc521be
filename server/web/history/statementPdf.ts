import type { BookingResponse } from '../../../protocol/api.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import type { PdfDocument } from '../app/pdf.ts';
import { dayOf, energy, exactMoney, type Token, timeOf } from '../app/units.ts';
import { language, t } from '../app/words.ts';
import { totalsOf } from './allBookings.ts';

/** All bookings with their sums, as a document. */
export function statementDocument(bookings: readonly BookingResponse[], token: Token): PdfDocument {
  const { charges, energyWh, paid } = totalsOf(bookings);
  const rows = bookings.map((booking) => {
    const start = booking.firstSlot * SLOT_SEC;
    return [
      `${dayOf(start)}, ${timeOf(start)}`,
      t(`history.status.${booking.reservationStatus}`),
      booking.energyWh === null ? '' : energy(booking.energyWh, 3),
      booking.paid === null ? '' : exactMoney(booking.paid, token),
    ];
  });
  return {
    title: t('history.title'),
    language,
    blocks: [
      { kind: 'title', text: t('history.title') },
      {
        kind: 'rows',
        rows: [
          { name: t('history.bookings'), value: t('history.count', { bookings: bookings.length, charges }) },
          { name: t('history.energy'), value: energy(Number(energyWh), 3) },
          { name: t('history.paid'), value: exactMoney(paid, token), isStrong: true },
        ],
      },
      { kind: 'line' },
      {
        kind: 'table',
        rows: [[t('history.when'), t('history.how'), t('history.energy'), t('history.paid')], ...rows],
      },
    ],
  };
}
