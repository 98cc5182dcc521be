import { isSilence } from '../ocpp/calls.ts';
import { spkiHexOf } from '../ocpp16/configure.ts';

type Call = (action: string, params: object) => Promise<Record<string, unknown>>;

const REGISTER = 'Energy.Active.Import.Register';

/** The settings that the agent wants. Every refusal is accepted. */
const SETTINGS = (sampleIntervalSec: number): readonly (readonly [path: string, value: string])[] => [
  ['SampledDataCtrlr.TxUpdatedInterval', String(sampleIntervalSec)],
  ['SampledDataCtrlr.TxUpdatedMeasurands', `${REGISTER},Power.Active.Import`],
  ['SampledDataCtrlr.TxStartedMeasurands', REGISTER],
  ['SampledDataCtrlr.TxEndedMeasurands', REGISTER],
  ['SampledDataCtrlr.SignReadings', 'true'],
  ['SampledDataCtrlr.SignStartedReadings', 'true'],
  ['OCPPCommCtrlr.PublicKeyWithSignedMeterValue', 'OncePerTransaction'],
  // A transaction is then an authorized charge from its first to its last Wh.
  ['TxCtrlr.TxStartPoint', 'PowerPathClosed'],
  ['TxCtrlr.TxStopPoint', 'EVConnected,Authorized'],
  ['TxCtrlr.StopTxOnInvalidId', 'true'],
  ['TxCtrlr.StopTxOnEVSideDisconnect', 'true'],
  // Nobody charges without the agent's acceptance, also while the connection is lost.
  ['AuthCtrlr.OfflineTxForUnknownIdEnabled', 'false'],
  ['AuthCtrlr.LocalAuthorizeOffline', 'false'],
  ['AuthCtrlr.LocalPreAuthorize', 'false'],
  ['AuthCacheCtrlr.Enabled', 'false'],
  ['LocalAuthListCtrlr.Enabled', 'false'],
];

/** Values to fall back to where a list is refused for one unknown word. */
const SIMPLER: Record<string, string> = { 'SampledDataCtrlr.TxUpdatedMeasurands': REGISTER };

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

const isDone = ({ attributeStatus }: Result): boolean =>
  attributeStatus === 'Accepted' || attributeStatus === 'RebootRequired';

const codeOf = (error: unknown): string | undefined => (error as { rpcErrorCode?: string }).rpcErrorCode;
const isUnknown = (error: unknown): boolean => /^Not(Implemented|Supported)$/.test(codeOf(error) ?? '');

/** Sets variables in one call; returns the paths that were refused. Throws what the call threw. */
async function setAll(call: Call, settings: readonly (readonly [string, string])[]): Promise<string[]> {
  const setVariableData = settings.map(([path, attributeValue]) => ({ ...named(path), attributeValue }));
  const { setVariableResult } = await call('SetVariables', { setVariableData });
  const done = ((setVariableResult ?? []) as Result[])
    .filter(isDone)
    .map(({ component, variable }) => `${component?.name}.${variable?.name}`);
  return settings.map(([path]) => path).filter((path) => !done.includes(path));
}

/** One call for each, where the station refuses a list. */
async function setEach(call: Call, settings: readonly (readonly [string, string])[]): Promise<string[]> {
  const refused: string[] = [];
  for (const setting of settings) {
    refused.push(
      ...(await setAll(call, [setting]).catch((error: unknown) => {
        if (isSilence(error)) throw error;
        return [setting[0]];
      })),
    );
  }
  return refused;
}

/** All in one call if possible. Throws where more calls are no use: a silent station is not waited for twice. */
async function setVariables(call: Call, sampleIntervalSec: number): Promise<string[]> {
  const settings = SETTINGS(sampleIntervalSec);
  const all = settings.map(([path]) => path);
  const inOne = await setAll(call, settings).catch((error: unknown) => {
    if (isSilence(error) || isUnknown(error)) throw error;
    return all;
  });
  // A list that is too long is refused as a whole.
  const refused = inOne.length < all.length ? inOne : await setEach(call, settings);
  const simpler = refused.flatMap((path) => (path in SIMPLER ? [[path, SIMPLER[path] ?? ''] as const] : []));
  const still = simpler.length > 0 && refused.length < all.length ? await setEach(call, simpler) : refused;
  return refused.filter((path) => !(path in SIMPLER) || still.includes(path));
}

/** Reads the meters' public keys (`FiscalMetering.PublicKey`), by EVSE. */
async function meterKeysOf(call: Call, evseIds: number[]): Promise<[evseId: number, spkiHex: string][]> {
  const variable = { name: 'PublicKey' };
  const getVariableData = [
    { component: { name: 'FiscalMetering' }, variable },
    ...evseIds.map((id) => ({ component: { name: 'FiscalMetering', evse: { id } }, variable })),
  ];
  const { getVariableResult } = await call('GetVariables', { getVariableData });
  return ((getVariableResult ?? []) as Result[]).flatMap(({ component, attributeValue }) => {
    const spkiHex = spkiHexOf(attributeValue ?? '');
    return spkiHex === undefined ? [] : [[component?.evse?.id ?? 1, spkiHex] as [number, string]];
  });
}

/**
 * Sets a station up after its boot and reads its meter keys. Refusals are reported and accepted: the register at
 * start and stop is enough to bill.
 */
export async function configure(call: Call, sampleIntervalSec: number, evseIds: number[]) {
  try {
    const refused = await setVariables(call, sampleIntervalSec);
    return { refused, meterKeys: await meterKeysOf(call, evseIds).catch(() => []) };
  } catch {
    return { refused: SETTINGS(sampleIntervalSec).map(([path]) => path), meterKeys: [] };
  }
}

/**
 * Whether the station reports that it accepts reservations. Others are not asked for one: they would have to release
 * it before the start, and might have no call for that.
 */
export async function takesReservations(call: Call): Promise<boolean> {
  const paths = ['ReservationCtrlr.Available', 'ReservationCtrlr.Enabled'];
  const { getVariableResult } = await call('GetVariables', { getVariableData: paths.map(named) });
  const values = ((getVariableResult ?? []) as Result[]).map(({ attributeValue = '' }) =>
    attributeValue.toLowerCase(),
  );
  return values.includes('true') && !values.includes('false');
}
