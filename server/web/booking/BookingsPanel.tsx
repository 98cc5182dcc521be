import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { useNow } from '../app/hooks.ts';
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

/** The driver's bookings, newest first; `children` comes below them. */
export function BookingsPanel({ children }: { children: ReactNode }) {
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
      {children}
    </Stack>
  );
}
