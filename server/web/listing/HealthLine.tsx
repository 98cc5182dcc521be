import { Group, Stack, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconClockExclamation,
  IconHeartbeat,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import type { HostedHealth } from '../../../protocol/api.ts';
import { useNow } from '../app/hooks.ts';
import { type HealthState, healthWords } from './healthWords.ts';

const LOOKS: Record<HealthState, { tone: string; Icon: typeof IconHeartbeat }> = {
  NEVER: { tone: 'off', Icon: IconPlugConnectedX },
  SILENT: { tone: 'busy', Icon: IconPlugConnectedX },
  WALLBOX_OFFLINE: { tone: 'busy', Icon: IconPlugConnectedX },
  FAULTY: { tone: 'busy', Icon: IconAlertTriangle },
  WELL: { tone: 'free', Icon: IconHeartbeat },
};

/** Health of one charger, for its host. */
export function HealthLine({ hosted }: { hosted: HostedHealth }) {
  const nowSec = useNow(5_000);
  const { state, title, explain, figures, warnings } = healthWords(hosted, nowSec);
  const { tone, Icon } = LOOKS[state];
  return (
    <Stack gap={2} data-health={state} aria-live="polite">
      <Group gap={6} wrap="nowrap" align="flex-start" className={`pp-tone-${tone}`}>
        <Icon size={16} style={{ marginTop: 2, flexShrink: 0 }} aria-hidden />
        <Text size="sm" fw={600}>
          {title}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {explain}
      </Text>
      {warnings.map((warning) => (
        <Group key={warning} gap={6} wrap="nowrap" align="flex-start">
          <IconClockExclamation
            size={14}
            color="var(--pp-status-busy)"
            style={{ flexShrink: 0 }}
            aria-hidden
          />
          <Text size="sm">{warning}</Text>
        </Group>
      ))}
      {figures.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          {figures.join(' · ')}
        </Text>
      )}
    </Stack>
  );
}
