import { ActionIcon, Group, Stack, Text, Title } from '@mantine/core';
import { IconMapPin, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import { useWallet } from './accounts/WalletProvider.tsx';
import { useNow } from './app/hooks.ts';
import { useMarket } from './app/MarketProvider.tsx';
import { go } from './app/route.ts';
import { atBeginning, timeOf, whenOf } from './app/units.ts';
import { t } from './app/words.ts';
import { BookingFacts } from './booking/BookingFacts.tsx';
import { bookingWords } from './booking/bookingWords.ts';
import { LocationCard } from './booking/LocationCard.tsx';
import { type Outcome, type StoredBooking, useStoredBooking } from './booking/storedBookings.ts';
import { timesOf } from './booking/times.ts';
import { BookingNotices } from './charging/BookingNotices.tsx';
import { useLive } from './charging/CosignerProvider.tsx';
import { ExtendCard } from './charging/ExtendCard.tsx';
import { GuestCard } from './charging/GuestCard.tsx';
import { HelpCard } from './charging/HelpCard.tsx';
import { LiveSession } from './charging/LiveSession.tsx';
import { NOT_LIVE } from './charging/liveState.ts';
import { SleepCard } from './charging/SleepCard.tsx';
import { UnplugReminder } from './charging/UnplugReminder.tsx';
import { WallboxControl } from './charging/WallboxControl.tsx';
import { useBookingCourse } from './settlement/BookingCourse.tsx';
import { PendingReceipt, Receipt } from './settlement/Receipt.tsx';
import { RestoreOffer } from './vault/RestoreOffer.tsx';
import { VaultNotice } from './vault/VaultCard.tsx';

/** How long after the end the control of the simulated car stays, in case it has to be unplugged. */
const UNPLUG_SHOWN_SEC = 3_600;

function Heading({ title, time }: { title: string; time: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Title order={1} size="h3">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {time}
        </Text>
      </div>
      <ActionIcon
        className="pp-noprint"
        variant="subtle"
        color="gray"
        size={44}
        aria-label={t('charging.closePanel')}
        onClick={() => go({ page: 'bookings' })}
      >
        <IconX size={20} />
      </ActionIcon>
    </Group>
  );
}

/** Who charges knows the place: it is folded away then. */
function Place({ stored, isFolded }: { stored: StoredBooking; isFolded: boolean }) {
  if (!isFolded) return <LocationCard stored={stored} />;
  return (
    <details className="pp-fold pp-noprint">
      <summary>
        <IconMapPin size={20} aria-hidden />
        {t('charging.location')}
      </summary>
      <LocationCard stored={stored} />
    </details>
  );
}

function Open({ stored, opens }: { stored: StoredBooking; opens: number }) {
  const live = useLive(stored.bookingId);
  const hasBegun = live.session !== undefined || stored.cosigned !== undefined;
  const { isClaimed, course } = useBookingCourse(stored);
  const guestCard = <GuestCard stored={stored} opens={opens} />;
  return (
    <>
      {isClaimed ? course : null}
      <PendingReceipt stored={stored} latest={live.reading} />
      <UnplugReminder stored={stored} />
      {hasBegun ? null : <Place stored={stored} isFolded={false} />}
      {stored.card === undefined ? null : guestCard}
      <LiveSession stored={stored} />
      <WallboxControl listingId={stored.booking.listingId} cardUid={stored.card?.uid} />
      <SleepCard stored={stored} />
      <ExtendCard stored={stored} />
      {hasBegun ? <Place stored={stored} isFolded /> : null}
      <HelpCard stored={stored} />
      <BookingNotices kept={stored} live={live} />
      {stored.card === undefined ? guestCard : null}
      {isClaimed ? null : course}
      <BookingFacts stored={stored} />
      <VaultNotice />
    </>
  );
}

function Ended({ stored, outcome, nowSec }: { stored: StoredBooking; outcome: Outcome; nowSec: number }) {
  const mayBePlugged = stored.cosigned !== undefined && nowSec < (outcome.endedAt ?? 0) + UNPLUG_SHOWN_SEC;
  return (
    <>
      <BookingNotices kept={stored} live={NOT_LIVE} isOver />
      <Receipt stored={stored} outcome={outcome} />
      {mayBePlugged ? <WallboxControl listingId={stored.booking.listingId} /> : null}
    </>
  );
}

/** One booking: while it is open the location, the charge and its end, afterwards the receipt. */
export function BookingPanel({ bookingId }: { bookingId: Hex }) {
  const { config } = useMarket();
  const { holdings } = useWallet();
  const nowSec = useNow(10_000);
  const stored = useStoredBooking(bookingId);
  const outcome = stored?.outcome;
  const hasEnded = outcome !== undefined;
  const { reload } = holdings;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of a booking moves money
  useEffect(reload, [hasEnded, reload]);
  if (stored === undefined) {
    return (
      <Stack gap="md">
        <Heading title={t('charging.booking')} time={'\u00a0'} />
        <RestoreOffer bookingId={bookingId} />
      </Stack>
    );
  }
  const { start, end, opens } = timesOf(stored, config.windows);
  const { label } = bookingWords(stored, config.windows, nowSec);
  return (
    <Stack gap="md">
      <Heading title={label} time={atBeginning(`${whenOf(start, nowSec)} – ${timeOf(end)}`)} />
      {outcome === undefined ? (
        <Open stored={stored} opens={opens} />
      ) : (
        <Ended stored={stored} outcome={outcome} nowSec={nowSec} />
      )}
    </Stack>
  );
}
