import { ActionIcon, type ActionIconProps } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import { t } from './words.ts';

/** The button of the settings, with what makes it open them. */
export function SettingsButton(props: ActionIconProps & ComponentPropsWithRef<'button'>) {
  return (
    <ActionIcon variant="default" size={44} radius="xl" aria-label={t('app.settings')} {...props}>
      <IconSettings size={20} stroke={1.7} aria-hidden />
    </ActionIcon>
  );
}
