import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { useMap } from './MapContext.tsx';

/** Offers streets over the map that has none, and says whose they are. Nothing is loaded from there before the tap. */
export function Streets() {
  const { streets, basemapStyleUrl } = useMarket().config;
  const { hasStreets, setStreets } = useMap();
  if (streets === null || basemapStyleUrl !== null) return null;
  const { host } = new URL(streets.styleUrl);
  return hasStreets ? (
    <button type="button" className="pp-streets" onClick={() => setStreets(false)}>
      <b>{t('map.streets.hide')}</b>
      <span>{t('map.streets.loaded', { host })}</span>
    </button>
  ) : (
    <button type="button" className="pp-streets" onClick={() => setStreets(true)}>
      <b>{t('map.streets.show')}</b>
      <span>{t('map.streets.from', { host })}</span>
    </button>
  );
}
