import { Button, Group, List, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { t } from '../app/words.ts';
import { OnLedger } from './OnLedger.tsx';
import type { VaultKeeper } from './VaultKeeper.ts';

/** Deletes what this server has of the account, after saying what goes and what can never go. */
export function Erasure({ keeper }: { keeper: VaultKeeper }) {
  const [isAsked, setAsked] = useState(false);
  const [erased, setErased] = useState<number>();
  const { act, busy, error } = useAction(async () => {
    const rows = await keeper.erase();
    setErased(Object.values(rows).reduce((sum, count) => sum + count, 0));
    setAsked(false);
  });
  if (!isAsked) {
    return (
      <>
        {erased === undefined ? null : (
          <Text size="sm" role="status" data-erased={erased}>
            {t('vault.erase.done', { count: erased })}
          </Text>
        )}
        <Button
          variant="subtle"
          color="red"
          onClick={() => setAsked(true)}
          leftSection={<IconTrash size={18} aria-hidden />}
        >
          {t('vault.erase.open')}
        </Button>
      </>
    );
  }
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600}>
        {t('vault.erase.what')}
      </Text>
      <List size="sm">
        <List.Item>{t('vault.erase.copy')}</List.Item>
        <List.Item>{t('vault.erase.others')}</List.Item>
      </List>
      <Text size="sm">{t('vault.erase.browser')}</Text>
      <OnLedger />
      <Group gap="xs">
        <Button color="red" loading={busy} onClick={() => act()}>
          {t('vault.erase.now')}
        </Button>
        <Button variant="default" onClick={() => setAsked(false)}>
          {t('vault.erase.not')}
        </Button>
      </Group>
      <Failure error={error} moved={t('vault.erase.failed')} />
    </Stack>
  );
}
