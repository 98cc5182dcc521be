import { ActionIcon, Text } from '@mantine/core';
import { IconCurrentLocation, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../app/words.ts';
import { useMap } from './MapContext.tsx';

const ZOOM = 12;
const TIMEOUT_MS = 15_000;
/** A place of the last minutes will do. */
const MAX_AGE_MS = 300_000;

type State = 'idle' | 'asking' | 'refused' | 'unavailable' | 'late';

/** As the Geolocation API numbers its errors. */
const BY_CODE: Partial<Record<number, State>> = { 1: 'refused', 2: 'unavailable', 3: 'late' };

/** Moves the map to where the reader is. The browser asks them first; the place is kept nowhere and sent with searches only. */
export function MyPosition() {
  const { goTo, setOwnPosition } = useMap();
  const [state, setState] = useState<State>('idle');
  const ask = () => {
    if (!('geolocation' in navigator)) return setState('unavailable');
    setState('asking');
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => {
        setState('idle');
        setOwnPosition({ latitude, longitude });
        goTo({ latitude, longitude, zoom: ZOOM });
      },
      ({ code }) => setState(BY_CODE[code] ?? 'unavailable'),
      { timeout: TIMEOUT_MS, maximumAge: MAX_AGE_MS },
    );
  };
  const hasFailed = state !== 'idle' && state !== 'asking';
  return (
    <>
      <ActionIcon
        className="pp-myposition"
        variant="default"
        size={44}
        aria-label={t('map.position')}
        loading={state === 'asking'}
        onClick={ask}
      >
        <IconCurrentLocation size={20} aria-hidden />
      </ActionIcon>
      <div className="pp-positionnote" role="status">
        {hasFailed ? (
          <div className="pp-card">
            <Text size="sm">{t(`map.position.${state}`)}</Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('app.close')}
              onClick={() => setState('idle')}
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </div>
        ) : null}
      </div>
    </>
  );
}
