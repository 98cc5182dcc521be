import { Stack, Text } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { bookingTimes } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { whenOf } from '../app/units.ts';
import { askForPlace } from './requestLocation.ts';
import type { KeptBooking } from './storedBookings.ts';

const ASK_AGAIN_SEC = 30;
/** Answers that say that there is nothing to see yet, and that it will come by itself. */
const WAITING = new Set(['handover.notYet', 'booking.unknown']);

/** With what it needs to check a place, which the first look at the page does not. */
const ToldPlace = lazy(() => import('./ExactLocation.tsx'));

const Checking = () => (
  <Text size="sm" c="dimmed" role="status">
    Being held against the ledger.
  </Text>
);

/** Where exactly to go: shown once free cancelling is over, or the host said so. */
export function PlaceCard({ kept }: { kept: KeptBooking }) {
  const { config } = useSetting();
  const nowSec = useNow(5_000);
  const isAsked = kept.bookedTx !== undefined && kept.sealedPlace === undefined;
  // The first request tells the agent whom to seal it to, so that it comes by itself later.
  const { error, reload } = useLoaded(isAsked ? `askPlace:${kept.bookingId}` : undefined, () =>
    askForPlace(kept),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [Math.floor(nowSec / ASK_AGAIN_SEC), reload]);
  const { bookingTerms } = fromTermsStruct(kept.booking.terms);
  const { cancelBy } = bookingTimes(kept.booking, bookingTerms, config.windows);
  const isWaiting = error === undefined || WAITING.has((error as PlugpactError).code);
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Text fw={600}>Exact place</Text>
      {kept.sealedPlace !== undefined ? (
        <Suspense fallback={<Checking />}>
          <ToldPlace kept={kept} sealed={kept.sealedPlace} />
        </Suspense>
      ) : isWaiting ? (
        <Text size="sm" c="dimmed" role="status">
          {nowSec < cancelBy
            ? `Shown from ${whenOf(cancelBy, nowSec)}, when free cancelling ends, or earlier if the host says so.`
            : 'On its way from the host’s agent.'}
        </Text>
      ) : (
        <Failure error={error} onRetry={reload} title="The exact place did not come" />
      )}
    </Stack>
  );
}
