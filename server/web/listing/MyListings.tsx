import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ChargerSummary, HostedHealth } from '../../../protocol/api.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { hrefOf } from '../app/route.ts';
import { energy, moneyUnit, power } from '../app/units.ts';
import { t } from '../app/words.ts';
import { connectorWords } from '../map/chargerWords.ts';
import { useMap } from '../map/MapContext.tsx';
import { StatusLine } from '../map/StatusLine.tsx';
import { Earnings } from './Earnings.tsx';
import { EditListing } from './EditListing.tsx';
import { HealthLine } from './HealthLine.tsx';
import { ListingStatus } from './ListingStatus.tsx';
import { LocationLine } from './LocationLine.tsx';
import { listingWord } from './publish.ts';

interface Earned {
  charger: ChargerSummary;
  /** Token units not yet withdrawn. */
  earned: bigint;
  soldWh: number;
  sessions: number;
  /** Of the listing, as the ledger has it. */
  status: number;
}

async function loadMine(ledger: Ledger, wallet: Wallet): Promise<Earned[]> {
  const { chargers } = await api('listChargers', { query: { host: wallet.address } });
  return Promise.all(
    chargers.map(async (charger) => {
      const [[earned, soldWh, sessions], { status }] = await Promise.all([
        ledger.client.readContract({
          address: ledger.ref.market,
          abi: plugpactMarketAbi,
          functionName: 'earningsOf',
          args: [charger.listingId, wallet.address],
        }),
        listingWord(ledger, charger.listingId),
      ]);
      const [sold, count] = [Number(soldWh), Number(sessions)];
      return { charger, earned, soldWh: sold, sessions: count, status: Number(status) };
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
  const { config } = useMarket();
  const { chargers } = useMap();
  const { charger, earned, soldWh, sessions, status } = mine;
  const [editing, setEditing] = useState(false);
  const [version, setVersion] = useState(0);
  const edited = () => {
    setEditing(false);
    setVersion((n) => n + 1);
    onChanged();
  };
  const live = chargers.all.find((c) => c.listingId === charger.listingId) ?? charger;
  return (
    <Stack className="pp-card" gap="xs" component="li">
      <Group justify="space-between" wrap="nowrap">
        <StatusLine charger={live} />
        <Anchor size="sm" href={hrefOf({ page: 'charger', listingId: charger.listingId })}>
          {t('listing.mine.public')}
        </Anchor>
      </Group>
      <Text fw={600}>
        {connectorWords(charger.connectorStandard)} · {power(charger.maxPowerW)} ·{' '}
        {moneyUnit(charger.pricePerKwh, config.token)}/kWh
      </Text>
      <Text size="sm" c="dimmed">
        {t('listing.mine.sold', { sessions, energy: energy(soldWh) })}
      </Text>
      <Earnings listingId={charger.listingId} earned={earned} wallet={wallet} onChanged={onChanged} />
      {hosted === undefined ? null : <HealthLine hosted={hosted} />}
      <LocationLine key={version} listingId={charger.listingId} />
      <ListingStatus listingId={charger.listingId} status={status} wallet={wallet} onChanged={onChanged} />
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
          {t('listing.mine.edit')}
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
  if (error !== undefined) return <Failure error={error} onRetry={reload} title={t('listing.mine.unread')} />;
  if (value === undefined || value.length === 0) return null;
  return (
    <Stack component="ul" className="pp-list" gap="sm" aria-label={t('listing.mine')}>
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
