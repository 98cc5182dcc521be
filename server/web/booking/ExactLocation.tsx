import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { loadCharger } from './charger.ts';
import { openHandover } from './openHandover.ts';
import { requestLocation } from './requestLocation.ts';
import type { StoredBooking } from './storedBookings.ts';

const ASK_AGAIN_SEC = 30;

/** The location that arrived, if it matches the commitment on the ledger; otherwise a warning. */
export default function ExactLocation({ stored, sealed }: { stored: StoredBooking; sealed: Hex }) {
  const { ledger } = useMarket();
  const { listingId } = stored.booking;
  const { value, error, reload } = useLoaded(`listing:${listingId}`, () => loadCharger(ledger, listingId));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new one may belong to a new version of the listing
  useEffect(reload, [sealed, reload]);
  const opened = value && openHandover(stored, sealed, value);
  const isWrong = opened?.state === 'DIFFERS';
  const round = Math.floor(useNow(5_000) / ASK_AGAIN_SEC);
  // The host may have changed the location after it was sent: the agent has the new one, or will have it soon.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(() => {
    if (isWrong) requestLocation(stored).catch(() => undefined);
  }, [isWrong, round]);
  if (value === undefined && error !== undefined)
    return <Failure error={error} onRetry={reload} title="The location could not be checked" />;
  if (opened === undefined) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Checking it against the ledger…
      </Text>
    );
  }
  if (opened.state === 'DIFFERS') {
    return (
      <Alert color="red" icon={<IconAlertTriangle size={18} />} title="Do not use this location" role="alert">
        <Text size="sm">The location that arrived cannot be trusted: {opened.why}.</Text>
        <Text size="sm" mt={4}>
          Do not go there, and do not use its contact. Nobody can bill you for energy unless you start a
          charge. The host may have just changed it; this page asks for it again.
        </Text>
      </Alert>
    );
  }
  const { place: coordinates, instructions, contact } = opened.handover;
  return (
    <Stack gap={4} data-location={coordinates}>
      <Text fw={600}>
        <Anchor href={`geo:${coordinates}`}>{coordinates}</Anchor>
      </Text>
      {instructions === '' ? null : (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {instructions}
        </Text>
      )}
      {contact === '' ? null : <Text size="sm">Contact: {contact}</Text>}
      <Text size="xs" c="dimmed">
        Encrypted by the host’s agent for this device; it matches the commitment on the ledger.
      </Text>
    </Stack>
  );
}
