import { Code, Group, Stack, Text } from '@mantine/core';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { StoredBooking } from './storedBookings.ts';

/** Maximum cost and start code of an open booking. */
export function BookingFacts({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  return (
    <Stack className="pp-card" gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('booking.atMost')}
        </Text>
        <Text size="sm" fw={600}>
          {moneyUnit(stored.booking.money.cap, config.token)}
        </Text>
      </Group>
      <details>
        <summary>{t('booking.code.title')}</summary>
        <Text size="sm" c="dimmed">
          {t('booking.code.how')}
        </Text>
        <Code style={{ overflowWrap: 'anywhere' }} fz="sm">
          {startCodeOf(stored.secret)}
        </Code>
      </details>
    </Stack>
  );
}
