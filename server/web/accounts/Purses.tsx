import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { Purse } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';

/** What an open booking holds of a purse. */
export interface Lock {
  /** Token units. */
  locked: bigint;
  /** Until when at the latest it comes free, in a sentence. */
  words: string;
}

function PurseRow({ purse, lock }: { purse: Purse; lock: Lock | undefined }) {
  const { config } = useMarket();
  return (
    <li data-purse={purse.index}>
      <Group justify="space-between" wrap="nowrap" align="baseline">
        <Group gap="xs">
          <Text size="sm">{t('accounts.money.purse', { purse: purse.index + 1 })}</Text>
          {purse.busy ? (
            <Badge variant="light" color="blue" leftSection={<IconLock size={12} aria-hidden />}>
              {t('accounts.money.purse.busy')}
            </Badge>
          ) : null}
        </Group>
        <Text fw={600} style={{ whiteSpace: 'nowrap' }} data-balance={String(purse.balance)}>
          {exactMoney(purse.balance, config.token)}
        </Text>
      </Group>
      {purse.busy ? (
        <Text size="sm" c="dimmed">
          {lock === undefined
            ? t('accounts.money.lock.elsewhere')
            : t('accounts.money.lock', { amount: exactMoney(lock.locked, config.token), until: lock.words })}
        </Text>
      ) : null}
    </li>
  );
}

/** Each purse with what is free in it, and what an open booking holds until when; nothing where the sum says it all. */
export function Purses({
  purses,
  lockOf,
}: {
  purses: readonly Purse[];
  lockOf: (purse: Purse) => Lock | undefined;
}) {
  const shown = purses.filter((purse) => purse.index === 0 || purse.busy || purse.balance > 0n);
  if (shown.length === 1 && !shown[0]!.busy) return null;
  return (
    <Stack component="section" className="pp-card pp-money" gap="sm" aria-label={t('accounts.money.purses')}>
      <Title order={2} size="h4">
        {t('accounts.money.purses')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('accounts.money.purses.words')}
      </Text>
      <Stack component="ul" className="pp-list" gap="sm">
        {shown.map((purse) => (
          <PurseRow key={purse.index} purse={purse} lock={purse.busy ? lockOf(purse) : undefined} />
        ))}
      </Stack>
    </Stack>
  );
}
