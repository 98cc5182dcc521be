import { ActionIcon, Popover, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { useId } from 'react';
import { chooseLanguage, LANGUAGES, type Language, language, t } from './words.ts';

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** Language and colours of the page, kept in this browser. */
export function Settings() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const id = useId();
  return (
    <Popover position="bottom-end" width={280} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={44} radius="xl" aria-label={t('app.settings')}>
          <IconSettings size={20} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('app.settings')}>
        <Stack gap="xs">
          <Text size="sm" fw={600} id={`${id}l`}>
            {t('app.language')}
          </Text>
          <SegmentedControl
            aria-labelledby={`${id}l`}
            value={language}
            onChange={(value) => value !== language && chooseLanguage(value as Language)}
            data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          />
          <Text size="sm" fw={600} id={`${id}c`}>
            {t('app.colours')}
          </Text>
          <SegmentedControl
            aria-labelledby={`${id}c`}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as (typeof SCHEMES)[number])}
            data={SCHEMES.map((value) => ({ value, label: t(`app.colours.${value}`) }))}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
