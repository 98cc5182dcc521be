/** A charge point's settings by key, as it reports them. */
type Settings = Iterable<[key: string, setting: { value: string | undefined }]>;

/** No standard names this setting: vendors for the United Kingdom call it RandomisedDelayDuration or alike. */
const RANDOM_DELAY_KEY = /random(i[sz]ed)?[ _.-]?delay/i;
/** The Electric Vehicles (Smart Charge Points) Regulations 2021, regulation 11. */
const LONGEST_RANDOM_DELAY_SEC = 1_800;

/** The longest random delay before it gives power, in s; undefined where it names none. */
export function randomDelayOf(settings: Settings): number | undefined {
  const values = [...settings].flatMap(([key, { value }]) =>
    RANDOM_DELAY_KEY.test(key) && /^\d{1,4}$/.test(value ?? '') ? [Number(value)] : [],
  );
  return values.length === 0 ? undefined : Math.min(Math.max(...values), LONGEST_RANDOM_DELAY_SEC);
}

/** Nor does one name this. A current says nothing without the number of phases: only powers are read. */
const POWER_KEY =
  /^(max(imum)?|rated|nominal)[ _.-]?(charging|connector|station)?[ _.-]?power([ _.-]?k?w)?$/i;
/** Below it the figure is in kW: no wallbox has less, and none has a thousand times as much. */
const LEAST_W = 1_000;
const MOST_W = 400_000;

/** The maximum power of its connectors, in W; undefined where it names none, or one that no wallbox has. */
export function maxPowerOf(settings: Settings): number | undefined {
  const found = [...settings].find(([key, { value }]) => POWER_KEY.test(key) && Number(value) > 0);
  const value = Number(found?.[1].value);
  const maxPowerW = Math.round(value < LEAST_W ? value * 1_000 : value);
  return found !== undefined && maxPowerW >= LEAST_W && maxPowerW <= MOST_W ? maxPowerW : undefined;
}

/** What the settings tell beside the standard's, for the charge point's health. */
export function vendorFactsOf(settings: Settings): { randomDelayMaxSec?: number; maxPowerW?: number } {
  const [randomDelayMaxSec, maxPowerW] = [randomDelayOf(settings), maxPowerOf(settings)];
  return {
    ...(randomDelayMaxSec === undefined ? {} : { randomDelayMaxSec }),
    ...(maxPowerW === undefined ? {} : { maxPowerW }),
  };
}
