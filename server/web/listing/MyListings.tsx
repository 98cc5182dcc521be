import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Abi } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ChargerSummary, HostedHealth } from '../../../protocol/api.ts';
import { askFaucet, STEP, sendOwn } from '../accounts/send.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { hrefOf } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { energy, exactMoney, moneyUnit, power } from '../app/units.ts';
import { StatusLine } from '../map/ChargerList.tsx';
import { connectorWords } from '../map/chargerWords.ts';
import { useMap } from '../map/MapContext.tsx';
import { EditListing } from './EditListing.tsx';
import { HealthLine } from './HealthLine.tsx';
import { LocationLine } from './LocationLine.tsx';

const WITHDRAW = 'Withdraw earnings';

interface Earned {
  charger: ChargerSummary;
  /** Token units not yet withdrawn. */
  earned: bigint;
  soldWh: number;
  sessions: number;
}

async function loadMine(ledger: Ledger, wallet: Wallet): Promise<Earned[]> {
  const { chargers } = await api('listChargers', { query: { host: wallet.address } });
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

interface MineProps {
  mine: Earned;
  wallet: Wallet;
  /** Undefined until the host has signed in. */
  hosted: HostedHealth | undefined;
  onChanged: () => void;
}

function Mine({ mine, wallet, hosted, onChanged }: MineProps) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { chargers } = useMap();
  const { steps, begin, progress, fail } = useSteps();
  const { charger, earned, soldWh, sessions } = mine;
  const [editing, setEditing] = useState(false);
  const [version, setVersion] = useState(0);
  const edited = () => {
    setEditing(false);
    setVersion((n) => n + 1);
    onChanged();
  };
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
        {sessions === 1 ? '1 charge' : `${sessions} charges`}, {energy(soldWh)} sold
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
      {hosted === undefined ? null : <HealthLine hosted={hosted} />}
      <LocationLine key={version} listingId={charger.listingId} />
      <Steps steps={steps} />
      <Failure error={error} />
      {editing ? (
        <EditListing
          wallet={wallet}
          listingId={charger.listingId}
          onDone={edited}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPencil size={16} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setEditing(true)}
        >
          Edit
        </Button>
      )}
    </Stack>
  );
}

/** The host's chargers with their earnings, read from the ledger. */
export function MyListings({ wallet, health }: { wallet: Wallet; health: HostedHealth[] | undefined }) {
  const { ledger } = useMarket();
  const { chargers } = useMap();
  const { value, error, reload } = useLoaded(`mine:${wallet.address}`, () => loadMine(ledger, wallet));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change on the map may be a new charger or session of this host
  useEffect(reload, [chargers.all, reload]);
  if (error !== undefined)
    return <Failure error={error} onRetry={reload} title="Could not load your chargers" />;
  if (value === undefined || value.length === 0) return null;
  return (
    <Stack component="ul" className="pp-list" gap="sm" aria-label="Your chargers">
      {value.map((mine) => (
        <Mine
          key={mine.charger.listingId}
          mine={mine}
          wallet={wallet}
          hosted={health?.find(({ listingId }) => listingId === mine.charger.listingId)}
          onChanged={reload}
        />
      ))}
    </Stack>
  );
}
