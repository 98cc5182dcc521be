import { isSilence } from '../ocpp/calls.ts';
import type { RateUnit } from '../ocpp/schedule.ts';

/** One call; rejects with the protocol's error, or with another one when no answer came. */
type Call = (action: string, params: object) => Promise<unknown>;

const SPKI_HEX = /^30[0-9a-f]{20,400}$/i;

const REGISTER = 'Energy.Active.Import.Register';

/** The settings that the agent wants, best value first: some charge points refuse a list for one unknown measurand. */
const SETTINGS = (
  sampleIntervalSec: number,
): readonly (readonly [key: string, values: readonly string[]])[] => [
  ['MeterValueSampleInterval', [String(sampleIntervalSec)]],
  [
    'MeterValuesSampledData',
    [`${REGISTER},Power.Active.Import,Voltage,Temperature`, `${REGISTER},Power.Active.Import`, REGISTER],
  ],
  ['StopTxnSampledData', [REGISTER]],
  // Nobody charges without the agent's acceptance, also while the connection is lost.
  ['AllowOfflineTxForUnknownId', ['false']],
  ['LocalAuthorizeOffline', ['false']],
  ['LocalPreAuthorize', ['false']],
  ['LocalAuthListEnabled', ['false']],
  ['AuthorizationCacheEnabled', ['false']],
  ['StopTransactionOnInvalidId', ['true']],
  // The agent starts only tags that it knows: an Authorize would cost a round trip, and the charge if the connection
  // breaks.
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
  /** Settings that the charge point refused. */
  refused: string[];
  meterKeys: [connectorId: number, spkiHex: string][];
  /** Undefined where the charge point does not report them. */
  profiles: string[] | undefined;
  rateUnits: RateUnit[] | undefined;
  /** The charge point stopped answering, so the rest was not tried. */
  isSilent: boolean;
}

interface Setting {
  value: string | undefined;
  isReadonly: boolean;
}

/**
 * Reads a public key as charge points report it: hex or base64 of the key, with or without a prefix such as
 * `oca:base16:asn1:` (OCA application note on signed meter values 1.0), and base64 of all that. Returns lower-case
 * hex of a DER SubjectPublicKeyInfo, or undefined.
 */
export function spkiHexOf(text: string): string | undefined {
  const plain = text.trim();
  for (const candidate of [plain, Buffer.from(plain, 'base64').toString('latin1')]) {
    const key = candidate.split(':').at(-1) ?? '';
    for (const hex of [key, Buffer.from(key, 'base64').toString('hex')]) {
      if (SPKI_HEX.test(hex) && hex.length % 2 === 0) return hex.toLowerCase();
    }
  }
  return undefined;
}

/** Resolves to undefined when the answer is an error. */
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
 * An empty list asks for all settings (OCPP 1.6, section 5.8), and charge points that always iterate over the list
 * need one. Where that returns nothing, the most important are asked for by name.
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
  // A setting is left alone only where it has the best value already.
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
  const isListed = names.some((name) => settings.has(name));
  const keySettings = isListed ? settings : await settingsOf(call, { key: names });
  return names.flatMap((name, index): [number, string][] => {
    const spkiHex = spkiHexOf(keySettings.get(name)?.value ?? '');
    return spkiHex === undefined ? [] : [[index + 1, spkiHex]];
  });
}

/**
 * Reads the settings and sets the charge point up: sampling, signed readings, no service to unknown tags. Refusals
 * are reported and accepted: the register at start and stop is enough to bill. Ends at the first silence.
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
