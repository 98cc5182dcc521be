import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ComponentType, useCallback, useEffect, useRef, useState } from 'react';
import { Boundary } from '../app/Boundary.tsx';
import { t } from '../app/words.ts';
import type { TownMenuProps } from './TownMenu.tsx';
import { useAfterList } from './useAfterList.ts';

/** What floats over the page is large: it begins so long after the list has come, or with the first tap. */
const AFTER_LIST_MS = 1_500;

/** What finds towns, once it is loaded. A part that is lost is shown as such by the boundary. */
function useTownMenu() {
  const isAfterList = useAfterList(AFTER_LIST_MS);
  const [Menu, setMenu] = useState<ComponentType<TownMenuProps>>();
  const [lost, setLost] = useState<unknown>();
  const load = useCallback(() => {
    import('./TownMenu.tsx').then(({ default: loaded }) => setMenu(() => loaded), setLost);
  }, []);
  useEffect(() => {
    if (isAfterList) load();
  }, [isAfterList, load]);
  if (lost !== undefined) throw lost;
  return { Menu, load };
}

function Field() {
  const [text, setText] = useState('');
  const isFocused = useRef(false);
  const { Menu, load } = useTownMenu();
  if (Menu !== undefined) return <Menu {...{ text, setText }} isFocused={isFocused.current} />;
  const focus = () => {
    isFocused.current = true;
    load();
  };
  return (
    <TextInput
      className="pp-search"
      role="combobox"
      aria-haspopup="listbox"
      aria-expanded={false}
      aria-label={t('map.search')}
      placeholder={t('map.search.hint')}
      leftSection={<IconSearch size={17} aria-hidden />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onFocus={focus}
      onBlur={() => {
        isFocused.current = false;
      }}
      maxLength={80}
    />
  );
}

/** Moves the map to a city, town or village. */
export const TownSearch = () => (
  <Boundary>
    <Field />
  </Boundary>
);
