import { Badge, Button, Text } from '@mantine/core';
import { IconWallet } from '@tabler/icons-react';
import { useMarket } from '../app/MarketProvider.tsx';
import { go } from '../app/route.ts';
import { moneyUnit, shortHex } from '../app/units.ts';
import { useWallet } from './WalletProvider.tsx';

/** The wallet that signs on this page and its money; opens the accounts. */
export function WalletPill() {
  const { config } = useMarket();
  const { wallet, holdings, role } = useWallet();
  const own = holdings.value;
  const total = own && own.tokens + own.purses.reduce((sum, purse) => sum + purse.balance, 0n);
  return (
    <Button
      variant="default"
      radius="xl"
      miw={148}
      leftSection={<IconWallet size={17} aria-hidden />}
      onClick={() => go({ page: role === 'host' ? 'host' : 'accounts' })}
      aria-label={wallet === undefined ? 'No wallet yet' : `Your ${role} wallet ${wallet.address}`}
    >
      {wallet === undefined ? (
        <Text size="sm">No wallet yet</Text>
      ) : (
        <>
          <Text size="sm" fw={600}>
            {total === undefined ? shortHex(wallet.address) : moneyUnit(total, config.token)}
          </Text>
          {wallet.kind === 'demo' ? (
            <Badge size="xs" variant="light" color="yellow" ml={8}>
              demo
            </Badge>
          ) : null}
        </>
      )}
    </Button>
  );
}
