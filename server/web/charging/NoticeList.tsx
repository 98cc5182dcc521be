import { Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { isSerious, type Notice } from '../../../protocol/notices.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { noticeText } from './noticeText.ts';

interface Props {
  notices: readonly Notice[];
  nowSec: number;
  /** As whom the reader reads what is for both. */
  as: 'driver' | 'host';
}

const keyOf = ({ at, code, bookingId, params }: Notice): string =>
  `${at}${code}${bookingId}${JSON.stringify(params)}`;

/** Notices of agents, newest first, each with its time. */
export function NoticeList({ notices, nowSec, as }: Props) {
  const { token } = useMarket().config;
  return (
    <Stack
      component="ul"
      className="pp-list"
      gap="xs"
      aria-label={t('charging.notices.name')}
      aria-live="polite"
    >
      {notices.map((notice) => (
        <li key={keyOf(notice)} data-notice={notice.code}>
          <Group gap={6} wrap="nowrap" c="dimmed">
            {isSerious(notice) ? (
              <IconAlertTriangle
                size={14}
                color="var(--pp-status-busy)"
                aria-label={t('charging.notices.important')}
              />
            ) : null}
            <Text size="xs" component="time" dateTime={new Date(notice.at * 1_000).toISOString()}>
              {whenOf(notice.at, nowSec)}
            </Text>
          </Group>
          <Text size="sm">{noticeText(notice, as, token)}</Text>
        </li>
      ))}
    </Stack>
  );
}
