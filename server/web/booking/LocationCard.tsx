import { Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { lazyPart } from '../app/Boundary.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { requestLocation } from './requestLocation.ts';
import type { StoredBooking } from './storedBookings.ts';
import { timesOf } from './times.ts';

const ASK_AGAIN_SEC = 30;
/** The host has given the agent none. */
const NONE = 'handover.noLocation';
/** Problem codes that mean that the location will arrive later. */
const WAITING = new Set(['handover.notYet', 'booking.unknown']);

const Checking = () => (
  <Text size="sm" c="dimmed" role="status">
    {t('booking.location.checking')}
  </Text>
);

/** Loaded on demand: checking a location needs code that the first view of the page does not. */
const ExactLocation = lazyPart(() => import('./ExactLocation.tsx'), <Checking />);

/** The exact location, once free cancellation has ended or the host has released it. */
export function LocationCard({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow(5_000);
  const isAsked = stored.bookedTx !== undefined && stored.sealedLocation === undefined;
  // The first request gives the agent the session's public key, so that it sends the location unasked later.
  const { error, reload } = useLoaded(isAsked ? `location:${stored.bookingId}` : undefined, () =>
    requestLocation(stored),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [Math.floor(nowSec / ASK_AGAIN_SEC), reload]);
  const { freeUntil } = timesOf(stored, config.windows);
  const isWaiting = error === undefined || WAITING.has((error as PlugpactError).code);
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Text fw={600}>{t('booking.location.title')}</Text>
      {stored.sealedLocation !== undefined ? (
        <ExactLocation stored={stored} sealed={stored.sealedLocation} />
      ) : isWaiting ? (
        <Text size="sm" c="dimmed" role="status">
          {nowSec < freeUntil
            ? t('booking.location.later', { time: whenOf(freeUntil, nowSec) })
            : t('booking.location.waiting')}
        </Text>
      ) : (error as PlugpactError).code === NONE ? (
        <Text size="sm" c="dimmed" role="status">
          {t('booking.location.none')}
        </Text>
      ) : (
        <Failure error={error} onRetry={reload} title={t('booking.location.missing')} />
      )}
    </Stack>
  );
}
