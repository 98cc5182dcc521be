import { Button, Group, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { latLngToCell } from 'h3-js';
import { useEffect } from 'react';
import { useMap } from '../map/MapContext.tsx';
import type { ListingDraft } from './draft.ts';

const RESOLUTIONS = {
  7: { label: 'Quarter', explain: 'A cell of about 5 km²: a quarter of a town.' },
  8: { label: 'Blocks', explain: 'A cell of about 0.7 km²: some blocks.' },
  9: { label: 'Street', explain: 'A cell of about 0.1 km²: in the country this can be a single house.' },
} as const;

interface Props {
  draft: ListingDraft;
  onChange: (part: Partial<ListingDraft>) => void;
}

/** The exact place, by a click on the map or by numbers, and how coarsely the public sees it. */
export function PlacePicker({ draft, onChange }: Props) {
  const { onPlace, setOnPlace, setPreview } = useMap();
  const { place } = draft;
  const choose = () =>
    setOnPlace((longitude, latitude) => {
      onChange({ place: { latitude, longitude } });
      setOnPlace(undefined);
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: leaving the form ends the choosing
  useEffect(() => () => setOnPlace(undefined), []);
  useEffect(() => {
    setPreview(place && latLngToCell(place.latitude, place.longitude, draft.resolution));
    return () => setPreview(undefined);
  }, [place, draft.resolution, setPreview]);
  const number = (name: 'latitude' | 'longitude', limit: number) => (
    <NumberInput
      label={name === 'latitude' ? 'Latitude, degrees' : 'Longitude, degrees'}
      value={place?.[name] ?? ''}
      min={-limit}
      max={limit}
      decimalScale={6}
      hideControls
      onChange={(value) => {
        if (typeof value === 'number')
          onChange({ place: { latitude: 0, longitude: 0, ...place, [name]: value } });
      }}
    />
  );
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        Place
      </Text>
      <Button
        variant={onPlace === undefined ? 'default' : 'light'}
        leftSection={<IconMapPin size={18} />}
        onClick={choose}
      >
        {onPlace !== undefined
          ? 'Click on the map now'
          : place === undefined
            ? 'Choose on the map'
            : 'Choose again on the map'}
      </Button>
      <Group grow>
        {number('latitude', 90)}
        {number('longitude', 180)}
      </Group>
      <SegmentedControl
        value={String(draft.resolution)}
        onChange={(value) => onChange({ resolution: Number(value) as ListingDraft['resolution'] })}
        data={([7, 8, 9] as const).map((r) => ({ value: String(r), label: RESOLUTIONS[r].label }))}
        aria-label="How coarsely the place is shown"
      />
      <Text size="xs" c="dimmed">
        {RESOLUTIONS[draft.resolution].explain} Only this cell is published. The exact place stays in this
        browser and in your agent.
      </Text>
    </Stack>
  );
}
