import { Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from '../app/Failure.tsx';
import type { Purse } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { AccountCard } from './AccountCard.tsx';
import { GasNeed } from './GasNeed.tsx';
import type { Holdings } from './holdings.ts';
import { MoneyIn } from './MoneyIn.tsx';
import { MoneyOut } from './MoneyOut.tsx';
import { type Lock, Purses } from './Purses.tsx';
import { WalletChoice } from './WalletChoice.tsx';
import { useWallet } from './WalletProvider.tsx';
import type { Wallet } from './wallet.ts';
import './money.css';

interface MoneyProps {
  wallet: Wallet;
  own: Holdings;
  reload: () => void;
  lockOf: (purse: Purse) => Lock | undefined;
}

/** The sum first: what can be spent or taken out now, and beside it what bookings hold. */
function Sum({ wallet, own, lockOf }: Omit<MoneyProps, 'reload'>) {
  const { config } = useMarket();
  const money = (units: bigint) => exactMoney(units, config.token);
  const free = own.purses.reduce((sum, { balance }) => sum + balance, 0n);
  const locked = own.purses.reduce(
    (sum, purse) => sum + ((purse.busy ? lockOf(purse)?.locked : 0n) ?? 0n),
    0n,
  );
  return (
    <Stack className="pp-card" gap={4} data-free={String(free)}>
      <Text size="sm">{t('accounts.money.free')}</Text>
      <Text fz="var(--pp-text-figure)" fw={700} lh={1.15}>
        {money(free)}
      </Text>
      {locked === 0n ? null : (
        <Text size="sm" c="dimmed">
          {t('accounts.money.locked', { amount: money(locked) })}
        </Text>
      )}
      {own.tokens === 0n || wallet.kind === 'passkey' ? null : (
        <Text size="sm" c="dimmed">
          {t('accounts.money.inWallet', { amount: money(own.tokens) })}
        </Text>
      )}
    </Stack>
  );
}

function Money({ wallet, own, reload, lockOf }: MoneyProps) {
  // A booking is paid from a purse that no other booking uses.
  const purse = own.purses.find(({ busy }) => !busy) ?? own.purses[0];
  return (
    <>
      <GasNeed />
      <Sum wallet={wallet} own={own} lockOf={lockOf} />
      <MoneyIn wallet={wallet} purse={purse?.index ?? 0} onArrived={reload} />
      <MoneyOut wallet={wallet} purses={own.purses} onDone={reload} />
      <Purses purses={own.purses} lockOf={lockOf} />
    </>
  );
}

interface Props {
  /** What an open booking holds of a purse, where this browser knows the booking. */
  lockOf: (purse: Purse) => Lock | undefined;
  /** What is kept of the account, below its money. */
  children: ReactNode;
}

/** The driver's account: who signs, the money and its ways in and out, all read from the ledger. */
export function AccountsPanel({ lockOf, children }: Props) {
  const { wallet, holdings } = useWallet();
  const { value, error, reload } = holdings;
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        {t('accounts.title')}
      </Title>
      {wallet === undefined ? (
        <div className="pp-card">
          <WalletChoice />
        </div>
      ) : (
        <>
          <AccountCard key={wallet.address} title={t('accounts.driver')} wallet={wallet} />
          {error === undefined ? null : <Failure error={error} onRetry={reload} />}
          {value !== undefined && <Money wallet={wallet} own={value} reload={reload} lockOf={lockOf} />}
          {value === undefined && error === undefined ? <Skeleton height={220} radius={14} /> : null}
        </>
      )}
      {children}
    </Stack>
  );
}
