import { Button, Group, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { latLngToCell } from 'h3-js';
import { useEffect } from 'react';
import { useMap } from '../map/MapContext.tsx';
import type { ListingDraft } from './draft.ts';

const RESOLUTIONS = {
  7: { label: 'District', explain: 'A cell of about 5 km²: a district of a town.' },
  8: { label: 'Blocks', explain: 'A cell of about 0.7 km²: a few blocks.' },
  9: { label: 'Street', explain: 'A cell of about 0.1 km². In the country it can hold a single house.' },
} as const;

interface Props {
  draft: ListingDraft;
  onChange: (part: Partial<ListingDraft>) => void;
}

/** The exact location, by a click on the map or by numbers, and the precision of the public one. */
export function LocationPicker({ draft, onChange }: Props) {
  const { onLocation, setOnLocation, setPreview } = useMap();
  const { location } = draft;
  const choose = () =>
    setOnLocation((longitude, latitude) => {
      onChange({ location: { latitude, longitude } });
      setOnLocation(undefined);
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: leaving the form ends the choice on the map
  useEffect(() => () => setOnLocation(undefined), []);
  useEffect(() => {
    setPreview(location && latLngToCell(location.latitude, location.longitude, draft.resolution));
    return () => setPreview(undefined);
  }, [location, draft.resolution, setPreview]);
  const number = (name: 'latitude' | 'longitude', limit: number) => (
    <NumberInput
      label={name === 'latitude' ? 'Latitude, degrees' : 'Longitude, degrees'}
      value={location?.[name] ?? ''}
      min={-limit}
      max={limit}
      decimalScale={6}
      hideControls
      onChange={(value) => {
        if (typeof value === 'number')
          onChange({ location: { latitude: 0, longitude: 0, ...location, [name]: value } });
      }}
    />
  );
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        Location
      </Text>
      <Button
        variant={onLocation === undefined ? 'default' : 'light'}
        leftSection={<IconMapPin size={18} />}
        onClick={choose}
      >
        {onLocation !== undefined
          ? 'Click on the map now'
          : location === undefined
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
        aria-label="Precision of the public location"
      />
      <Text size="xs" c="dimmed">
        {RESOLUTIONS[draft.resolution].explain} Only this cell is published. The exact location stays in this
        browser and in your agent.
      </Text>
    </Stack>
  );
}
