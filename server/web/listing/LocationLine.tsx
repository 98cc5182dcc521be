import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Hex } from 'viem';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { t } from '../app/words.ts';
import { loadLocation, sendLocation } from './storedLocation.ts';

const TRY_AGAIN_MS = 5_000;
const TRIES = 6;

/** Whether the agent has the exact location. Sends it repeatedly, since the agent needs a moment to see its listing. */
export function LocationLine({ listingId }: { listingId: Hex }) {
  const [stored, setKept] = useState(() => loadLocation(listingId));
  const [tries, setTries] = useState(0);
  // A next location that is still stored after the agent accepted the listed one was not published.
  const [isChecked, setChecked] = useState(false);
  const isMissing =
    stored !== undefined && (stored.handedOverAt === undefined || (stored.next !== undefined && !isChecked));
  const { act, busy, error } = useAction(async () => {
    if (stored === undefined) return;
    try {
      await sendLocation(stored);
      setKept(loadLocation(listingId));
      setChecked(true);
    } finally {
      setTries((n) => n + 1);
    }
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try schedules the next one, until the agent has the location
  useEffect(() => {
    if (!isMissing || tries >= TRIES) return;
    const timer = setTimeout(() => void act(), tries === 0 ? 0 : TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isMissing, tries]);
  if (stored === undefined) {
    return (
      <Text size="sm" c="dimmed">
        {t('listing.location.none')}
      </Text>
    );
  }
  if (!isMissing) {
    return (
      <Group gap={6} c="var(--pp-good)" wrap="nowrap" data-location="HANDED_OVER">
        <IconCheck size={16} aria-hidden />
        <Text size="sm">{t('listing.location.there')}</Text>
      </Group>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm">{t('listing.location.missing')}</Text>
      {tries < TRIES ? null : <Failure error={error} title={t('listing.location.notSent')} />}
      <Button size="compact-sm" variant="light" loading={busy || tries < TRIES} onClick={() => act()}>
        {t('listing.location.send')}
      </Button>
    </Stack>
  );
}
