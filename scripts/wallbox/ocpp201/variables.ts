import type { Settings } from '../settings.ts';

/** Variables of OCPP 2.0.1's device model that this wallbox has, and its own names for them. */
const NAMES: Record<string, string> = {
  'SampledDataCtrlr.TxUpdatedInterval': 'MeterValueSampleInterval',
  'SampledDataCtrlr.TxUpdatedMeasurands': 'MeterValuesSampledData',
  'SampledDataCtrlr.SignReadings': 'SampledDataSignReadings',
  'SampledDataCtrlr.SignStartedReadings': 'SampledDataSignStartedReadings',
  'OCPPCommCtrlr.HeartbeatInterval': 'HeartbeatInterval',
  'OCPPCommCtrlr.PublicKeyWithSignedMeterValue': 'PublicKeyWithSignedMeterValue',
  'TxCtrlr.EVConnectionTimeOut': 'ConnectionTimeOut',
  'TxCtrlr.StopTxOnInvalidId': 'StopTransactionOnInvalidId',
};

/** Variables that cannot be changed. */
const FIXED: Record<string, string> = { 'ReservationCtrlr.Available': 'true' };

interface Named {
  component: { name: string; evse?: { id: number } };
  variable: { name: string };
}

const pathOf = ({ component, variable }: Named): string => `${component.name}.${variable.name}`;

const isKnownComponent = ({ component }: Named): boolean =>
  component.name === 'FiscalMetering' ||
  Object.keys(NAMES).some((path) => path.startsWith(`${component.name}.`));

/** The setting behind a variable. */
function settingOf(named: Named): string | undefined {
  const path = pathOf(named);
  if (path === 'FiscalMetering.PublicKey') return `MeterPublicKey${named.component.evse?.id ?? 1}`;
  return NAMES[path];
}

const unknown = (named: Named): string => (isKnownComponent(named) ? 'UnknownVariable' : 'UnknownComponent');

/** One entry of SetVariables' answer. */
export function setVariable(settings: Settings, wanted: Named & { attributeValue: string }) {
  const { component, variable, attributeValue } = wanted;
  const setting = settingOf(wanted);
  const changed = setting === undefined ? 'NotSupported' : settings.change(setting, attributeValue);
  return { component, variable, attributeStatus: changed === 'NotSupported' ? unknown(wanted) : changed };
}

/** One entry of GetVariables' answer. */
export function getVariable(settings: Settings, wanted: Named) {
  const { component, variable } = wanted;
  const attributeValue = FIXED[pathOf(wanted)] ?? settings.text(settingOf(wanted) ?? '');
  if (attributeValue === '') return { component, variable, attributeStatus: unknown(wanted) };
  return { component, variable, attributeStatus: 'Accepted', attributeValue };
}
