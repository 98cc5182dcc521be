import { type ReactNode, useId, useState } from 'react';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit, power, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { Chip } from './Chip.tsx';
import { CONNECTORS, connectorWords } from './chargerWords.ts';
import { type Filters, isFiltered } from './find.ts';
import { localText, unixOf } from './localTime.ts';
import { useMap } from './MapContext.tsx';

const POWERS_W = [3_700, 7_400, 11_000, 22_000];
/** Hundredths of the token per kWh. */
const PRICES = [20, 30, 40, 50, 75];

const HOUR_SEC = 3_600;

/** Free now, or at a time that the reader names. */
function FreeChip({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { free, ...rest } = filters;
  const [isAsking, setAsking] = useState(false);
  const id = useId();
  const pick = (value: string) => {
    setAsking(value === 'at');
    if (value === '') onChange(rest);
    if (value === 'now') onChange({ ...rest, free: 'now' });
    const nextHour = (Math.floor(Date.now() / 1_000 / HOUR_SEC) + 1) * HOUR_SEC;
    if (value === 'at') onChange({ ...rest, free: nextHour });
  };
  const isAt = typeof free === 'number';
  return (
    <>
      <Chip
        label={t('map.filter.free')}
        value={isAt ? 'at' : (free ?? '')}
        isOn={free !== undefined}
        onPick={pick}
      >
        <option value="">{t('map.filter.free.any')}</option>
        <option value="now">{t('map.filter.free.now')}</option>
        <option value="at">
          {isAt ? t('map.filter.free.at', { when: whenOf(free) }) : t('map.filter.free.ask')}
        </option>
      </Chip>
      {isAt || isAsking ? (
        <label className="pp-chiptime" htmlFor={id}>
          <span>{t('map.filter.free.from')}</span>
          <input
            id={id}
            type="datetime-local"
            value={isAt ? localText(free) : ''}
            min={localText(Math.floor(Date.now() / 1_000))}
            onChange={(event) => {
              const at = unixOf(event.currentTarget.value);
              if (at !== undefined) onChange({ ...rest, free: at });
            }}
          />
        </label>
      ) : null}
    </>
  );
}

/** What the reader asks of a charger, as chips, behind the ones given. */
export function FilterChips({ children }: { children: ReactNode }) {
  const { filters, setFilters } = useMap();
  const { token } = useMarket().config;
  const { connector, minPowerW, maxPricePerKwh, isMeterSigned } = filters;
  const set = (change: { [Name in keyof Filters]: Filters[Name] | undefined }) =>
    setFilters(
      Object.fromEntries(
        Object.entries({ ...filters, ...change }).filter(([, value]) => value !== undefined),
      ) as Filters,
    );
  const numberOf = (value: string) => (value === '' ? undefined : Number(value));
  const perCent = 10 ** Math.max(0, token.decimals - 2);
  return (
    <fieldset className="pp-chips">
      <legend className="pp-hidden">{t('map.filters')}</legend>
      {children}
      <FreeChip filters={filters} onChange={setFilters} />
      <Chip
        label={t('map.filter.connector')}
        value={connector ?? ''}
        isOn={connector !== undefined}
        onPick={(value) => set({ connector: CONNECTORS.find((one) => one === value) })}
      >
        <option value="">{t('map.filter.connector.any')}</option>
        {CONNECTORS.map((standard) => (
          <option key={standard} value={standard}>
            {connectorWords(standard)}
          </option>
        ))}
      </Chip>
      <Chip
        label={t('map.filter.power')}
        value={minPowerW === undefined ? '' : String(minPowerW)}
        isOn={minPowerW !== undefined}
        onPick={(value) => set({ minPowerW: numberOf(value) })}
      >
        <option value="">{t('map.filter.power.any')}</option>
        {POWERS_W.map((watts) => (
          <option key={watts} value={watts}>
            {t('map.filter.power.from', { power: power(watts) })}
          </option>
        ))}
      </Chip>
      <Chip
        label={t('map.filter.price')}
        value={maxPricePerKwh === undefined ? '' : String(maxPricePerKwh)}
        isOn={maxPricePerKwh !== undefined}
        onPick={(value) => set({ maxPricePerKwh: numberOf(value) })}
      >
        <option value="">{t('map.filter.price.any')}</option>
        {PRICES.map((cents) => cents * perCent).map((units) => (
          <option key={units} value={units}>
            {t('map.filter.price.upTo', { price: moneyUnit(String(units), token) })}
          </option>
        ))}
      </Chip>
      <Chip
        label={t('map.filter.assurance')}
        value={isMeterSigned ? 'meter' : ''}
        isOn={isMeterSigned === true}
        onPick={(value) => set({ isMeterSigned: value === 'meter' ? true : undefined })}
      >
        <option value="">{t('map.filter.assurance.any')}</option>
        <option value="meter">{t('map.filter.assurance.meter')}</option>
      </Chip>
      {isFiltered(filters) ? (
        <button type="button" className="pp-chip pp-chip-clear" onClick={() => setFilters({})}>
          {t('map.filter.clear')}
        </button>
      ) : null}
    </fieldset>
  );
}
