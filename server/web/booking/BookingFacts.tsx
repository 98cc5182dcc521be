import { Code, Group, Stack, Text } from '@mantine/core';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit } from '../app/units.ts';
import type { StoredBooking } from './storedBookings.ts';

/** Maximum cost and start code of an open booking. */
export function BookingFacts({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  return (
    <Stack className="pp-card" gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          At most
        </Text>
        <Text size="sm" fw={600}>
          {moneyUnit(stored.booking.money.cap, config.token)}
        </Text>
      </Group>
      <div>
        <Text size="sm" c="dimmed">
          Start code, in case this device runs out of battery: entered at the host’s agent, it starts your
          charge. Keep it secret.
        </Text>
        <Code style={{ overflowWrap: 'anywhere' }} fz="xs">
          {startCodeOf(stored.secret)}
        </Code>
      </div>
    </Stack>
  );
}
