import { Group, Slider, Text } from '@mantine/core';
import { energy } from './units.ts';
import { t } from './words.ts';

interface Props {
  needWh: number;
  onChange: (needWh: number) => void;
}

/** The energy that the driver wants, in whole kWh. */
export function NeedSlider({ needWh, onChange }: Props) {
  return (
    <>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {t('app.need')}
        </Text>
        <Text fw={700}>{energy(needWh, 0)}</Text>
      </Group>
      <Slider
        value={needWh / 1_000}
        onChange={(kwh) => onChange(kwh * 1_000)}
        min={1}
        max={80}
        label={(kwh) => energy(kwh * 1_000, 0)}
        thumbSize={24}
        thumbLabel={t('app.need.thumb')}
      />
    </>
  );
}
