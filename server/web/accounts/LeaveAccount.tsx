import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { useWallet } from './WalletProvider.tsx';
import type { Wallet } from './walletKinds.ts';

/** Takes the account off this page; says first how one comes back to it. */
export function LeaveAccount({
  wallet,
  kind,
}: {
  wallet: Wallet;
  kind: 'passkey' | 'recovered' | 'browser' | 'demo';
}) {
  const { ledger } = useMarket();
  const { leave } = useWallet();
  const [opened, { open, close }] = useDisclosure();
  const go = async () => {
    leave();
    if (wallet.kind === 'browser') {
      const { disconnectWallet } = await import('./browserWallets.ts');
      await disconnectWallet(wallet, ledger);
    }
    if (wallet.kind === 'passkey') {
      const { dropRecoveryKey, recoveryOf } = await import('./recoveryKey.ts');
      dropRecoveryKey(recoveryOf(wallet.signer));
    }
  };
  if (!opened) {
    return (
      <Button size="compact-sm" variant="subtle" px={0} style={{ alignSelf: 'flex-start' }} onClick={open}>
        {t('accounts.leave')}
      </Button>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm">{t(`accounts.leave.${kind}`)}</Text>
      <Group>
        <Button variant="light" color={kind === 'demo' ? 'red' : 'pine'} onClick={go}>
          {t('accounts.leave.now')}
        </Button>
        <Button variant="subtle" onClick={close}>
          {t('accounts.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
