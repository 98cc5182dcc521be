import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCar, IconId, IconPlug, IconPlugX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Hex } from 'viem';
import type { LocalWallbox } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';

/** The simulated wallbox of a listing, found by its connector, since the listing may be newer than the configuration. */
function useWallbox(listingId: Hex): LocalWallbox | undefined {
  const wallboxes = useMarket().config.local?.wallboxes ?? [];
  const { value } = useLoaded(wallboxes.length === 0 ? undefined : listingId, () =>
    api('getCharger', { params: { listingId } }),
  );
  return wallboxes.find(({ connector }) => connector === value?.place.connector);
}

interface Props {
  listingId: Hex;
  /** A card that may be held to the simulated reader. */
  cardUid?: string | undefined;
}

/** Plugs the cable of the simulated car in and out; on the local ledger only. */
export function WallboxControl({ listingId, cardUid }: Props) {
  const wallbox = useWallbox(listingId);
  const [gone, setGone] = useState(false);
  const { act, busy, error } = useAction(async (what: 'plug' | 'unplug' | 'present') => {
    if (wallbox === undefined) return;
    const body = what === 'present' ? { idTag: cardUid } : {};
    const request = { params: { connector: wallbox.connector, act: what }, body };
    await api('moveWallbox', request).catch((problem: PlugpactError) => {
      if (!problem.code.endsWith('notFound') && problem.code !== 'api.status404') throw problem;
      setGone(true);
    });
  });
  if (wallbox === undefined || gone) return null;
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Group gap="xs">
        <IconCar size={18} aria-hidden />
        <Text size="sm" fw={600}>
          {t('charging.car.title')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('charging.car.where', { wallbox: wallbox.chargePointId })}
        </Text>
      </Group>
      <Group grow>
        <Button
          variant="default"
          leftSection={<IconPlug size={17} />}
          loading={busy}
          onClick={() => act('plug')}
        >
          {t('charging.car.plug')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlugX size={17} />}
          disabled={busy}
          onClick={() => act('unplug')}
        >
          {t('charging.car.unplug')}
        </Button>
      </Group>
      {cardUid === undefined ? null : (
        <Button
          variant="default"
          leftSection={<IconId size={17} />}
          disabled={busy}
          onClick={() => act('present')}
        >
          {t('charging.car.card')}
        </Button>
      )}
      <Failure error={error} />
    </Stack>
  );
}
