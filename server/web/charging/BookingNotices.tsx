import { Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { isSerious } from '../../../protocol/notices.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { t } from '../app/words.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import type { LiveState } from './liveState.ts';
import { NoticeList } from './NoticeList.tsx';
import { watchHeaders } from './signing.ts';

const ASK_AGAIN_SEC = 30;

interface Props {
  kept: StoredBooking;
  live: LiveState;
  /** The booking has ended: only what explains the end is shown. */
  isOver?: boolean;
}

/** Notices for the driver: from the live stream; before the session, they are loaded every half minute. */
export function BookingNotices({ kept, live, isOver = false }: Props) {
  const nowSec = useNow(5_000);
  const isOnLedger = kept.bookedTx !== undefined;
  const { value, error, reload } = useLoaded(isOnLedger ? `notices:${kept.bookingId}` : undefined, async () =>
    api('listBookingNotices', { params: { bookingId: kept.bookingId } }, await watchHeaders(kept)),
  );
  const round = live.connected || isOver ? -1 : Math.floor(nowSec / ASK_AGAIN_SEC);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [round, reload]);
  if (!isOnLedger) return null;
  const told = live.notices ?? value?.notices;
  const notices = isOver ? told?.filter(isSerious) : told;
  if (isOver && !notices?.length) return null;
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Text fw={600}>{t('charging.notices.title')}</Text>
      {notices === undefined ? (
        <Failure error={error} onRetry={reload} title={t('charging.notices.failed')} />
      ) : notices.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('charging.notices.none')}
        </Text>
      ) : (
        <NoticeList notices={notices} nowSec={nowSec} as="driver" />
      )}
    </Stack>
  );
}
