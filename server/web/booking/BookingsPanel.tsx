import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { BookingResponse } from '../../../protocol/api.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { signIn } from '../accounts/signIn.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { hrefOf } from '../app/route.ts';
import { atBeginning, energy, exactMoney, moneyUnit, timeOf, whenOf } from '../app/units.ts';
import { rich, t } from '../app/words.ts';
import { bookingWords } from './bookingWords.ts';
import { type StoredBooking, useStoredBookings } from './storedBookings.ts';

function Item({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow(10_000);
  const { label, tone } = bookingWords(stored, config.windows, nowSec);
  const { firstSlot, slotCount, money } = stored.booking;
  const start = firstSlot * SLOT_SEC;
  return (
    <li>
      <a className="pp-card" href={hrefOf({ page: 'booking', bookingId: stored.bookingId })}>
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm" fw={600} className={`pp-tone-${tone}`}>
              {label}
            </Text>
            <Text fw={600}>
              {atBeginning(whenOf(start, nowSec))} – {timeOf(start + slotCount * SLOT_SEC)}
            </Text>
            <Text size="sm" c="dimmed">
              {stored.outcome?.paid == null
                ? t('booking.item.open', {
                    energy: energy(stored.needWh, 1),
                    amount: moneyUnit(money.cap, config.token),
                  })
                : t('booking.item.ended', {
                    energy: energy(stored.outcome.energyWh ?? 0),
                    amount: exactMoney(stored.outcome.paid, config.token),
                  })}
            </Text>
          </div>
          <IconChevronRight size={20} aria-hidden />
        </Group>
      </a>
    </li>
  );
}

/** Bookings that the account made on other devices. Only those devices have the keys. */
function Elsewhere({ known }: { known: ReadonlySet<string> }) {
  const { config, ledger } = useMarket();
  const { wallet } = useWallet();
  const [found, setFound] = useState<BookingResponse[]>();
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet!, ledger);
    const { bookings } = await api('listMyBookings');
    setFound(bookings.filter((b) => !known.has(b.bookingId)));
  });
  if (wallet === undefined) return null;
  if (found === undefined) {
    return (
      <Stack gap="xs">
        <Button variant="subtle" loading={busy} onClick={() => act()}>
          Find bookings made on other devices
        </Button>
        <Text size="xs" c="dimmed" ta="center">
          This signs you in. The signature moves no money.
        </Text>
        <Failure error={error} />
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} role="status">
        {found.length === 0 ? 'No bookings on other devices.' : 'On other devices'}
      </Text>
      {found.map((booking) => (
        <div className="pp-card" key={booking.bookingId}>
          <Text fw={600}>{whenOf(booking.firstSlot * SLOT_SEC)}</Text>
          <Text size="sm" c="dimmed">
            {booking.reservationStatus.toLowerCase()}, at most {moneyUnit(booking.cap, config.token)}. Its
            keys are on the device that made it: use that device to charge.
          </Text>
        </div>
      ))}
    </Stack>
  );
}

/** The driver's bookings, newest first. */
export function BookingsPanel() {
  const { ledger } = useMarket();
  const stored = useStoredBookings(ledger.ref);
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('booking.list.title')}
      </Title>
      {stored.length === 0 ? (
        <div className="pp-card">
          <Text fw={600}>{t('booking.list.none')}</Text>
          <Text size="sm" c="dimmed" mt={4}>
            {rich('booking.list.choose', {
              map: (parts) => (
                <Anchor key="map" href={hrefOf({ page: 'map' })}>
                  {parts}
                </Anchor>
              ),
            })}
          </Text>
        </div>
      ) : (
        <Stack component="ul" className="pp-list" gap="sm" aria-label={t('booking.list.name')}>
          {stored.map((booking) => (
            <Item key={booking.bookingId} stored={booking} />
          ))}
        </Stack>
      )}
      {stored.length === 0 ? null : (
        <Anchor href={hrefOf({ page: 'history' })} py={12}>
          {t('booking.list.history')}
        </Anchor>
      )}
      <Elsewhere known={new Set(stored.map((k) => k.bookingId))} />
    </Stack>
  );
}
