type Params = Record<string, unknown>;

/** Units as charge points misspell them. */
const UNITS = new Map([
  ['kwh', 'kWh'],
  ['wh', 'Wh'],
  ['kw', 'kW'],
  ['w', 'W'],
  ['c', 'Celsius'],
  ['°c', 'Celsius'],
  ['%', 'Percent'],
]);

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sample(value: unknown): unknown {
  if (!isObject(value)) return value;
  const unit = UNITS.get(String(value.unit).toLowerCase());
  return {
    ...value,
    ...(typeof value.value === 'number' ? { value: String(value.value) } : {}),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** OCPP 1.5 calls the samples `values`, and also the list that contains them. */
function meterValues(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((entry) => {
    if (!isObject(entry)) return entry;
    const { values, ...others } = entry;
    const { sampledValue = values } = others;
    return Array.isArray(sampledValue) ? { ...others, sampledValue: sampledValue.map(sample) } : entry;
  });
}

const REPAIRS = new Map([
  ['meterValue', meterValues],
  ['transactionData', meterValues],
]);

/**
 * The payload of a call as OCPP 1.6 defines it, where the meaning is beyond doubt; everything else is left to the
 * schema. The payload itself, which goes to the evidence, is not changed.
 */
export function repaired(params: unknown): unknown {
  if (!isObject(params)) return params;
  const { values, ...others } = params;
  const named = Array.isArray(values) && others.meterValue === undefined;
  const entries = Object.entries(named ? { ...others, meterValue: values } : params);
  return Object.fromEntries(entries.map(([key, value]) => [key, REPAIRS.get(key)?.(value) ?? value]));
}
