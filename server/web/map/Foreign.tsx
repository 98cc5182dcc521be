import { ActionIcon, Chip, Group, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ConnectorStandard } from '../../../protocol/listing.ts';
import type { ForeignConnector, ForeignLocationResponse } from '../../../protocol/map-api.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { power } from '../app/units.ts';
import { connectorWords } from './chargerWords.ts';
import { useMap } from './MapContext.tsx';

const STATUS_WORDS: Record<ForeignLocationResponse['status'], string> = {
  AVAILABLE: 'Available',
  BLOCKED: 'In use',
  CHARGING: 'Charging',
  INOPERATIVE: 'Out of order',
  OUTOFORDER: 'Out of order',
  PLANNED: 'Planned',
  RESERVED: 'Booked',
  UNKNOWN: 'Status unknown',
};

const connectorLine = ({ standard, maxPowerW, count }: ForeignConnector): string => {
  const words = connectorWords(standard as ConnectorStandard) ?? standard;
  return `${count} × ${words}${maxPowerW === null ? '' : `, ${power(maxPowerW)}`}`;
};

/** Shows and hides the locations of other operators, where this server reads feeds of any. */
export function ForeignSwitch() {
  const { foreign } = useMap();
  if (useMarket().config.foreignFeeds.length === 0) return null;
  return (
    <Chip className="pp-foreign" size="sm" checked={foreign.isShown} onChange={foreign.show}>
      Other operators
    </Chip>
  );
}

/** What is known of the location that was picked. */
export function ForeignCard() {
  const { foreign } = useMap();
  const { picked, pick } = foreign;
  const { value, error, reload } = useLoaded(picked, () =>
    api('getForeignLocation', { params: { id: `${picked}` } }),
  );
  if (picked === undefined) return null;
  return (
    <section className="pp-foreigncard pp-card" aria-label="Charging location of another operator">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600}>{value?.name ?? value?.address ?? 'Charging location'}</Text>
        <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={() => pick(undefined)}>
          <IconX size={18} />
        </ActionIcon>
      </Group>
      {error === undefined ? null : (
        <Failure error={error} onRetry={reload} title="Could not load the location" />
      )}
      {value === undefined ? null : <ForeignFacts location={value} />}
      <Text size="sm" mt="xs">
        Another operator’s charger: it cannot be booked here.
      </Text>
    </section>
  );
}

function ForeignFacts({ location }: { location: ForeignLocationResponse }) {
  const { operator, source, address, city, country, status, connectors, readAt } = location;
  const where = [address, city, country].filter((part) => part !== null).join(', ');
  return (
    <>
      <Text size="sm">
        {STATUS_WORDS[status]} · {operator ?? source}
      </Text>
      <Text size="sm" c="dimmed">
        {where}
      </Text>
      {connectors.map((connector) => (
        <Text size="sm" key={`${connector.standard} ${connector.powerType} ${connector.maxPowerW}`}>
          {connectorLine(connector)}
        </Text>
      ))}
      {readAt === null ? null : (
        <Text size="xs" c="dimmed">
          from the feed {source}, read {new Date(readAt * 1_000).toLocaleString()}
        </Text>
      )}
    </>
  );
}
