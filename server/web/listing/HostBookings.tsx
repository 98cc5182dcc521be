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
import { termsStructOf } from '../booking/charger.ts';

/** Says nothing about who was right: nobody can know. */
const contestedWords = (count: number): string =>
  `With this driver, ${count === 1 ? 'one booking' : `${count} bookings`} ended in a disagreement about a no-show.`;

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
          <Text size="xs" c="dimmed">
            {nowSec >= freeUntil || isReleased
              ? 'The driver can see the exact location.'
              : `The driver sees the exact location from ${whenOf(freeUntil, nowSec)}.`}
          </Text>
          {contestedNoShows > 0 ? <Text size="xs">{contestedWords(contestedNoShows)}</Text> : null}
        </div>
        {nowSec >= freeUntil || isReleased ? null : (
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => act()}>
            Show it now
          </Button>
        )}
      </Group>
      <Failure error={error} title="Not shown" />
    </li>
  );
}

/** Open bookings of the host's chargers. */
export function HostBookings({ hosted, wallet }: { hosted: HostedResponse; wallet: Wallet }) {
  if (hosted.bookings.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No bookings at the moment.
      </Text>
    );
  }
  return (
    <Stack component="ul" className="pp-list" gap="xs" aria-label="Bookings of your wallboxes">
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
