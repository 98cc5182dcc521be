import { Box, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCircle, IconHourglass } from '@tabler/icons-react';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { CourseLine } from './course.ts';
import { Transaction } from './Transaction.tsx';

function Mark({ line: { isPast, isClock } }: { line: CourseLine }) {
  if (isClock) return <IconHourglass size={18} aria-hidden />;
  if (isPast) return <IconCheck size={18} color="var(--pp-good)" aria-hidden />;
  return <IconCircle size={18} color="var(--mantine-color-dimmed)" aria-hidden />;
}

/** What happened to a booking, by whose word, and what comes: the next deadline is counted down. */
export function Course({ lines, nowSec }: { lines: readonly CourseLine[]; nowSec: number }) {
  const { config } = useMarket();
  return (
    <Stack component="ol" className="pp-steps" gap="xs" aria-label={t('settlement.course.title')}>
      {lines.map((line) => (
        <Group
          component="li"
          key={`${line.name} ${line.at} ${line.transactionHash ?? ''}`}
          gap="xs"
          wrap="nowrap"
          align="flex-start"
          data-course={line.name}
        >
          <Mark line={line} />
          <Box>
            <Text
              size="sm"
              fw={line.isClock ? 600 : 400}
              c={line.isPast || line.isClock ? undefined : 'dimmed'}
            >
              {t(`settlement.course.${line.name}`)}
            </Text>
            <Text size="xs" c="dimmed">
              {whenOf(line.at, nowSec)}
              {line.isClock ? ` · ${t('settlement.course.left', { time: duration(line.at - nowSec) })}` : ''}
              {line.transactionHash === undefined ? null : (
                <>
                  {' · '}
                  <Transaction config={config} hash={line.transactionHash} />
                </>
              )}
            </Text>
          </Box>
        </Group>
      ))}
    </Stack>
  );
}
