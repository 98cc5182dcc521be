import { Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Notice } from '../../../protocol/link.ts';
import { whenOf } from '../app/units.ts';

/** What somebody should act on or know at once; the rest is news. */
const SERIOUS = new Set([
  ...['SAFETY_STOP', 'FAULT', 'OCCUPIED', 'OUT_OF_ORDER', 'METER_DOUBTED', 'OVERSTAY'],
  ...['BOOKING_LOST', 'CLAIM_AT_RISK', 'GAS_NEEDED', 'CALL_REFUSED'],
]);

export const isSerious = ({ code }: Notice): boolean => SERIOUS.has(code);

const keyOf = ({ at, code, bookingId, text }: Notice): string => `${at}${code}${bookingId}${text}`;

/** What an agent told, newest first, each with its time. */
export function NoticeList({ notices, nowSec }: { notices: readonly Notice[]; nowSec: number }) {
  return (
    <Stack component="ul" className="pp-list" gap="xs" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <li key={keyOf(notice)} data-notice={notice.code}>
          <Group gap={6} wrap="nowrap" c="dimmed">
            {isSerious(notice) ? (
              <IconAlertTriangle size={14} color="var(--pp-status-busy)" aria-label="Important" />
            ) : null}
            <Text size="xs" component="time" dateTime={new Date(notice.at * 1_000).toISOString()}>
              {whenOf(notice.at, nowSec)}
            </Text>
          </Group>
          <Text size="sm">{notice.text}</Text>
        </li>
      ))}
    </Stack>
  );
}
