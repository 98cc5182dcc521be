import { Autocomplete } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { TownJson } from '../../../protocol/map-api.ts';
import { api } from '../app/api.ts';
import { LOCALE, t } from '../app/words.ts';
import { useMap } from './MapContext.tsx';

const PAUSE_MS = 150;
const LIMIT = 6;
/** How near a city of many people is looked at, and a village. */
const ZOOM = { city: 10.5, village: 12 };
const CITY_PEOPLE = 100_000;

/** `Freiburg, DE`, and where there are several of that name, with their people. */
function labelsOf(towns: readonly TownJson[]): Map<string, TownJson> {
  const labels = new Map<string, TownJson>();
  for (const town of towns) {
    const name = `${town.name}, ${town.country}`;
    const people = town.population.toLocaleString(LOCALE);
    labels.set(labels.has(name) ? t('map.search.people', { name, people }) : name, town);
  }
  return labels;
}

/** Cities, towns and villages by the beginning of any word of their name. */
function useTowns(text: string): readonly TownJson[] {
  const [towns, setTowns] = useState<readonly TownJson[]>([]);
  useEffect(() => {
    const query = text.trim();
    if (query.length < 2) return setTowns([]);
    let isCurrent = true;
    const timer = setTimeout(() => {
      api('searchTowns', { query: { q: query, limit: `${LIMIT}` } }).then(
        (found) => isCurrent && setTowns(found.places),
        // The next letter asks again; what was found before stays.
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text]);
  return towns;
}

export interface TownMenuProps {
  text: string;
  setText: (text: string) => void;
  /** It takes the place of a field that has the focus. */
  isFocused: boolean;
}

/** The field with what it found. */
export default function TownMenu({ text, setText, isFocused }: TownMenuProps) {
  const { goTo } = useMap();
  const labels = labelsOf(useTowns(text));
  const pick = (label: string) => {
    const town = labels.get(label);
    if (town === undefined) return;
    const zoom = town.population >= CITY_PEOPLE ? ZOOM.city : ZOOM.village;
    goTo({ longitude: Number(town.longitude), latitude: Number(town.latitude), zoom });
  };
  return (
    <Autocomplete
      className="pp-search"
      autoFocus={isFocused}
      aria-label={t('map.search')}
      placeholder={t('map.search.hint')}
      leftSection={<IconSearch size={17} aria-hidden />}
      data={[...labels.keys()]}
      filter={({ options }) => options}
      value={text}
      onChange={setText}
      onOptionSubmit={pick}
      selectFirstOptionOnChange
      maxLength={80}
    />
  );
}
