import { Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCoins } from '@tabler/icons-react';
import type { Abi } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import type { Purse } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps, useSteps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { AccountCard } from './AccountCard.tsx';
import { askFaucet, STEP, sendOwn } from './send.ts';
import { WalletChoice } from './WalletChoice.tsx';
import { type Holdings, useWallet } from './WalletProvider.tsx';
import type { Wallet } from './wallet.ts';

const WITHDRAW = 'Withdraw to your wallet';

function Amount({ label, value, hint }: { label: string; value: string; hint?: string }) {
  return (
    <Group justify="space-between" wrap="nowrap" align="baseline">
      <Text size="sm">
        {label}
        {hint === undefined ? null : (
          <Text span size="xs" c="dimmed" display="block">
            {hint}
          </Text>
        )}
      </Text>
      <Text fw={600} style={{ whiteSpace: 'nowrap' }}>
        {value}
      </Text>
    </Group>
  );
}

function PurseRow({
  purse,
  busyAction,
  withdraw,
}: {
  purse: Purse;
  busyAction: boolean;
  withdraw: () => void;
}) {
  const { config } = useMarket();
  return (
    <Group justify="space-between" wrap="nowrap" component="li">
      <Group gap="xs">
        <Text size="sm">Purse {purse.index + 1}</Text>
        {purse.busy ? (
          <Badge size="sm" variant="light" color="blue">
            booking open
          </Badge>
        ) : null}
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Text fw={600}>{exactMoney(purse.balance, config.token)}</Text>
        <Button
          size="compact-sm"
          variant="light"
          disabled={purse.balance === 0n || busyAction}
          onClick={withdraw}
          aria-label={`Withdraw purse ${purse.index + 1}`}
        >
          Withdraw
        </Button>
      </Group>
    </Group>
  );
}

function Money({ wallet, own, reload }: { wallet: Wallet; own: Holdings; reload: () => void }) {
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
  const faucet = useAction(() =>
    run(STEP.faucet, () => askFaucet(ledger, wallet.address, (c) => progress(STEP.faucet, c))),
  );
  const withdraw = useAction((purse: Purse) =>
    run(WITHDRAW, () =>
      sendOwn(
        wallet,
        ledger,
        {
          address: ledger.ref.market,
          abi: plugpactMarketAbi as Abi,
          functionName: 'withdraw',
          args: [purse.index, purse.balance, wallet.address],
        },
        (c) => progress(WITHDRAW, c),
      ),
    ),
  );
  const busy = faucet.busy || withdraw.busy;
  return (
    <>
      <Stack className="pp-card" gap="sm">
        <Amount label="In your wallet" value={exactMoney(own.tokens, config.token)} />
        <Amount
          label="For transaction fees"
          hint="Bookings need none, since a relayer pays. Deposits and withdrawals need some."
          value={`${(Number(own.gas / 10n ** 12n) / 1e6).toFixed(4)} ETH`}
        />
        {config.local === null ? null : (
          <Button
            variant="light"
            leftSection={<IconCoins size={18} />}
            loading={faucet.busy}
            disabled={busy}
            onClick={() => faucet.act()}
          >
            Demo money and gas
          </Button>
        )}
      </Stack>
      <Stack className="pp-card" gap="sm">
        <Text fw={600}>Your purses in the market</Text>
        <Text size="xs" c="dimmed">
          Each open booking uses one purse. You can withdraw the free balance at any time; nobody can block a
          withdrawal.
        </Text>
        <Stack component="ul" className="pp-list" gap="xs">
          {own.purses
            .filter((purse) => purse.index === 0 || purse.busy || purse.balance > 0n)
            .map((purse) => (
              <PurseRow
                key={purse.index}
                purse={purse}
                busyAction={busy}
                withdraw={() => void withdraw.act(purse)}
              />
            ))}
        </Stack>
      </Stack>
      <Steps steps={steps} />
      <Failure error={faucet.error ?? withdraw.error} />
    </>
  );
}

/** The driver's money in wallet and purses, and ether for gas, all read from the ledger. */
export function AccountsPanel() {
  const { wallet, holdings } = useWallet();
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        Accounts
      </Title>
      {wallet === undefined ? (
        <div className="pp-card">
          <WalletChoice />
        </div>
      ) : (
        <>
          <AccountCard title="Your driver account" wallet={wallet} />
          {holdings.error === undefined ? null : <Failure error={holdings.error} onRetry={holdings.reload} />}
          {holdings.value === undefined ? (
            holdings.error === undefined && <Skeleton height={220} radius={14} />
          ) : (
            <Money wallet={wallet} own={holdings.value} reload={holdings.reload} />
          )}
        </>
      )}
    </Stack>
  );
}
