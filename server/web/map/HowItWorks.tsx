import { Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCalendarCheck, IconPlug, IconReceipt2 } from '@tabler/icons-react';
import { t } from '../app/words.ts';

const STEPS = [
  ['book', IconCalendarCheck],
  ['plug', IconPlug],
  ['pay', IconReceipt2],
] as const;

/** What happens, in three steps. */
export function HowItWorks() {
  return (
    <Stack className="pp-card" gap="sm" component="section" aria-label={t('map.how')}>
      {STEPS.map(([name, Icon]) => (
        <Group key={name} wrap="nowrap" align="flex-start" gap="sm">
          <ThemeIcon variant="light" radius="xl" size={36}>
            <Icon size={19} stroke={1.7} aria-hidden />
          </ThemeIcon>
          <div>
            <Text size="sm" fw={600}>
              {t(`map.how.${name}`)}
            </Text>
            <Text size="sm" c="dimmed">
              {t(`map.how.text.${name}`)}
            </Text>
          </div>
        </Group>
      ))}
    </Stack>
  );
}
