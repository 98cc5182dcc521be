import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconLock, IconLockOpen, IconRefresh } from '@tabler/icons-react';
import '../accounts/money.css';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { Erasure } from './Erasure.tsx';
import type { VaultState } from './VaultKeeper.ts';
import { useVault, useVaultState } from './VaultProvider.tsx';

const ICONS: Record<VaultState['name'], typeof IconLock> = {
  NOTHING: IconLock,
  LOCKED: IconLockOpen,
  SAVING: IconRefresh,
  WAITING: IconLockOpen,
  OFF: IconLockOpen,
  UNAVAILABLE: IconAlertTriangle,
  SAVED: IconCircleCheck,
  FAILED: IconAlertTriangle,
};

/** Where the sealed copy stands, in one sentence with its sign. */
function StateLine({ state }: { state: VaultState }) {
  const Icon = ICONS[state.name];
  const isGood = state.name === 'SAVED' || state.name === 'SAVING' || state.name === 'NOTHING';
  const values = { time: state.name === 'SAVED' ? timeOf(state.savedAt) : '' };
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" role="status" data-vault={state.name}>
      <Icon
        size={18}
        aria-hidden
        style={{ flexShrink: 0, marginTop: 3 }}
        color={isGood ? 'var(--pp-good)' : 'var(--pp-status-busy)'}
      />
      <Text size="sm">{t(`vault.state.${state.name}`, values)}</Text>
    </Group>
  );
}

/** Whether the driver has to do something so that a sealed copy is made. */
const needsUnlocking = ({ name }: VaultState): boolean => name === 'LOCKED' || name === 'OFF';

function Unlock() {
  const keeper = useVault();
  const { act, busy, error } = useAction(async () => keeper?.unlock());
  return (
    <>
      <Button
        variant="light"
        loading={busy}
        onClick={() => act()}
        leftSection={<IconLock size={18} aria-hidden />}
      >
        {t('vault.unlock')}
      </Button>
      <Failure error={error} moved={t('vault.nothingMoved')} />
    </>
  );
}

/** The account page's part on the sealed copy, and how all of it is deleted. */
export function VaultCard() {
  const keeper = useVault();
  const state = useVaultState();
  return (
    <Stack component="section" className="pp-card pp-money" gap="sm" aria-label={t('vault.title')}>
      <Title order={2} size="h4">
        {t('vault.title')}
      </Title>
      <Text size="sm">{t('vault.words')}</Text>
      <StateLine state={state} />
      {state.name === 'FAILED' ? (
        <Failure error={state.error} onRetry={() => void keeper?.unlock()} moved={t('vault.nothingMoved')} />
      ) : null}
      {needsUnlocking(state) ? <Unlock /> : null}
      {keeper === undefined ? null : <Erasure keeper={keeper} />}
    </Stack>
  );
}

/** On a booking's page: says that its keys are in this browser alone, while that is so. */
export function VaultNotice() {
  const state = useVaultState();
  if (state.name !== 'LOCKED' && state.name !== 'FAILED') return null;
  return (
    <Stack className="pp-card pp-money pp-noprint" gap="sm">
      <Text size="sm">{t('vault.notice')}</Text>
      {state.name === 'FAILED' ? <Failure error={state.error} moved={t('vault.nothingMoved')} /> : <Unlock />}
    </Stack>
  );
}
