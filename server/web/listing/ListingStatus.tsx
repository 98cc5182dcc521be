import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Hex } from 'viem';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps, useSteps } from '../app/Steps.tsx';
import { t } from '../app/words.ts';
import { changeStatus, type StatusChange, statusStep } from './listingStatus.ts';

interface Props {
  listingId: Hex;
  /** As it is on the ledger. */
  status: number;
  wallet: Wallet;
  onChanged: () => void;
}

/** Pauses a listing, resumes it, or ends it for good. Open bookings stay good in all three. */
export function ListingStatus({ listingId, status, wallet, onChanged }: Props) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { steps, run } = useSteps(() => {
    holdings.reload();
    onChanged();
  });
  const [isAsked, setAsked] = useState(false);
  const { act, busy, error } = useAction((to: StatusChange) =>
    run([statusStep(to)], async (_report, progress) => {
      await changeStatus({ wallet, ledger, config }, listingId, to, progress);
      if (to === 'REVOKED') setAsked(false);
    }),
  );
  if (status === LISTING_STATUS.REVOKED) return <Text size="sm">{t('listing.status.revoked')}</Text>;
  const isOpen = status === LISTING_STATUS.OPEN;
  return (
    <Stack gap="xs">
      {isOpen ? null : <Text size="sm">{t('listing.status.paused')}</Text>}
      <Group gap="xs">
        <Button
          variant="light"
          size="compact-md"
          loading={busy}
          leftSection={isOpen ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
          onClick={() => act(isOpen ? 'CLOSED' : 'OPEN')}
        >
          {isOpen ? t('listing.status.pause') : t('listing.status.resume')}
        </Button>
        <Button
          variant="subtle"
          size="compact-md"
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => setAsked(true)}
        >
          {t('listing.status.end')}
        </Button>
      </Group>
      {isAsked ? <End busy={busy} onEnd={() => act('REVOKED')} onKeep={() => setAsked(false)} /> : null}
      <Steps steps={steps} />
      <Failure error={error} steps={steps} />
    </Stack>
  );
}

function End({ busy, onEnd, onKeep }: { busy: boolean; onEnd: () => void; onKeep: () => void }) {
  return (
    <Stack gap="xs" role="alert">
      <Text size="sm">{t('listing.status.end.what')}</Text>
      <Group gap="xs">
        <Button variant="light" color="red" loading={busy} onClick={onEnd}>
          {t('listing.status.end.now')}
        </Button>
        <Button variant="subtle" disabled={busy} onClick={onKeep}>
          {t('listing.status.end.keep')}
        </Button>
      </Group>
    </Stack>
  );
}
