import { Button, Group, Stack, Text } from '@mantine/core';
import { IconBellRinging, IconCheck, IconMoon } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { timeOf } from '../app/units.ts';
import { useMoney } from '../app/useMoney.ts';
import { t } from '../app/words.ts';
import { allowedNow } from '../booking/allowance.ts';
import { centOf } from '../booking/cent.ts';
import { SleepSlider } from '../booking/SleepSlider.tsx';
import { type SleepStop, sleepsUntil } from '../booking/sleep.ts';
import { type StoredBooking, updateBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { allowedStops, chosenStop } from './allowedStops.ts';
import { postRaise, signRaise } from './raise.ts';
import { raiseAfter } from './signing.ts';
import { askToBeWoken, type WakeState, wakeStateOf } from './wake.ts';

/** Whether this device is woken to sign, and how it comes to be. */
function Wake({ stored, until, end }: { stored: StoredBooking; until: number; end: number }) {
  const [state, setState] = useState<WakeState>();
  const { bookingId } = stored;
  useEffect(() => {
    let isOver = false;
    void wakeStateOf(bookingId).then((found) => isOver || setState(found));
    return () => {
      isOver = true;
    };
  }, [bookingId]);
  const { act, busy, error } = useAction(async () => setState(await askToBeWoken(stored)));
  if (state === undefined) return null;
  return (
    <Stack gap="xs" data-wake={state}>
      {state === 'ON' ? (
        <Group gap={6} wrap="nowrap" c="var(--pp-good)">
          <IconCheck size={18} aria-hidden />
          <Text size="sm">{t('charging.wake.on')}</Text>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {state === 'OFFERED'
            ? t('charging.wake.offered')
            : until >= end
              ? t('charging.wake.noneWhole')
              : t('charging.wake.none', { time: timeOf(until) })}
        </Text>
      )}
      {state === 'OFFERED' ? (
        <Button
          variant="default"
          mih={44}
          leftSection={<IconBellRinging size={18} aria-hidden />}
          loading={busy}
          onClick={() => act()}
        >
          {t('charging.wake.ask')}
        </Button>
      ) : null}
      <Failure error={error} title={t('charging.wake.failed')} />
    </Stack>
  );
}

/** Keeps the choice, and raises to it at once where energy has been seen; else after the first co-signature. */
async function allow(stored: StoredBooking, { choice }: SleepStop): Promise<void> {
  updateBooking(stored.bookingId, { allow: choice });
  const reading = stored.cosigned?.reading;
  const cost =
    reading && reading.energyWh > 0 ? raiseAfter({ ...stored, allow: choice }, reading) : undefined;
  if (cost === undefined) return;
  await signRaise(stored, cost);
  await postRaise(stored.bookingId);
}

/** What may be paid on the charger's word alone while this device sleeps, and until when it may. */
export function SleepCard({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow(10_000);
  const money = useMoney();
  const [moved, setMoved] = useState<SleepStop>();
  const { act, busy, error } = useAction(async (next: SleepStop) => {
    await allow(stored, next);
    setMoved(undefined);
  });
  if (stored.allow === undefined || stored.cosigned?.reading.isFinal) return null;
  const { start, end } = timesOf(stored, config.windows);
  const cent = centOf(config.token.decimals);
  const stops = allowedStops(stored, config.token.decimals, cent);
  const chosen = chosenStop(stops, stored);
  const stop = stops[chosen] as SleepStop;
  const index =
    moved === undefined
      ? chosen
      : stops.findIndex(
          ({ cost, choice }) => cost === moved.cost && (choice === 'STEP') === (moved.choice === 'STEP'),
        );
  const begins = Math.max(start, stored.cosigned?.reading.endedAt ?? nowSec);
  return (
    <Stack className="pp-card pp-noprint" gap="sm" data-allowed={String(allowedNow(stored))}>
      <Group gap={8} wrap="nowrap">
        <IconMoon size={20} aria-hidden />
        <Text fw={600}>{t('charging.sleep.title')}</Text>
      </Group>
      <SleepSlider
        stops={stops}
        value={Math.max(0, index)}
        onChange={(next) => setMoved(stops[next])}
        begins={begins}
        end={end}
        takesEffect={(stored.cosigned?.reading.energyWh ?? 0) > 0 ? 'AT_ONCE' : 'AT_ENERGY'}
      />
      {moved === undefined || index === chosen ? null : (
        <Button variant="light" mih={44} loading={busy} onClick={() => act(moved)}>
          {moved.choice === 'STEP'
            ? t('charging.sleep.watch')
            : t('charging.sleep.allow', { amount: money.exact(moved.cost) })}
        </Button>
      )}
      <Text size="sm" c="dimmed">
        {t('charging.sleep.forGood')}
      </Text>
      <Failure error={error} title={t('charging.sleep.failed')} />
      <Wake stored={stored} until={sleepsUntil(stop, begins, end)} end={end} />
    </Stack>
  );
}
