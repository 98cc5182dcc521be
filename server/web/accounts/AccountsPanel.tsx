import { Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCoins } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import type { Purse } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps, useSteps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { AccountCard } from './AccountCard.tsx';
import { GasNeed } from './GasNeed.tsx';
import type { Holdings } from './holdings.ts';
import { WalletChoice } from './WalletChoice.tsx';
import { useWallet } from './WalletProvider.tsx';
import type { Wallet } from './wallet.ts';

function Amount({ label, value }: { label: string; value: string }) {
  return (
    <Group justify="space-between" wrap="nowrap" align="baseline">
      <Text size="sm">{label}</Text>
      <Text fw={600} style={{ whiteSpace: 'nowrap' }}>
        {value}
      </Text>
    </Group>
  );
}

interface RowProps {
  purse: Purse;
  busyAction: boolean;
  /** Undefined for an account that has no address for money. */
  withdraw: (() => void) | undefined;
}

function PurseRow({ purse, busyAction, withdraw }: RowProps) {
  const { config } = useMarket();
  const number = purse.index + 1;
  return (
    <Group justify="space-between" wrap="nowrap" component="li">
      <Group gap="xs">
        <Text size="sm">{t('accounts.purse', { number })}</Text>
        {purse.busy ? (
          <Badge size="lg" variant="light" color="blue" tt="none">
            {t('accounts.purse.open')}
          </Badge>
        ) : null}
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Text fw={600} data-purse={purse.index}>
          {exactMoney(purse.balance, config.token)}
        </Text>
        {withdraw === undefined ? null : (
          <Button
            size="compact-md"
            variant="light"
            disabled={purse.balance === 0n || busyAction}
            onClick={withdraw}
            aria-label={t('accounts.withdraw.purse', { number })}
          >
            {t('accounts.withdraw')}
          </Button>
        )}
      </Group>
    </Group>
  );
}

function useMoneyActions(wallet: Wallet, reload: () => void) {
  const { config, ledger } = useMarket();
  const { steps, begin, progress, fail } = useSteps();
  const run = async (name: string, work: () => Promise<unknown>) => {
    begin([name]);
    try {
      await work();
    } catch (error) {
      fail();
      throw error;
    } finally {
      reload();
    }
  };
  const faucet = useAction(() => {
    const name = t('accounts.step.faucet');
    return run(name, async () => {
      const { askFaucet } = await import('./send.ts');
      await askFaucet(wallet, ledger, config, (change) => progress(name, change));
    });
  });
  const withdraw = useAction(({ index: purse, balance: amount }: Purse) => {
    const name = t('accounts.step.withdraw');
    return run(name, async () => {
      const { withdrawalTerms, withdrawPurse } = await import('./withdraw.ts');
      const terms = await withdrawalTerms(config, 'withdrawBySignature');
      const what = { purse, amount, to: wallet.address };
      await withdrawPurse({ wallet, ledger, config }, what, terms, (change) => progress(name, change));
    });
  });
  return { steps, faucet, withdraw };
}

function Money({ wallet, own, reload }: { wallet: Wallet; own: Holdings; reload: () => void }) {
  const { config } = useMarket();
  const { steps, faucet, withdraw } = useMoneyActions(wallet, reload);
  const busy = faucet.busy || withdraw.busy;
  const hasAddress = wallet.kind !== 'passkey';
  return (
    <>
      <GasNeed />
      {hasAddress || config.local !== null ? (
        <Stack className="pp-card" gap="sm">
          {hasAddress ? (
            <Amount label={t('accounts.money.wallet')} value={exactMoney(own.tokens, config.token)} />
          ) : null}
          {config.local === null ? null : (
            <Button
              variant="light"
              size="md"
              leftSection={<IconCoins size={18} />}
              loading={faucet.busy}
              disabled={busy}
              onClick={() => faucet.act()}
            >
              {t('accounts.money.demo')}
            </Button>
          )}
        </Stack>
      ) : null}
      <Stack className="pp-card" gap="sm">
        <Text fw={600}>{t('accounts.purses')}</Text>
        <Text size="xs" c="dimmed">
          {t('accounts.purses.hint')}
        </Text>
        <Stack component="ul" className="pp-list" gap="xs">
          {own.purses
            .filter((purse) => purse.index === 0 || purse.busy || purse.balance > 0n)
            .map((purse) => (
              <PurseRow
                key={purse.index}
                purse={purse}
                busyAction={busy}
                withdraw={hasAddress ? () => void withdraw.act(purse) : undefined}
              />
            ))}
        </Stack>
      </Stack>
      <Steps steps={steps} />
      <Failure error={faucet.error ?? withdraw.error} />
    </>
  );
}

/** The driver's account and its money, all read from the ledger; `children` comes below an account's money. */
export function AccountsPanel({ children }: { children?: ReactNode }) {
  const { wallet, holdings } = useWallet();
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
          {holdings.error === undefined ? null : <Failure error={holdings.error} onRetry={holdings.reload} />}
          {holdings.value === undefined ? (
            holdings.error === undefined && <Skeleton height={220} radius={14} />
          ) : (
            <Money wallet={wallet} own={holdings.value} reload={holdings.reload} />
          )}
          {children}
        </>
      )}
    </Stack>
  );
}
