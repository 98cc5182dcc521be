import { Radio, SimpleGrid } from '@mantine/core';
import { PRESETS, type PresetName } from '../../../protocol/presets.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { duration } from '../app/units.ts';
import { t } from '../app/words.ts';

const SEC_PER_DAY = 86_400;

function words(name: PresetName): string {
  const { horizonSlots, maxSlots, cancelUntilMin, noshowTimeoutMin } = PRESETS[name];
  const days = (horizonSlots * SLOT_SEC) / SEC_PER_DAY;
  return t('listing.preset.about', {
    days,
    longest: duration(maxSlots * SLOT_SEC),
    free: duration(cancelUntilMin * 60),
    late: duration(noshowTimeoutMin * 60),
  });
}

interface Props {
  /** Undefined while the listing's own terms stay. */
  preset: PresetName | undefined;
  onChange: (preset: PresetName) => void;
}

/** All terms of a listing with one choice; prices stay the host's own. */
export function PresetChoice({ preset, onChange }: Props) {
  return (
    <Radio.Group
      label={t('listing.preset')}
      value={preset ?? ''}
      onChange={(name) => onChange(name as PresetName)}
    >
      <SimpleGrid cols={1} spacing="xs" mt={6}>
        {(Object.keys(PRESETS) as PresetName[]).map((name) => (
          <Radio key={name} value={name} label={t(`listing.preset.name.${name}`)} description={words(name)} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
