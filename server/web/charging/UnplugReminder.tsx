import { Alert, List, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { timeOf } from '../app/units.ts';
import { useMoney } from '../app/useMoney.ts';
import { t } from '../app/words.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';

/** So long before the booked time ends the reader is reminded. */
const REMIND_SEC = 900;

/** How a cable comes out, step by step. */
export function HowToUnplug() {
  return (
    <List size="sm" type="ordered" spacing={4}>
      <List.Item>{t('charging.unplug.stop')}</List.Item>
      <List.Item>{t('charging.unplug.car')}</List.Item>
      <List.Item>{t('charging.unplug.wallbox')}</List.Item>
      <List.Item>{t('charging.unplug.stuck')}</List.Item>
    </List>
  );
}

/** Before overstay costs anything: until when the cable has to be out, and how it comes out. */
export function UnplugReminder({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const money = useMoney();
  const nowSec = useNow(5_000);
  const { end, closes } = timesOf(stored, config.windows);
  const isCharging = stored.cosigned !== undefined && !stored.cosigned.reading.isFinal;
  if (!isCharging || nowSec < end - REMIND_SEC) return null;
  const { overstayPerHour } = fromTermsStruct(stored.booking.terms).tariff;
  const isLate = nowSec >= closes;
  const price =
    overstayPerHour === 0n ? '' : ` ${t('charging.unplug.price', { amount: money.exact(overstayPerHour) })}`;
  return (
    <Alert
      className="pp-noprint"
      color={isLate ? 'red' : 'yellow'}
      icon={<IconPlugConnectedX size={18} />}
      title={isLate ? t('charging.unplug.late') : t('charging.unplug.by', { time: timeOf(closes) })}
      role="status"
      data-unplug={isLate ? 'LATE' : 'SOON'}
    >
      <Text size="sm">
        {t('charging.unplug.ends', { time: timeOf(end) })}
        {price}
      </Text>
      <details className="pp-fold">
        <summary>{t('charging.unplug.how')}</summary>
        <HowToUnplug />
      </details>
    </Alert>
  );
}
