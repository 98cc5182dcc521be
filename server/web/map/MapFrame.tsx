import { Alert, Center, Loader, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Hex } from 'viem';
import { lazyPart } from '../app/Boundary.tsx';
import { useMarket } from '../app/MarketProvider.tsx';
import { chargingSecOf, needWhAt, powerFor, useNeed } from '../app/need.ts';
import { money, moneyUnit } from '../app/units.ts';
import { t } from '../app/words.ts';
import { ForeignCard, ForeignSwitch } from './Foreign.tsx';
import { useMap } from './MapContext.tsx';
import { MyPosition } from './MyPosition.tsx';
import type { PinWords } from './pins.ts';
import { Streets } from './Streets.tsx';
import { summaryCost } from './summaryCost.ts';
import { TownSearch } from './TownSearch.tsx';
import { hasWebGl } from './webgl.ts';
import './map.css';

// Loaded after the list, which shows the same chargers.
const MapView = lazyPart(() => import('./MapView.tsx'), <MapLoading />);

function MapLoading() {
  return (
    <Center h="100%">
      <Loader aria-label={t('map.loadingMap')} />
    </Center>
  );
}

/** The total of the reader's need on each pin. */
function usePinWords(): PinWords {
  const { token } = useMarket().config;
  const need = useNeed();
  return useMemo(
    () => ({
      costOf: (charger) => {
        const powerW = powerFor(need, charger);
        return summaryCost(charger, needWhAt(need, powerW), chargingSecOf(need, powerW));
      },
      text: (cost) => moneyUnit(cost, token),
      short: (cost) => money(cost, token),
    }),
    [need, token],
  );
}

interface Props {
  selected: Hex | undefined;
  onPick: (listingId: Hex) => void;
}

function Canvas({ selected, onPick }: Props) {
  const { chargers, look, ...map } = useMap();
  const words = usePinWords();
  return (
    <MapView
      chargers={chargers.all}
      isTiled={chargers.truncated}
      changes={chargers.changes}
      {...{ selected, onPick, words }}
      onMove={look}
      destination={map.destination}
      foreign={map.foreign}
      lit={map.lit}
      onLit={map.setLit}
      ownPosition={map.ownPosition}
      hasStreets={map.hasStreets}
      onLocation={map.onLocation}
      preview={map.preview}
    />
  );
}

/** The map with what lies over it. */
export function MapFrame(props: Props) {
  const { onLocation } = useMap();
  const drawable = useMemo(hasWebGl, []);
  return (
    <section className="pp-mapbox" aria-label={t('map.region')}>
      <div className="pp-overmap">
        <TownSearch />
        <ForeignSwitch />
        {onLocation === undefined ? null : (
          <Text className="pp-card" size="sm" fw={600} role="status">
            {t('map.placing')}
          </Text>
        )}
      </div>
      <MyPosition />
      {drawable ? (
        <>
          <Streets />
          <Canvas {...props} />
        </>
      ) : (
        <Center h="100%" p="lg">
          <Alert title={t('map.noWebGl')} color="gray" maw={420}>
            {t('map.noWebGl.text')}
          </Alert>
        </Center>
      )}
      <ForeignCard />
    </section>
  );
}
