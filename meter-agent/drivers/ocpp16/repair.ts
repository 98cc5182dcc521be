type Params = Record<string, unknown>;

/** ISO 8601 as boxes get it wrong: a blank for the T, no zone (UTC is meant, by OCPP 1.6 section 3.11), `+0100`. */
const LOOSE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d:?\d\d)?$/i;

const UNITS: Record<string, string> = {
  kwh: 'kWh',
  wh: 'Wh',
  kw: 'kW',
  w: 'W',
  c: 'Celsius',
  '°c': 'Celsius',
  '%': 'Percent',
};

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function time(value: unknown): unknown {
  const match = LOOSE_TIME.exec(String(value));
  if (match === null) return value;
  const [, date, clock, zone = 'Z'] = match;
  return `${date}T${clock}${zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`;
}

function sample(value: unknown): unknown {
  if (!isObject(value)) return value;
  const unit = UNITS[String(value.unit).toLowerCase()];
  return {
    ...value,
    ...(typeof value.value === 'number' ? { value: String(value.value) } : {}),
    ...(unit === undefined ? {} : { unit }),
  };
}

function meterValues(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((entry) => {
    if (!isObject(entry)) return entry;
    const { sampledValue } = entry;
    return {
      ...entry,
      timestamp: time(entry.timestamp),
      sampledValue: Array.isArray(sampledValue) ? sampledValue.map(sample) : sampledValue,
    };
  });
}

const REPAIRS = new Map([
  ['timestamp', time],
  ['meterValue', meterValues],
  ['transactionData', meterValues],
]);

/**
 * The payload of a box's call as OCPP 1.6 would have it, where what is meant is beyond doubt; anything else stays for
 * the schema to judge. The payload itself, which goes to the evidence, is not changed.
 */
export function repaired(params: unknown): unknown {
  if (!isObject(params)) return params;
  const entries = Object.entries(params);
  return Object.fromEntries(entries.map(([key, value]) => [key, REPAIRS.get(key)?.(value) ?? value]));
}
