import { Popover, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { useId } from 'react';
import { SettingsButton } from './SettingsButton.tsx';
import { chooseLanguage, LANGUAGES, type Language, language, t } from './words.ts';

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** Language and colours of the page, kept in this browser. It comes with the first tap, and so begins open. */
export default function SettingsMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const id = useId();
  return (
    <Popover position="bottom-end" width={280} shadow="md" trapFocus returnFocus defaultOpened>
      <Popover.Target>
        <SettingsButton />
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
