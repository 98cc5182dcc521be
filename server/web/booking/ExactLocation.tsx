import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { askForPlace } from './requestLocation.ts';
import { loadCharger } from './charger.ts';
import type { KeptBooking } from './storedBookings.ts';
import { openHandover } from './openHandover.ts';

const ASK_AGAIN_SEC = 30;

/** The place as it came, if it is what the ledger holds a commitment to; else a warning. */
export default function ToldPlace({ kept, sealed }: { kept: KeptBooking; sealed: Hex }) {
  const { ledger } = useSetting();
  const { listingId } = kept.booking;
  const { value, error, reload } = useLoaded(`place:${listingId}`, () => loadCharger(ledger, listingId));
  // biome-ignore lint/correctness/useExhaustiveDependencies: sealed anew, it may be a new version's
  useEffect(reload, [sealed, reload]);
  const opened = value && openHandover(kept, sealed, value);
  const isDoubtful = opened?.state === 'DIFFERS';
  const round = Math.floor(useNow(5_000) / ASK_AGAIN_SEC);
  // The host may have edited the place after it was told: the agent then has the new one, or soon will.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(() => {
    if (isDoubtful) askForPlace(kept).catch(() => undefined);
  }, [isDoubtful, round]);
  if (value === undefined && error !== undefined)
    return <Failure error={error} onRetry={reload} title="The place could not be checked" />;
  if (opened === undefined) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Being held against the ledger.
      </Text>
    );
  }
  if (opened.state === 'DIFFERS') {
    return (
      <Alert color="red" icon={<IconAlertTriangle size={18} />} title="Do not go by this place" role="alert">
        <Text size="sm">What came as the exact place is not to be believed: {opened.why}.</Text>
        <Text size="sm" mt={4}>
          Do not follow it, and call nobody it names. Nobody can charge you unless you start there. The host
          may have edited it just now: it is asked for again.
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
