import { isSilence } from '../ocpp/calls.ts';
import { spkiHexOf } from '../ocpp16/configure.ts';

type Call = (action: string, params: object) => Promise<unknown>;

const REGISTER = 'Energy.Active.Import.Register';
const POWER = `${REGISTER},Power.Active.Import`;
const ELECTRIC = `${POWER},Current.Import,Voltage`;

/** Component and variable of the device model, and the values for it, best first. */
export type Setting201 = readonly [path: string, values: readonly string[]];

const INTERVAL = 'SampledDataCtrlr.TxUpdatedInterval';
const MEASURANDS = 'SampledDataCtrlr.TxUpdatedMeasurands';

/** The settings that the agent wants. Every refusal is accepted. */
export const settingsOf = (sampleIntervalSec: number): readonly Setting201[] => [
  [INTERVAL, [String(sampleIntervalSec)]],
  // A list may be refused for one unknown word; temperatures are no measurand of the standard, but of some stations.
  [MEASURANDS, [`${ELECTRIC},Temperature`, ELECTRIC, POWER, REGISTER]],
  ['SampledDataCtrlr.TxStartedMeasurands', [REGISTER]],
  ['SampledDataCtrlr.TxEndedMeasurands', [REGISTER]],
  ['SampledDataCtrlr.SignReadings', ['true']],
  ['SampledDataCtrlr.SignStartedReadings', ['true']],
  ['OCPPCommCtrlr.PublicKeyWithSignedMeterValue', ['OncePerTransaction']],
  // A transaction is then an authorized charge from its first to its last Wh.
  ['TxCtrlr.TxStartPoint', ['PowerPathClosed']],
  ['TxCtrlr.TxStopPoint', ['EVConnected,Authorized']],
  ['TxCtrlr.StopTxOnInvalidId', ['true']],
  ['TxCtrlr.StopTxOnEVSideDisconnect', ['true']],
  // Nobody charges without the agent's acceptance, also while the connection is lost.
  ['AuthCtrlr.OfflineTxForUnknownIdEnabled', ['false']],
  ['AuthCtrlr.LocalAuthorizeOffline', ['false']],
  ['AuthCtrlr.LocalPreAuthorize', ['false']],
  ['AuthCacheCtrlr.Enabled', ['false']],
  ['LocalAuthListCtrlr.Enabled', ['false']],
];

/** In place of refused samples: values by the clock, which a station sends for running transactions too. */
const ALIGNED = (sampleIntervalSec: number): readonly Setting201[] => [
  ['AlignedDataCtrlr.Measurands', [ELECTRIC, POWER, REGISTER]],
  ['AlignedDataCtrlr.Interval', [String(sampleIntervalSec)]],
];

const named = (path: string) => {
  const [component = '', variable = ''] = path.split('.');
  return { component: { name: component }, variable: { name: variable } };
};

interface Result {
  attributeStatus?: string;
  attributeValue?: string;
  component?: { name?: string; evse?: { id?: number } };
  variable?: { name?: string };
}

/** The entries of an answer; of one that is broken, those that can be read. */
async function resultsOf(call: Call, action: string, params: object, list: string): Promise<Result[]> {
  const answer = (await call(action, params)) as Record<string, unknown> | null | undefined;
  const entries = answer?.[list];
  return Array.isArray(entries) ? entries.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

const isDone = ({ attributeStatus }: Result): boolean =>
  attributeStatus === 'Accepted' || attributeStatus === 'RebootRequired';

const codeOf = (error: unknown): string | undefined => (error as { rpcErrorCode?: string }).rpcErrorCode;
const isUnknown = (error: unknown): boolean => /^Not(Implemented|Supported)$/.test(codeOf(error) ?? '');

/** Sets the best value of each in one call; returns those that were refused. Throws what the call threw. */
async function setAll(call: Call, settings: readonly Setting201[]): Promise<readonly Setting201[]> {
  const setVariableData = settings.map(([path, [value]]) => ({ ...named(path), attributeValue: value }));
  const results = await resultsOf(call, 'SetVariables', { setVariableData }, 'setVariableResult');
  const done = results
    .filter(isDone)
    .map(({ component, variable }) => `${component?.name}.${variable?.name}`);
  return settings.filter(([path]) => !done.includes(path));
}

/** One call for each value of each; returns those of which every value was refused. */
async function setEach(call: Call, settings: readonly Setting201[]): Promise<readonly Setting201[]> {
  const refused: Setting201[] = [];
  for (const setting of settings) if (!(await isTaken(call, setting))) refused.push(setting);
  return refused;
}

async function isTaken(call: Call, [path, values]: Setting201): Promise<boolean> {
  for (const value of values) {
    const left = await setAll(call, [[path, [value]]]).catch((error: unknown) => {
      if (isSilence(error)) throw error;
      return [path];
    });
    if (left.length === 0) return true;
  }
  return false;
}

/**
 * Sets variables, in one call if possible; returns the paths that were refused. Throws where no answer comes: a silent
 * station is not waited for twice.
 */
async function setVariables(call: Call, settings: readonly Setting201[]): Promise<string[]> {
  if (settings.length === 0) return [];
  const inOne = await setAll(call, settings).catch((error: unknown) => {
    if (isSilence(error)) throw error;
    return isUnknown(error) ? undefined : settings;
  });
  if (inOne === undefined) return settings.map(([path]) => path);
  // A list that is too long is refused as a whole.
  const isWhole = settings.length > 1 && inOne.length === settings.length;
  const simpler = inOne.flatMap(([path, values]): Setting201[] =>
    isWhole ? [[path, values]] : values.length > 1 ? [[path, values.slice(1)]] : [],
  );
  const still = (await setEach(call, simpler)).map(([path]) => path);
  const tried = simpler.map(([path]) => path);
  return inOne.map(([path]) => path).filter((path) => !tried.includes(path) || still.includes(path));
}

/** The same, with what does the same in place of what was refused. */
export async function changeVariables(
  call: Call,
  settings: readonly Setting201[],
  sampleIntervalSec: number,
): Promise<string[]> {
  const refused = await setVariables(call, settings);
  await setVariables(call, substitutesFor(refused, sampleIntervalSec));
  return refused;
}

/** What is set in place of what was refused. */
const substitutesFor = (refused: readonly string[], sampleIntervalSec: number): readonly Setting201[] =>
  refused.includes(INTERVAL) || refused.includes(MEASURANDS) ? ALIGNED(sampleIntervalSec) : [];

/** Reads the meters' public keys (`FiscalMetering.PublicKey`), by EVSE. */
export async function meterKeysOf(
  call: Call,
  evseIds: readonly number[],
): Promise<[evseId: number, spkiHex: string][]> {
  const variable = { name: 'PublicKey' };
  const getVariableData = [
    { component: { name: 'FiscalMetering' }, variable },
    ...evseIds.map((id) => ({ component: { name: 'FiscalMetering', evse: { id } }, variable })),
  ];
  const results = await resultsOf(call, 'GetVariables', { getVariableData }, 'getVariableResult');
  return results.flatMap(({ component, attributeValue }) => {
    const spkiHex = spkiHexOf(String(attributeValue ?? ''));
    return spkiHex === undefined ? [] : [[component?.evse?.id ?? 1, spkiHex] as [number, string]];
  });
}

/**
 * Whether the station reports that it accepts reservations. Others are not asked for one: they would have to release
 * it before the start, and might have no call for that.
 */
export async function takesReservations(call: Call): Promise<boolean> {
  const paths = ['ReservationCtrlr.Available', 'ReservationCtrlr.Enabled'];
  const getVariableData = paths.map(named);
  const results = await resultsOf(call, 'GetVariables', { getVariableData }, 'getVariableResult');
  const values = results.map(({ attributeValue = '' }) => String(attributeValue).toLowerCase());
  return values.includes('true') && !values.includes('false');
}

/** Asks for the power of the EVSEs: characteristics come in reports only, which follow the answer. */
export const askPower = (call: Call): Promise<unknown> =>
  call('GetReport', { requestId: 1, componentVariable: [named('EVSE.Power')] });
