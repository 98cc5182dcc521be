import { isSilence } from '../ocpp/calls.ts';
import type { RateUnit } from '../ocpp/schedule.ts';

/** One call to the box; rejects with the protocol's error, or with another one when no answer came. */
type Call = (action: string, params: object) => Promise<unknown>;

const SPKI_HEX = /^30[0-9a-f]{20,400}$/i;

const REGISTER = 'Energy.Active.Import.Register';

/** What we would like a box to do, best first: some refuse a list for one unknown measurand. */
const SETTINGS = (
  sampleIntervalSec: number,
): readonly (readonly [key: string, values: readonly string[]])[] => [
  ['MeterValueSampleInterval', [String(sampleIntervalSec)]],
  [
    'MeterValuesSampledData',
    [`${REGISTER},Power.Active.Import,Voltage,Temperature`, `${REGISTER},Power.Active.Import`, REGISTER],
  ],
  ['StopTxnSampledData', [REGISTER]],
  // Nobody charges whom the agent did not accept, also while the line is down.
  ['AllowOfflineTxForUnknownId', ['false']],
  ['LocalAuthorizeOffline', ['false']],
  ['LocalPreAuthorize', ['false']],
  ['LocalAuthListEnabled', ['false']],
  ['AuthorizationCacheEnabled', ['false']],
  ['StopTransactionOnInvalidId', ['true']],
  // The agent asks for tags that it knows: asking back would cost a round trip, and the charge where the line drops.
  ['AuthorizeRemoteTxRequests', ['false']],
  ['SampledDataSignReadings', ['true']],
  ['SampledDataSignStartedReadings', ['true']],
  ['PublicKeyWithSignedMeterValue', ['OncePerTransaction']],
];

const FACT_KEYS = [
  'SupportedFeatureProfiles',
  'ChargingScheduleAllowedChargingRateUnit',
  'NumberOfConnectors',
];

export interface ChargePointFacts {
  /** Settings that the box keeps as it likes. */
  refused: string[];
  meterKeys: [connectorId: number, spkiHex: string][];
  /** Undefined where the box does not say. */
  profiles: string[] | undefined;
  rateUnits: RateUnit[] | undefined;
  /** The box stopped answering: the rest was not asked. */
  isSilent: boolean;
}

interface Setting {
  value: string | undefined;
  isReadonly: boolean;
}

/**
 * A public key as boxes tell it: hex or base64 of the key, with or without a prefix as `oca:base16:asn1:` (OCA
 * application note on signed meter values 1.0), and base64 of all that. Lower-case hex of a DER SubjectPublicKeyInfo, or
 * undefined.
 */
export function spkiHexOf(text: string): string | undefined {
  const plain = text.trim();
  for (const told of [plain, Buffer.from(plain, 'base64').toString('latin1')]) {
    const key = told.split(':').at(-1) ?? '';
    for (const hex of [key, Buffer.from(key, 'base64').toString('hex')]) {
      if (SPKI_HEX.test(hex) && hex.length % 2 === 0) return hex.toLowerCase();
    }
  }
  return undefined;
}

/** Resolves to undefined when the box answers with an error. */
async function answered(
  call: Call,
  action: string,
  params: object,
): Promise<Record<string, unknown> | undefined> {
  try {
    return ((await call(action, params)) ?? {}) as Record<string, unknown>;
  } catch (error) {
    if (isSilence(error)) throw error;
    return undefined;
  }
}

async function settingsOf(call: Call, params: object): Promise<Map<string, Setting>> {
  const answer = await answered(call, 'GetConfiguration', params);
  const entries = Array.isArray(answer?.configurationKey) ? (answer.configurationKey as unknown[]) : [];
  return new Map(
    entries.flatMap((entry): [string, Setting][] => {
      const { key, value, readonly } = (entry ?? {}) as Record<string, unknown>;
      if (typeof key !== 'string') return [];
      const text = value === undefined || value === null ? undefined : String(value);
      return [[key, { value: text, isReadonly: readonly === true }]];
    }),
  );
}

/**
 * An empty list asks for all (OCPP 1.6, section 5.8), and boxes that go through the list without looking bear it. What
 * matters most is asked for by name where that tells nothing.
 */
async function allSettings(call: Call): Promise<Map<string, Setting>> {
  const all = await settingsOf(call, { key: [] });
  return all.size > 0 ? all : settingsOf(call, { key: FACT_KEYS });
}

async function isTaken(
  call: Call,
  key: string,
  values: readonly string[],
  setting: Setting | undefined,
): Promise<boolean> {
  const isSet = values.some((value) => value.toLowerCase() === setting?.value?.toLowerCase());
  if (setting?.isReadonly) return isSet;
  // Only the best is good enough to leave it as it is.
  if (values[0]?.toLowerCase() === setting?.value?.toLowerCase()) return true;
  for (const value of values) {
    const status = (await answered(call, 'ChangeConfiguration', { key, value }))?.status;
    if (status === 'Accepted' || status === 'RebootRequired') return true;
    if (status === 'NotSupported') return false;
  }
  return false;
}

const listOf = (text: string | undefined): string[] | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.split(/[,;]/).map((word) => word.trim());

const UNITS: Record<string, RateUnit> = { current: 'A', power: 'W', a: 'A', w: 'W' };

async function readMeterKeys(
  call: Call,
  settings: Map<string, Setting>,
): Promise<[connectorId: number, spkiHex: string][]> {
  const connectors = Math.min(Math.max(Number(settings.get('NumberOfConnectors')?.value) || 2, 1), 20);
  const names = Array.from({ length: connectors }, (_unused, index) => `MeterPublicKey${index + 1}`);
  const isTold = names.some((name) => settings.has(name));
  const told = isTold ? settings : await settingsOf(call, { key: names });
  return names.flatMap((name, index): [number, string][] => {
    const spkiHex = spkiHexOf(told.get(name)?.value ?? '');
    return spkiHex === undefined ? [] : [[index + 1, spkiHex]];
  });
}

/**
 * Reads a box's settings and sets it up: sampling, signed readings, nobody served who is unknown. What it refuses is
 * named and lived with: the register at start and stop is enough to bill. Ends at the first silence.
 */
export async function configure(call: Call, sampleIntervalSec: number): Promise<ChargePointFacts> {
  const facts: ChargePointFacts = {
    refused: [],
    meterKeys: [],
    profiles: undefined,
    rateUnits: undefined,
    isSilent: false,
  };
  try {
    const settings = await allSettings(call);
    facts.profiles = listOf(settings.get('SupportedFeatureProfiles')?.value);
    facts.rateUnits = listOf(settings.get('ChargingScheduleAllowedChargingRateUnit')?.value)?.flatMap(
      (word) => UNITS[word.toLowerCase()] ?? [],
    );
    for (const [key, values] of SETTINGS(sampleIntervalSec)) {
      if (!(await isTaken(call, key, values, settings.get(key)))) facts.refused.push(key);
    }
    facts.meterKeys = await readMeterKeys(call, settings);
  } catch (error) {
    if (!isSilence(error)) throw error;
    facts.isSilent = true;
  }
  return facts;
}
