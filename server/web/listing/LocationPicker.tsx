import { Button, Group, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { latLngToCell } from 'h3-js';
import { useEffect } from 'react';
import { t } from '../app/words.ts';
import { useMap } from '../map/MapContext.tsx';
import type { ListingDraft } from './draft.ts';

const RESOLUTIONS = [7, 8, 9] as const;

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
      label={t(`listing.position.${name}`)}
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
        {t('listing.position')}
      </Text>
      <Button
        variant={onLocation === undefined ? 'default' : 'light'}
        leftSection={<IconMapPin size={18} />}
        onClick={choose}
      >
        {onLocation !== undefined
          ? t('listing.position.click')
          : location === undefined
            ? t('listing.position.choose')
            : t('listing.position.again')}
      </Button>
      <Group grow>
        {number('latitude', 90)}
        {number('longitude', 180)}
      </Group>
      <SegmentedControl
        value={String(draft.resolution)}
        onChange={(value) => onChange({ resolution: Number(value) as ListingDraft['resolution'] })}
        data={RESOLUTIONS.map((r) => ({ value: String(r), label: t(`listing.cell.${r}`) }))}
        aria-label={t('listing.position.precision')}
      />
      <Text size="sm" c="dimmed">
        {t(`listing.cell.about.${draft.resolution}`)} {t('listing.position.public')}
      </Text>
    </Stack>
  );
}
