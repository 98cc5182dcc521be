import { Alert, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { zeroAddress } from 'viem';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { useWallet } from './WalletProvider.tsx';

/** Where nobody relays: what gas is needed, and where it comes from. */
export function GasNeed() {
  const { config, ledger } = useMarket();
  const { wallet, holdings } = useWallet();
  if (config.relayer !== zeroAddress || wallet === undefined || holdings.value === undefined) return null;
  const { symbol } = ledger.chain.nativeCurrency;
  const amount = `${(Number(holdings.value.gas / 10n ** 12n) / 1e6).toFixed(4)} ${symbol}`;
  return (
    <Alert color="yellow" icon={<IconInfoCircle size={18} />} title={t('accounts.gas.title')} data-gas-need>
      <Text size="sm">{t('accounts.gas', { coin: symbol, chain: ledger.chain.name, amount })}</Text>
    </Alert>
  );
}
