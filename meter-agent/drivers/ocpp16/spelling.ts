type Params = Record<string, unknown>;

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** OCPP 1.5 calls the samples `values`, and also the list that contains them. */
function inWordsOf15(params: Params): Params {
  const { values, ...others } = params;
  if (values === undefined || others.meterValue !== undefined) return params;
  return {
    ...others,
    meterValue: listOf(values).map((entry) => {
      if (!isObject(entry) || entry.values === undefined) return entry;
      const { values: samples, ...more } = entry;
      return { sampledValue: samples, ...more };
    }),
  };
}

/** Words of ChargePointErrorCode. */
const ERROR_WORDS = [
  ...['ConnectorLockFailure', 'EVCommunicationError', 'GroundFailure', 'HighTemperature', 'InternalError'],
  ...['LocalListConflict', 'NoError', 'OtherError', 'OverCurrentFailure', 'OverVoltage', 'PowerMeterFailure'],
  ...['PowerSwitchFailure', 'ReaderFailure', 'ResetFailure', 'UnderVoltage', 'WeakSignal'],
];

/**
 * The status decides, whatever the error word is: an unknown word is OtherError, and stays readable as the
 * description; where none is said it is as with NoError, unless the status is Faulted.
 */
function withErrorWord(params: Params): Params {
  const { errorCode, status, info } = params;
  const word = typeof errorCode === 'string' ? errorCode.trim() : '';
  const isFaulted = String(status).trim().toLowerCase() === 'faulted';
  if (word === '') return { ...params, errorCode: isFaulted ? 'OtherError' : 'NoError' };
  const known = ERROR_WORDS.find((one) => one.toLowerCase() === word.toLowerCase());
  return {
    ...params,
    errorCode: known ?? 'OtherError',
    ...(known === undefined ? { info: info || word } : {}),
  };
}

/** A call in the words of OCPP 1.6. */
export function spelled16(action: string, params: Params): Params {
  if (action === 'StatusNotification') return withErrorWord(params);
  return action === 'MeterValues' ? inWordsOf15(params) : params;
}
