import { Radio, SimpleGrid } from '@mantine/core';
import { PRESETS, type PresetName } from '../../../protocol/presets.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { duration } from '../app/units.ts';

const LABELS: Record<PresetName, string> = { relaxed: 'Relaxed', usual: 'Usual', strict: 'Strict' };
const SEC_PER_DAY = 86_400;

function words(name: PresetName): string {
  const { horizonSlots, maxSlots, cancelUntilMin, noshowTimeoutMin } = PRESETS[name];
  const days = (horizonSlots * SLOT_SEC) / SEC_PER_DAY;
  return (
    `Booked up to ${days} days ahead, for ${duration(maxSlots * SLOT_SEC)} at most. Free cancellation until ` +
    `${duration(cancelUntilMin * 60)} before; a guest who is ${duration(noshowTimeoutMin * 60)} late has not come.`
  );
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
      label="Terms for guests"
      value={preset ?? ''}
      onChange={(name) => onChange(name as PresetName)}
    >
      <SimpleGrid cols={1} spacing="xs" mt={6}>
        {(Object.keys(PRESETS) as PresetName[]).map((name) => (
          <Radio key={name} value={name} label={LABELS[name]} description={words(name)} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
