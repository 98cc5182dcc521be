import { Badge, Button, Text } from '@mantine/core';
import { IconFingerprint, IconWallet } from '@tabler/icons-react';
import { useMarket } from '../app/MarketProvider.tsx';
import { go } from '../app/route.ts';
import { moneyUnit, shortHex } from '../app/units.ts';
import { t } from '../app/words.ts';
import { useWallet } from './WalletProvider.tsx';

/** The account that signs on this page and its money; opens the accounts. */
export function WalletPill() {
  const { config } = useMarket();
  const { wallet, holdings, role } = useWallet();
  const own = holdings.value;
  const total = own && own.tokens + own.purses.reduce((sum, purse) => sum + purse.balance, 0n);
  const Icon = wallet?.kind === 'passkey' ? IconFingerprint : IconWallet;
  const label =
    wallet === undefined ? t('app.account.none') : t('app.account', { role, address: wallet.address });
  return (
    <Button
      variant="default"
      radius="xl"
      miw={148}
      leftSection={<Icon size={18} aria-hidden />}
      onClick={() => go({ page: role === 'host' ? 'host' : 'accounts' })}
      aria-label={label}
    >
      {wallet === undefined ? (
        <Text size="sm">{t('app.account.none')}</Text>
      ) : (
        <>
          <Text size="sm" fw={600}>
            {total === undefined ? shortHex(wallet.address) : moneyUnit(total, config.token)}
          </Text>
          {wallet.kind === 'demo' ? (
            <Badge size="lg" variant="light" color="yellow" ml={8} tt="none">
              {t('app.account.demo')}
            </Badge>
          ) : null}
        </>
      )}
    </Button>
  );
}
