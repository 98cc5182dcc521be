import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { bookingTimes } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useSetting } from '../app/config.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { whenOf } from '../app/units.ts';
import { loadCharger } from './charger.ts';
import { askForPlace, openHandover } from './handover.ts';
import type { KeptBooking } from './keptBookings.ts';

const ASK_AGAIN_SEC = 30;
/** Answers that say that there is nothing to see yet, and that it will come by itself. */
const WAITING = new Set(['handover.notYet', 'booking.unknown']);

function Told({ kept, sealed }: { kept: KeptBooking; sealed: Hex }) {
  const { ledger } = useSetting();
  const { listingId } = kept.booking;
  const { value, error, reload } = useLoaded(`place:${listingId}`, () => loadCharger(ledger, listingId));
  if (value === undefined && error !== undefined)
    return <Failure error={error} onRetry={reload} title="The place could not be checked" />;
  if (value === undefined) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Being held against the ledger.
      </Text>
    );
  }
  const opened = openHandover(kept, sealed, value);
  if (opened.state === 'DIFFERS') {
    return (
      <Alert color="red" icon={<IconAlertTriangle size={18} />} title="Do not go by this place" role="alert">
        <Text size="sm">What came as the exact place is not to be believed: {opened.why}.</Text>
        <Text size="sm" mt={4}>
          Do not follow it, and call nobody it names. Nobody can charge you unless you start there.
        </Text>
      </Alert>
    );
  }
  const { place, instructions, contact } = opened.told;
  return (
    <Stack gap={4} data-place={place}>
      <Text fw={600}>
        <Anchor href={`geo:${place}`}>{place}</Anchor>
      </Text>
      {instructions === '' ? null : (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {instructions}
        </Text>
      )}
      {contact === '' ? null : <Text size="sm">Contact: {contact}</Text>}
      <Text size="xs" c="dimmed">
        Sealed by the host’s agent to this device, and what the ledger holds a commitment to.
      </Text>
    </Stack>
  );
}

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
        <Told kept={kept} sealed={kept.sealedPlace} />
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
