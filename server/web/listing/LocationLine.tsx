import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Hex } from 'viem';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { handOverPlace, keptPlace } from './storedLocation.ts';

const TRY_AGAIN_MS = 5_000;
const TRIES = 6;

/** Whether the agent has the exact place; hands it over by itself, since the agent needs a moment to see its listing. */
export function PlaceLine({ listingId }: { listingId: Hex }) {
  const [kept, setKept] = useState(() => keptPlace(listingId));
  const [tries, setTries] = useState(0);
  // A next place that is still kept after the agent took what is listed was not published.
  const [isLooked, setLooked] = useState(false);
  const isMissing =
    kept !== undefined && (kept.handedOverAt === undefined || (kept.next !== undefined && !isLooked));
  const { act, busy, error } = useAction(async () => {
    if (kept === undefined) return;
    try {
      await handOverPlace(kept);
      setKept(keptPlace(listingId));
      setLooked(true);
    } finally {
      setTries((n) => n + 1);
    }
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try brings on the next one, until it is there
  useEffect(() => {
    if (!isMissing || tries >= TRIES) return;
    const timer = setTimeout(() => void act(), tries === 0 ? 0 : TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isMissing, tries]);
  if (kept === undefined) {
    return (
      <Text size="xs" c="dimmed">
        The exact place is in the browser that listed this charger.
      </Text>
    );
  }
  if (!isMissing) {
    return (
      <Group gap={6} c="var(--pp-good)" wrap="nowrap" data-place="HANDED_OVER">
        <IconCheck size={16} aria-hidden />
        <Text size="xs">Your agent has the exact place and tells it to booked drivers alone.</Text>
      </Group>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm">Your agent does not have the exact place yet: booked drivers would not find you.</Text>
      {tries < TRIES ? null : <Failure error={error} title="Not handed over" />}
      <Button size="compact-sm" variant="light" loading={busy || tries < TRIES} onClick={() => act()}>
        Hand it over
      </Button>
    </Stack>
  );
}
