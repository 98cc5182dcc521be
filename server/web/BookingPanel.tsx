import { ActionIcon, Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import type { PlugpactError } from '../../protocol/errors.ts';
import { bookingTimes } from '../../protocol/slots.ts';
import { startCodeOf } from '../../protocol/startCode.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { useWallet } from './accounts/WalletProvider.tsx';
import { useSetting } from './app/MarketProvider.tsx';
import { Failure } from './app/Failure.tsx';
import { useAction, useLoaded, useNow } from './app/hooks.ts';
import { go } from './app/route.ts';
import { Steps, useSteps } from './app/Steps.tsx';
import { atBeginning, moneyUnit, timeOf, whenOf } from './app/units.ts';
import { bookingWords } from './booking/bookingWords.ts';
import { EXIT_STEP, type Exit, endBooking, exitOf, refreshBooking } from './booking/endBooking.ts';
import { forgetBooking, isDriver, type KeptBooking, useKeptBooking } from './booking/storedBookings.ts';
import { INTENT_SEC } from './booking/makeBooking.ts';
import { PlaceCard } from './booking/LocationCard.tsx';
import { BookingNotices } from './charging/BookingNotices.tsx';
import { NOT_LIVE } from './charging/cosigner.ts';
import { GuestCard } from './charging/GuestCard.tsx';
import { LiveSession } from './charging/LiveSession.tsx';
import { WallboxControl } from './charging/WallboxControl.tsx';
import { Receipt } from './settlement/Receipt.tsx';

/** So long after the end a simulated car may still have to be unplugged. */
const UNPLUG_SHOWN_SEC = 3_600;

function exitWords(
  exit: Exit,
  kept: KeptBooking,
  cancelBy: number,
  nowSec: number,
  text: (units: bigint) => string,
): string {
  if (exit === 'expire') return 'Nobody reported a charge in time. All your money comes back.';
  if (exit === 'finalise') return 'Its deadline has passed: the claim is paid and the rest comes back.';
  if (nowSec < cancelBy) return `Free until ${whenOf(cancelBy, nowSec)}: all your money comes back.`;
  const { noshowFee } = fromTermsStruct(kept.booking.terms).bookingTerms;
  const fifth = kept.booking.money.cap / 5n;
  return `Free cancelling is over: ${text(noshowFee < fifth ? noshowFee : fifth)} goes to the host.`;
}

/** A booking that the ledger does not have: it may still come until the intent's time is over. */
function Unsent({
  kept,
  error,
  nowSec,
  reload,
}: {
  kept: KeptBooking;
  error: Error;
  nowSec: number;
  reload: () => void;
}) {
  const isDead =
    nowSec > kept.createdAt + Number(INTENT_SEC) && (error as PlugpactError).code === 'booking.unknown';
  if (!isDead) return <Failure error={error} onRetry={reload} title="Not on the ledger yet" />;
  const remove = () => {
    forgetBooking(kept.bookingId);
    go({ page: 'bookings' });
  };
  return (
    <Stack className="pp-card" gap="xs">
      <Text size="sm">
        The ledger does not have this booking, and its signature is no longer valid. Nothing was paid.
      </Text>
      <Button variant="default" onClick={remove}>
        Remove it from this device
      </Button>
    </Stack>
  );
}

/** Cancel, or what else can end the booking now. */
function Exits({ kept }: { kept: KeptBooking }) {
  const { config, ledger } = useSetting();
  const { wallet, holdings } = useWallet();
  const nowSec = useNow(5_000);
  const { value, error, reload } = useLoaded(kept.bookingId, () => refreshBooking(kept));
  const { steps, begin, progress, fail } = useSteps();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again each half minute
  useEffect(reload, [Math.floor(nowSec / 30), reload]);
  const exit = value && exitOf(kept, value, config.windows, nowSec);
  const times = bookingTimes(kept.booking, fromTermsStruct(kept.booking.terms).bookingTerms, config.windows);
  const ending = useAction(async (by: Exit) => {
    begin([EXIT_STEP[by]]);
    try {
      await endBooking({ wallet: wallet!, ledger, config }, kept, by, progress);
    } catch (caught) {
      fail();
      throw caught;
    } finally {
      holdings.reload();
    }
  });
  if (exit === undefined || wallet === undefined || !isDriver(kept, wallet.address)) {
    // A local ledger that was killed may have lost the last seconds, and a booking with them.
    const isUnknown = (error as PlugpactError | undefined)?.code === 'booking.unknown';
    if (error === undefined || (kept.bookedTx !== undefined && !isUnknown)) return null;
    return <Unsent kept={kept} error={error} nowSec={nowSec} reload={reload} />;
  }
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Text size="sm" c="dimmed">
        {exitWords(exit, kept, times.cancelBy, nowSec, (units) => moneyUnit(units, config.token))}
      </Text>
      <Button variant="light" color="red" loading={ending.busy} onClick={() => ending.act(exit)}>
        {EXIT_STEP[exit]}
      </Button>
      <Steps steps={steps} />
      <Failure error={ending.error} />
    </Stack>
  );
}

function Facts({ kept }: { kept: KeptBooking }) {
  const { config } = useSetting();
  return (
    <Stack className="pp-card" gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          At most
        </Text>
        <Text size="sm" fw={600}>
          {moneyUnit(kept.booking.money.cap, config.token)}
        </Text>
      </Group>
      <div>
        <Text size="sm" c="dimmed">
          Start code, should this device go flat: typed in at the host’s agent it starts your charge. Keep it
          to yourself.
        </Text>
        <Code style={{ overflowWrap: 'anywhere' }} fz="xs">
          {startCodeOf(kept.secret)}
        </Code>
      </div>
    </Stack>
  );
}

/** One booking: the visit, then the receipt. */
export function BookingPanel({ bookingId }: { bookingId: Hex }) {
  const { config } = useSetting();
  const { holdings } = useWallet();
  const nowSec = useNow(10_000);
  const kept = useKeptBooking(bookingId);
  const ended = kept?.ending !== undefined;
  const { reload } = holdings;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of a booking moves money
  useEffect(reload, [ended, reload]);
  const times =
    kept && bookingTimes(kept.booking, fromTermsStruct(kept.booking.terms).bookingTerms, config.windows);
  const guestCard = kept && <GuestCard kept={kept} opens={times?.opens ?? 0} />;
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Title order={1} size="h3">
            {kept === undefined ? 'Booking' : bookingWords(kept, config.windows, nowSec).label}
          </Title>
          <Text size="sm" c="dimmed">
            {times === undefined
              ? '\u00a0'
              : atBeginning(`${whenOf(times.start, nowSec)} – ${timeOf(times.end)}`)}
          </Text>
        </div>
        <ActionIcon
          className="pp-noprint"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Close"
          onClick={() => go({ page: 'bookings' })}
        >
          <IconX size={20} />
        </ActionIcon>
      </Group>
      {kept === undefined ? (
        <div className="pp-card">
          <Text fw={600}>This device has no keys of this booking</Text>
          <Text size="sm" c="dimmed" mt={4}>
            A booking is used from the device and browser that made it. Open this page there.
          </Text>
        </div>
      ) : kept.ending === undefined ? (
        <>
          <PlaceCard kept={kept} />
          {kept.card === undefined ? null : guestCard}
          <LiveSession kept={kept} />
          {kept.card === undefined ? guestCard : null}
          <Exits kept={kept} />
          <Facts kept={kept} />
        </>
      ) : (
        <>
          <BookingNotices kept={kept} live={NOT_LIVE} isOver />
          <Receipt kept={kept} ending={kept.ending} />
          {kept.cosigned !== undefined && nowSec < (kept.ending.endedAt ?? 0) + UNPLUG_SHOWN_SEC ? (
            <WallboxControl listingId={kept.booking.listingId} />
          ) : null}
        </>
      )}
    </Stack>
  );
}
