import { Alert, Checkbox, List, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { load, save } from './storage.ts';
import { t } from './words.ts';

type Role = 'driver' | 'host';

const keyOf = (role: Role): string => `publicForever:${role}`;

/** Whether the reader has confirmed, in this role, that they know what stays on the ledger permanently. */
export const hasConfirmedPublic = (role: Role): boolean =>
  // Version 0.1.0 stored it as `told:`.
  load<boolean>(keyOf(role)) ?? load<boolean>(`told:${role}`) ?? false;

export function usePublicForeverRead(role: Role): readonly [boolean, (read: boolean) => void] {
  const [read, setRead] = useState(() => hasConfirmedPublic(role));
  const change = (value: boolean) => {
    save(keyOf(role), value);
    setRead(value);
  };
  return [read, change];
}

interface Props {
  facts: readonly string[];
  read: boolean;
  onRead: (read: boolean) => void;
}

/** Shown before the first signature: what becomes public on the ledger and stays there. */
export function PublicForever({ facts, read, onRead }: Props) {
  return (
    <Alert variant="light" color="gray" icon={<IconEye size={18} aria-hidden />} title={t('app.public')}>
      <Text size="sm">{t('app.public.shows')}</Text>
      <List size="sm" mt={4} mb="xs">
        {facts.map((fact) => (
          <List.Item key={fact}>{fact}</List.Item>
        ))}
      </List>
      <Checkbox
        size="sm"
        checked={read}
        onChange={(event) => onRead(event.currentTarget.checked)}
        label={t('app.public.read')}
      />
    </Alert>
  );
}
