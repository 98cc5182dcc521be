import type { ConfigResponse } from '../../../protocol/api.ts';
import { timeOf } from '../app/units.ts';
import { LOCALE, t } from '../app/words.ts';
import { type StoredBooking, updateBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { forgetWorkerBooking, keepWorkerBooking, type WorkerTexts } from './workerStore.ts';

const textsOf = (closes: number): WorkerTexts => ({
  locale: LOCALE,
  title: t('charging.worker.title'),
  signed: t('charging.worker.signed', { energy: '{energy}', cost: '{cost}' }),
  refused: t('charging.worker.refused', { energy: '{energy}', cost: '{cost}' }),
  ended: t('charging.worker.ended'),
  news: t('charging.worker.news'),
  unplug: t('charging.worker.unplug', { time: timeOf(closes) }),
});

/**
 * Keeps for the service worker what it needs to sign while this page is closed, and takes over what it has signed; what is
 * over it forgets. A browser without such a store has no worker: nothing is lost there.
 */
export async function copyToWorker(
  stored: StoredBooking,
  { windows, token }: Pick<ConfigResponse, 'windows' | 'token'>,
): Promise<void> {
  const { bookingId } = stored;
  if (stored.outcome !== undefined) return forgetWorkerBooking(bookingId);
  const { ref, booking, sessionPrivateKey, createdAt, bookedAt, startedAt, allow, raise, cosigned, curve } =
    stored;
  const signed = await keepWorkerBooking({
    ...{ bookingId, ref, booking, sessionPrivateKey, createdAt, windows, token },
    texts: textsOf(timesOf(stored, windows).closes),
    ...(bookedAt === undefined ? {} : { bookedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(allow === undefined ? {} : { allow }),
    ...(raise === undefined ? {} : { raise }),
    ...(cosigned === undefined ? {} : { cosigned }),
    ...(curve === undefined ? {} : { curve }),
  });
  const isNews =
    (signed.cosigned?.reading.seq ?? -1) > (cosigned?.reading.seq ?? -1) ||
    signed.raise?.cost !== raise?.cost;
  if (isNews) updateBooking(bookingId, signed);
}
