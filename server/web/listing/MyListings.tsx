import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { Abi } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { askFaucet, STEP, sendOwn } from '../accounts/send.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { useSetting } from '../app/config.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import type { Ledger } from '../app/ledger.ts';
import { hrefOf } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { energy, exactMoney, moneyUnit, power } from '../app/units.ts';
import { StatusLine } from '../map/ChargerList.tsx';
import { connectorWords } from '../map/chargerWords.ts';
import { useMap } from '../map/MapContext.tsx';
import { PlaceLine } from './PlaceLine.tsx';

const WITHDRAW = 'Withdraw the earnings';

interface Earned {
  charger: ChargerSummary;
  /** Token units not yet withdrawn. */
  earned: bigint;
  soldWh: number;
  sessions: number;
}

async function loadMine(ledger: Ledger, wallet: Wallet): Promise<Earned[]> {
  const { chargers } = await api<{ chargers: ChargerSummary[] }>('GET', `/chargers?host=${wallet.address}`);
  return Promise.all(
    chargers.map(async (charger) => {
      const [earned, soldWh, sessions] = await ledger.client.readContract({
        address: ledger.ref.market,
        abi: plugpactMarketAbi,
        functionName: 'earningsOf',
        args: [charger.listingId, wallet.address],
      });
      return { charger, earned, soldWh: Number(soldWh), sessions: Number(sessions) };
    }),
  );
}

function Mine({ mine, wallet, onChanged }: { mine: Earned; wallet: Wallet; onChanged: () => void }) {
  const { config, ledger } = useSetting();
  const { holdings } = useWallet();
  const { chargers } = useMap();
  const { steps, begin, progress, fail } = useSteps();
  const { charger, earned, soldWh, sessions } = mine;
  const live = chargers.all.find((c) => c.listingId === charger.listingId) ?? charger;
  const { act, busy, error } = useAction(async () => {
    const needsGas = config.local !== null && (holdings.value?.gas ?? 0n) === 0n;
    begin([...(needsGas ? [STEP.faucet] : []), WITHDRAW]);
    const args = [charger.listingId, earned, wallet.address];
    const call = {
      address: ledger.ref.market,
      abi: plugpactMarketAbi as Abi,
      functionName: 'withdrawEarnings',
      args,
    };
    try {
      if (needsGas) await askFaucet(ledger, wallet.address, (c) => progress(STEP.faucet, c));
      await sendOwn(wallet, ledger, call, (c) => progress(WITHDRAW, c));
    } catch (caught) {
      fail();
      throw caught;
    } finally {
      holdings.reload();
      onChanged();
    }
  });
  return (
    <Stack className="pp-card" gap="xs" component="li">
      <Group justify="space-between" wrap="nowrap">
        <StatusLine charger={live} />
        <Anchor size="sm" href={hrefOf({ page: 'charger', listingId: charger.listingId })}>
          As guests see it
        </Anchor>
      </Group>
      <Text fw={600}>
        {connectorWords(charger.connectorStandard)} · {power(charger.maxPowerW)} ·{' '}
        {moneyUnit(charger.pricePerKwh, config.token)}/kWh
      </Text>
      <Text size="sm" c="dimmed">
        {sessions === 1 ? '1 session' : `${sessions} sessions`}, {energy(soldWh)} sold
      </Text>
      <Group justify="space-between">
        <Text fw={700}>{exactMoney(earned, config.token)}</Text>
        <Button
          size="compact-sm"
          variant="light"
          loading={busy}
          disabled={earned === 0n}
          onClick={() => act()}
        >
          Withdraw
        </Button>
      </Group>
      <PlaceLine listingId={charger.listingId} />
      <Steps steps={steps} />
      <Failure error={error} />
    </Stack>
  );
}

/** The host's chargers with what they earned, read from the ledger. */
export function MyListings({ wallet }: { wallet: Wallet }) {
  const { ledger } = useSetting();
  const { chargers } = useMap();
  const { value, error, reload } = useLoaded(`mine:${wallet.address}`, () => loadMine(ledger, wallet));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change on the map may be a charger or a session of ours
  useEffect(reload, [chargers.all, reload]);
  if (error !== undefined)
    return <Failure error={error} onRetry={reload} title="Your chargers did not load" />;
  if (value === undefined || value.length === 0) return null;
  return (
    <Stack component="ul" className="pp-list" gap="sm" aria-label="Your chargers">
      {value.map((mine) => (
        <Mine key={mine.charger.listingId} mine={mine} wallet={wallet} onChanged={reload} />
      ))}
    </Stack>
  );
}
