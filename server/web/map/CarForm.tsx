import { Button, Group, NumberInput } from '@mantine/core';
import { changeNeed, type Need } from '../app/need.ts';
import { t } from '../app/words.ts';

const DEFAULT_CAR = { batteryWh: 58_000, maxAcPowerW: 11_000 };

/** The battery and the power of the reader's car, if they say. */
export default function CarForm({ car }: { car: Need['car'] }) {
  if (car === undefined) {
    return (
      <Button variant="default" onClick={() => changeNeed({ car: DEFAULT_CAR })}>
        {t('map.need.car.add')}
      </Button>
    );
  }
  const set = (change: Partial<typeof car>) => changeNeed({ car: { ...car, ...change } });
  const inWatts = (value: string | number) => Math.round(Number(value) * 1_000);
  return (
    <Group align="flex-end" gap="sm" wrap="wrap">
      <NumberInput
        label={t('map.need.car.battery')}
        suffix=" kWh"
        {...{ min: 1, max: 200, w: 140 }}
        defaultValue={car.batteryWh / 1_000}
        onChange={(value) => set({ batteryWh: inWatts(value) })}
      />
      <NumberInput
        label={t('map.need.car.power')}
        suffix=" kW"
        {...{ min: 1, max: 50, decimalScale: 1, w: 130 }}
        defaultValue={car.maxAcPowerW / 1_000}
        onChange={(value) => set({ maxAcPowerW: inWatts(value) })}
      />
      <Button variant="subtle" color="gray" onClick={() => changeNeed({ car: undefined })}>
        {t('map.need.car.remove')}
      </Button>
    </Group>
  );
}
