import { ActionIcon, Chip, Group, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ForeignConnector, ForeignLocationResponse } from '../../../protocol/map-api.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { power, whenOf } from '../app/units.ts';
import { t, tOf } from '../app/words.ts';
import { useMap } from './MapContext.tsx';

const connectorLine = ({ standard, maxPowerW, count }: ForeignConnector): string => {
  const words = tOf(`map.connector.${standard}`) ?? standard;
  const connector = maxPowerW === null ? words : `${words}, ${power(maxPowerW)}`;
  return t('map.foreign.connector', { count: String(count), connector });
};

/** Shows and hides the locations of other operators, where this server reads feeds of any. */
export function ForeignSwitch() {
  const { foreign } = useMap();
  if (useMarket().config.foreignFeeds.length === 0) return null;
  return (
    <Chip className="pp-foreign" checked={foreign.isShown} onChange={foreign.show}>
      {t('map.foreign')}
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
    <section className="pp-foreigncard pp-card" aria-label={t('map.foreign.card')}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600}>{value?.name ?? value?.address ?? t('map.foreign.location')}</Text>
        <ActionIcon variant="subtle" color="gray" aria-label={t('app.close')} onClick={() => pick(undefined)}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </Group>
      {error === undefined ? null : (
        <Failure error={error} onRetry={reload} title={t('map.foreign.failed')} />
      )}
      {value === undefined ? null : <ForeignFacts location={value} />}
      <Text size="sm" mt="xs">
        {t('map.foreign.unbookable')}
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
        {t(`map.foreign.status.${status}`)} · {operator ?? source}
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
          {t('map.foreign.read', { source, when: whenOf(readAt) })}
        </Text>
      )}
    </>
  );
}
