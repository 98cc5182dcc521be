import { isSilence } from '../ocpp/calls.ts';
import type { RateUnit } from '../ocpp/limit-forms.ts';

/** One call; rejects with the protocol's error, or with another one when no answer came. */
type Call = (action: string, params: object) => Promise<unknown>;

const SPKI_HEX = /^30[0-9a-f]{20,400}$/i;

const REGISTER = 'Energy.Active.Import.Register';
const POWER = `${REGISTER},Power.Active.Import`;
const ELECTRIC = `${POWER},Current.Import,Voltage`;

/** Whose value is changed, and the values for it, best first. */
export type Setting16 = readonly [key: string, values: readonly string[]];

/** The settings that the agent wants: some charge points refuse a list for one unknown measurand. */
const SETTINGS = (sampleIntervalSec: number): readonly Setting16[] => [
  ['MeterValueSampleInterval', [String(sampleIntervalSec)]],
  [
    'MeterValuesSampledData',
    [
      `${ELECTRIC},Temperature`,
      ELECTRIC,
      `${POWER},Voltage,Temperature`,
      `${POWER},Current.Import`,
      POWER,
      REGISTER,
    ],
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

interface PresentSetting {
  value: string | undefined;
  isReadonly: boolean;
}

type PresentSettings = ReadonlyMap<string, PresentSetting>;

/** What a charge point reports of itself. */
export interface ChargePointFacts {
  settings: PresentSettings;
  /** Undefined where the charge point does not report them. */
  profiles: string[] | undefined;
  rateUnits: RateUnit[];
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

async function settingsOf(call: Call, params: object): Promise<PresentSettings> {
  const answer = await answered(call, 'GetConfiguration', params);
  const entries = Array.isArray(answer?.configurationKey) ? (answer.configurationKey as unknown[]) : [];
  return new Map(
    entries.flatMap((entry): [string, PresentSetting][] => {
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
async function allSettings(call: Call): Promise<PresentSettings> {
  const all = await settingsOf(call, { key: [] });
  return all.size > 0 ? all : settingsOf(call, { key: FACT_KEYS });
}

const listOf = (text: string | undefined): string[] | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.split(/[,;]/).map((word) => word.trim());

const UNITS: Record<string, RateUnit> = { current: 'A', power: 'W', a: 'A', w: 'W' };

/** Reads the settings. Changes nothing. Rejects where no answer comes. */
export async function readFacts(call: Call): Promise<ChargePointFacts> {
  const settings = await allSettings(call);
  return {
    settings,
    profiles: listOf(settings.get('SupportedFeatureProfiles')?.value),
    rateUnits: (listOf(settings.get('ChargingScheduleAllowedChargingRateUnit')?.value) ?? []).flatMap(
      (word) => UNITS[word.toLowerCase()] ?? [],
    ),
  };
}

/**
 * The settings to change: sampling, signed readings, no service to unknown tags. One is left as it is only where it has
 * the best value already. `refused`: those that may only be read, and have no value that is wanted.
 */
export function settingsToChange(present: PresentSettings, sampleIntervalSec: number) {
  const isSame = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();
  const open = SETTINGS(sampleIntervalSec).filter(([key, [best]]) => !isSame(present.get(key)?.value, best));
  const isReadonly = ([key]: Setting16) => present.get(key)?.isReadonly === true;
  const refused = open
    .filter(isReadonly)
    .filter(([key, values]) => !values.some((value) => isSame(value, present.get(key)?.value)));
  return { wanted: open.filter((setting) => !isReadonly(setting)), refused: refused.map(([key]) => key) };
}

/** Whether the charge point takes one of the values. Rejects where no answer comes. */
export async function isTaken(call: Call, [key, values]: Setting16): Promise<boolean> {
  for (const value of values) {
    const status = (await answered(call, 'ChangeConfiguration', { key, value }))?.status;
    if (status === 'Accepted' || status === 'RebootRequired') return true;
    if (status === 'NotSupported') return false;
  }
  return false;
}

/** The public keys of the meters, by connector. Rejects where no answer comes. */
export async function readMeterKeys(
  call: Call,
  settings: PresentSettings,
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
