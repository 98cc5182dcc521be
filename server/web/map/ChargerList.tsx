import { Alert, Anchor, Chip, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCalendarCheck, IconInfoCircle, IconPlug, IconReceipt2 } from '@tabler/icons-react';
import { memo, useDeferredValue, useMemo, useState } from 'react';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useMarket } from '../app/MarketProvider.tsx';
import { NeedSlider } from '../app/NeedSlider.tsx';
import { changeNeed, useNeed } from '../app/need.ts';
import { hrefOf } from '../app/route.ts';
import { energy, moneyUnit, power } from '../app/units.ts';
import { connectorWords, statusWords } from './chargerWords.ts';
import { useMap } from './MapContext.tsx';
import { summaryCost } from './summaryCost.ts';

/** The energy that the reader needs, Wh; stored in the browser. */
export const useNeedWh = () => [useNeed().energyWh, (energyWh: number) => changeNeed({ energyWh })] as const;

export function StatusLine({ charger }: { charger: Pick<ChargerSummary, 'status' | 'freshness'> }) {
  const { tone, label, Icon } = statusWords(charger);
  return (
    <Group gap={5} wrap="nowrap" className={`pp-tone-${tone}`}>
      <Icon size={17} aria-hidden />
      <Text size="sm" fw={600} inherit={false} c="inherit">
        {label}
      </Text>
      {charger.freshness === 'STALE' ? (
        <Text size="xs" c="dimmed">
          last report a while ago
        </Text>
      ) : null}
    </Group>
  );
}

function ChargerItem({ charger, needWh }: { charger: ChargerSummary; needWh: number }) {
  const { config } = useMarket();
  return (
    <li>
      <a className="pp-card" href={hrefOf({ page: 'charger', listingId: charger.listingId })}>
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={4}>
            <StatusLine charger={charger} />
            <Text fw={600}>
              {connectorWords(charger.connectorStandard)} · {power(charger.maxPowerW)}
            </Text>
            <Text size="sm" c="dimmed">
              {moneyUnit(charger.pricePerKwh, config.token)} per kWh
            </Text>
          </Stack>
          <Stack gap={0} align="flex-end">
            <Text fw={700} size="lg">
              {moneyUnit(summaryCost(charger, needWh), config.token)}
            </Text>
            <Text size="xs" c="dimmed">
              for {energy(needWh, 0)}
            </Text>
          </Stack>
        </Group>
      </a>
    </li>
  );
}

const ChargerItems = memo(function ChargerItems(props: { chargers: ChargerSummary[]; needWh: number }) {
  return (
    <Stack component="ul" className="pp-list" gap="sm" aria-label="Chargers">
      {props.chargers.map((charger) => (
        <ChargerItem key={charger.listingId} charger={charger} needWh={props.needWh} />
      ))}
    </Stack>
  );
});

function Empty() {
  return (
    <div className="pp-card">
      <Text fw={600}>No chargers yet</Text>
      <Text size="sm" c="dimmed" mt={4}>
        The ledger lists none. Be the first:{' '}
        <Anchor href={hrefOf({ page: 'host' })}>lend your charger</Anchor>.
      </Text>
    </div>
  );
}

const STEPS = [
  [IconCalendarCheck, 'Book', 'The maximum cost is locked on the ledger, and the price cannot change.'],
  [IconPlug, 'Plug in', 'Only your booking can charge. Your device co-signs each meter reading.'],
  [IconReceipt2, 'Pay the kWh', 'The host gets what both sides signed; the rest is refunded at once.'],
] as const;

function HowItWorks() {
  return (
    <Stack className="pp-card" gap="sm" component="section" aria-label="How it works">
      {STEPS.map(([Icon, name, text]) => (
        <Group key={name} wrap="nowrap" align="flex-start" gap="sm">
          <ThemeIcon variant="light" radius="xl" size={34}>
            <Icon size={19} stroke={1.7} aria-hidden />
          </ThemeIcon>
          <div>
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          </div>
        </Group>
      ))}
    </Stack>
  );
}

/** Order of the list: available chargers first, those that do not respond last. */
const rank = (charger: ChargerSummary): number =>
  ({ free: 0, busy: 1, charging: 1, off: 2 })[statusWords(charger).tone];

/** All chargers, ordered by the cost of the reader's need. Has the same content as the map. */
export function ChargerList() {
  const { chargers } = useMap();
  const [needWh, setNeedWh] = useNeedWh();
  const [availableOnly, setAvailableOnly] = useState(false);
  const shown = useMemo(
    () =>
      chargers.all
        .filter((c) => !availableOnly || statusWords(c).tone === 'free')
        .sort((a, b) => rank(a) - rank(b) || Number(summaryCost(a, needWh) - summaryCost(b, needWh))),
    [chargers.all, availableOnly, needWh],
  );
  // Two hundred entries are drawn between the frames of a map that moves, not in one of them.
  const [listed, listedNeedWh] = [useDeferredValue(shown), useDeferredValue(needWh)];
  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h3">
          Charge at a neighbour’s
        </Title>
        <Text size="sm" c="dimmed">
          Book by the kWh. Your money is locked on a public ledger, without an intermediary.
        </Text>
      </div>
      <div className="pp-card">
        <NeedSlider needWh={needWh} onChange={setNeedWh} />
        <Group mt="md" justify="space-between">
          <Chip checked={availableOnly} onChange={setAvailableOnly} size="sm">
            Available now
          </Chip>
          <Text size="xs" c="dimmed" role="status">
            {chargers.loading
              ? 'loading…'
              : `${shown.length} of ${chargers.truncated ? 'more than ' : ''}${chargers.all.length}, available and cheapest first`}
          </Text>
        </Group>
      </div>
      {chargers.error === undefined ? null : (
        <Failure error={chargers.error} onRetry={chargers.reload} title="Could not load the chargers" />
      )}
      {chargers.stale === undefined || chargers.error !== undefined ? null : (
        <Alert color="yellow" icon={<IconInfoCircle size={18} />} p="xs">
          Live updates are interrupted; trying again.
        </Alert>
      )}
      {chargers.loading ? (
        <Stack gap="sm" aria-hidden>
          {['first', 'second', 'third'].map((key) => (
            <Skeleton key={key} height={96} radius={14} />
          ))}
        </Stack>
      ) : null}
      {!chargers.loading && chargers.error === undefined && chargers.all.length === 0 ? <Empty /> : null}
      {!chargers.loading && chargers.all.length > 0 && shown.length === 0 ? (
        <Text size="sm" c="dimmed">
          None is available now. Turn off the filter to book a later slot.
        </Text>
      ) : null}
      <ChargerItems chargers={listed} needWh={listedNeedWh} />
      {chargers.truncated ? (
        <Text size="sm" c="dimmed">
          Not all chargers are shown. Zoom in on the map to see more.
        </Text>
      ) : null}
      <HowItWorks />
      <Text size="xs" c="dimmed">
        The map shows only the cell of a charger. Booked drivers get the exact location.
      </Text>
    </Stack>
  );
}
