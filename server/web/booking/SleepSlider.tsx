import { Slider, Stack, Text } from '@mantine/core';
import { duration, timeOf } from '../app/units.ts';
import { useMoney } from '../app/useMoney.ts';
import { t } from '../app/words.ts';
import { type SleepStop, sleepsUntil } from './sleep.ts';

interface Props {
  stops: readonly SleepStop[];
  value: number;
  onChange: (index: number) => void;
  /** Between which a charge at full power runs, unix seconds. */
  begins: number;
  end: number;
  /** When the choice takes effect: with the signature of the booking, at the first energy, or at once. */
  takesEffect: 'SIGNED' | 'AT_ENERGY' | 'AT_ONCE';
}

/** What a stop means, in one sentence. */
export function sleepSentence(
  stop: SleepStop,
  { begins, end }: Pick<Props, 'begins' | 'end'>,
  exact: (units: bigint) => string,
): string {
  const amount = exact(stop.cost);
  if (stop.choice === 'STEP')
    return t('booking.sleep.step', { duration: duration(Math.max(60, stop.lastsSec ?? 60)) });
  const until = sleepsUntil(stop, begins, end);
  return until >= end
    ? t('booking.sleep.whole', { amount })
    : t('booking.sleep.until', { time: timeOf(until), duration: duration(until - begins), amount });
}

/** What may be paid on the charger's word alone, from watching every step to the whole need. */
export function SleepSlider({ stops, value, onChange, begins, end, takesEffect }: Props) {
  const money = useMoney();
  const stop = stops[value] ?? stops[0];
  if (stop === undefined) return null;
  const sentence = sleepSentence(stop, { begins, end }, money.exact);
  return (
    <Stack gap={4} data-sleep={stop.choice === 'STEP' ? 'STEP' : String(stop.cost)}>
      <Text size="sm" fw={600} id="sleep-label">
        {t('booking.sleep.title')}
      </Text>
      <Slider
        value={value}
        onChange={onChange}
        min={0}
        max={stops.length - 1}
        step={1}
        label={null}
        size="lg"
        thumbSize={28}
        marks={stops.map((_, index) => ({ value: index }))}
        thumbLabel={t('booking.sleep.title')}
        thumbValueText={sentence}
      />
      <div style={{ display: 'flex', justifyContent: 'space-between', marginTop: 8 }}>
        <Text size="xs" c="dimmed">
          {takesEffect === 'SIGNED' ? t('booking.sleep.asked') : t('booking.sleep.least')}
        </Text>
        <Text size="xs" c="dimmed" ta="right">
          {t('booking.sleep.most')}
        </Text>
      </div>
      <Text size="sm" role="status">
        {sentence}
      </Text>
      {takesEffect === 'AT_ONCE' ? null : (
        <Text size="sm" c="dimmed">
          {takesEffect === 'SIGNED' ? t('booking.sleep.signedNow') : t('booking.sleep.raised')}
        </Text>
      )}
    </Stack>
  );
}
