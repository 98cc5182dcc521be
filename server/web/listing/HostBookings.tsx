import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { BookingResponse, HostedResponse } from '../../../protocol/api.ts';
import { bookingTimes, SLOT_SEC } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { atBeginning, timeOf, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { termsStructOf } from '../booking/charger.ts';

/** Says nothing about who was right: nobody can know. */
const contestedWords = (count: number): string => t('listing.booking.contested', { count });

interface HostedProps {
  booking: BookingResponse;
  wallet: Wallet;
  /** Of the driver. */
  contestedNoShows: number;
}

function Hosted({ booking, wallet, contestedNoShows }: HostedProps) {
  const { config, ledger } = useMarket();
  const nowSec = useNow(10_000);
  const [isReleased, setReleased] = useState(false);
  const { bookingId, firstSlot, slotCount } = booking;
  const { bookingTerms } = fromTermsStruct(termsStructOf(booking.terms));
  const { freeUntil, start } = bookingTimes(booking, bookingTerms, config.windows);
  const { act, busy, error } = useAction(async () => {
    const signature = await signAs(wallet, ledger, 'HandoverApproval', { bookingId });
    await api('approveHandover', { params: { bookingId }, body: { signature } });
    setReleased(true);
  });
  return (
    <li data-hosted={bookingId}>
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Text fw={600}>
            {atBeginning(whenOf(start, nowSec))} – {timeOf((firstSlot + slotCount) * SLOT_SEC)}
          </Text>
          <Text size="sm" c="dimmed">
            {nowSec >= freeUntil || isReleased
              ? t('listing.booking.visible')
              : t('listing.booking.visibleFrom', { when: whenOf(freeUntil, nowSec) })}
          </Text>
          {contestedNoShows > 0 ? <Text size="sm">{contestedWords(contestedNoShows)}</Text> : null}
        </div>
        {nowSec >= freeUntil || isReleased ? null : (
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => act()}>
            {t('listing.booking.show')}
          </Button>
        )}
      </Group>
      <Failure error={error} title={t('listing.booking.notShown')} />
    </li>
  );
}

/** Open bookings of the host's chargers. */
export function HostBookings({ hosted, wallet }: { hosted: HostedResponse; wallet: Wallet }) {
  if (hosted.bookings.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('listing.booking.none')}
      </Text>
    );
  }
  return (
    <Stack component="ul" className="pp-list" gap="xs" aria-label={t('listing.booking.all')}>
      {hosted.bookings.map((booking) => (
        <Hosted
          key={booking.bookingId}
          booking={booking}
          wallet={wallet}
          contestedNoShows={hosted.contestedNoShows[booking.driver] ?? 0}
        />
      ))}
    </Stack>
  );
}
