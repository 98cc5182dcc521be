import { Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { NoticesResponse } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { type LiveState, watchHeaders } from './cosigner.ts';
import { isSerious, NoticeList } from './NoticeList.tsx';

const ASK_AGAIN_SEC = 30;

interface Props {
  kept: StoredBooking;
  live: LiveState;
  /** Nothing more is to come: what explains the end is shown, if anything does. */
  isOver?: boolean;
}

/** What the wallbox's agent tells the driver: from the live stream, before the visit asked for now and then. */
export function BookingNotices({ kept, live, isOver = false }: Props) {
  const nowSec = useNow(5_000);
  const isOnLedger = kept.bookedTx !== undefined;
  const { value, error, reload } = useLoaded(isOnLedger ? `notices:${kept.bookingId}` : undefined, async () =>
    api<NoticesResponse>('GET', `/bookings/${kept.bookingId}/notices`, undefined, await watchHeaders(kept)),
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
      <Text fw={600}>From the wallbox</Text>
      {notices === undefined ? (
        <Failure error={error} onRetry={reload} title="Its notices did not load" />
      ) : notices.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing to tell. Should something come up before or during your visit, it stands here.
        </Text>
      ) : (
        <NoticeList notices={notices} nowSec={nowSec} />
      )}
    </Stack>
  );
}
