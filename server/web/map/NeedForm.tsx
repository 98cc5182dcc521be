import { Button, Group, Slider, Text } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { lazyPart } from '../app/Boundary.tsx';
import { changeNeed, MOST_HOURS, type Need, useNeed } from '../app/need.ts';
import { energy, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';

const MOST_SLIDER_KWH = 80;

// Fields of numbers are large, and few readers open the form.
const NeedMore = lazyPart(() => import('./NeedMore.tsx'));

/** `20 kWh by today 18:00`, or `5 hours`. */
export function needWords({ energyWh, hours, byAt }: Need): string {
  const what = hours === undefined ? energy(energyWh, 0) : t('map.need.hours.count', { hours });
  return byAt === undefined ? what : t('map.need.by.when', { what, when: whenOf(byAt) });
}

function Amount({ need }: { need: Need }) {
  const { energyWh, hours } = need;
  return hours === undefined ? (
    <Slider
      value={energyWh / 1_000}
      onChange={(kwh) => changeNeed({ energyWh: kwh * 1_000 })}
      min={1}
      max={MOST_SLIDER_KWH}
      label={(kwh) => energy(kwh * 1_000, 0)}
      thumbLabel={t('map.need.energy.thumb')}
      thumbSize={24}
    />
  ) : (
    <Slider
      value={hours}
      onChange={(value) => changeNeed({ hours: value })}
      min={1}
      max={MOST_HOURS}
      label={(value) => t('map.need.hours.count', { hours: value })}
      thumbLabel={t('map.need.hours.thumb')}
      thumbSize={24}
    />
  );
}

/** What the reader needs: a line, and on demand the form of it. */
export function NeedForm() {
  const need = useNeed();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <section className="pp-card pp-need" aria-label={t('map.need')}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600}>
          {t('map.need')} <span className="pp-needwords">{needWords(need)}</span>
        </Text>
        <Button
          variant="subtle"
          px="xs"
          flex="none"
          leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? t('map.need.close') : t('map.need.change')}
        </Button>
      </Group>
      <Amount need={need} />
      <div id={id}>{isOpen ? <NeedMore need={need} /> : null}</div>
    </section>
  );
}
