import { Stack, Text } from '@mantine/core';
import type { Notice } from '../../../protocol/link.ts';
import { whenOf } from '../app/units.ts';

/** What an agent told, newest first, each with its time. */
export function NoticeList({ notices, nowSec }: { notices: readonly Notice[]; nowSec: number }) {
  return (
    <Stack component="ul" className="pp-list" gap="xs" aria-label="Notices" aria-live="polite">
      {notices.map(({ bookingId, code, text, at }) => (
        <li key={`${at}${code}${bookingId}${text}`} data-notice={code}>
          <Text size="xs" c="dimmed" component="time" dateTime={new Date(at * 1_000).toISOString()}>
            {whenOf(at, nowSec)}
          </Text>
          <Text size="sm">{text}</Text>
        </li>
      ))}
    </Stack>
  );
}
