import { Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useId } from 'react';
import { changeNeed, type Need } from '../app/need.ts';
import { t } from '../app/words.ts';
import CarForm from './CarForm.tsx';
import { localText, nextAt } from './localTime.ts';

const DEFAULT_HOURS = 5;

/** By when the energy must be in the car. */
function ByWhen({ byAt }: { byAt: number | undefined }) {
  const id = useId();
  const pick = (text: string) => changeNeed({ byAt: nextAt(text, Math.floor(Date.now() / 1_000)) });
  return (
    <Group gap="xs">
      <label className="pp-chiptime" htmlFor={id}>
        <span>{t('map.need.by')}</span>
        <input
          id={id}
          type="time"
          value={byAt === undefined ? '' : localText(byAt).slice(-5)}
          onChange={(event) => pick(event.currentTarget.value)}
        />
      </label>
      {byAt === undefined ? null : (
        <Button variant="subtle" color="gray" onClick={() => changeNeed({ byAt: undefined })}>
          {t('map.need.by.any')}
        </Button>
      )}
    </Group>
  );
}

/** What few readers change: energy or hours, by when, and the car. */
export default function NeedMore({ need }: { need: Need }) {
  return (
    <Stack gap="sm" pt="md">
      <SegmentedControl
        aria-label={t('map.need.kind')}
        value={need.hours === undefined ? 'energy' : 'hours'}
        onChange={(kind) => changeNeed({ hours: kind === 'hours' ? DEFAULT_HOURS : undefined })}
        data={[
          { value: 'energy', label: t('map.need.kind.energy') },
          { value: 'hours', label: t('map.need.kind.hours') },
        ]}
      />
      <ByWhen byAt={need.byAt} />
      <CarForm car={need.car} />
    </Stack>
  );
}
