import { validatorsFor } from '../../../scripts/wallbox/validators.ts';
import { agentFixture } from './agent-fixture.ts';
import type { ScriptedChargePoint } from './scripted-charge-point.ts';
import type { Scope } from './start-agent.ts';

type Params = Record<string, unknown>;

const DEFAULT_ANSWERS: Record<string, Params> = {
  SetVariables: { setVariableResult: [] },
  GetVariables: { getVariableResult: [] },
  RequestStartTransaction: { status: 'Accepted' },
  RequestStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
  TriggerMessage: { status: 'NotImplemented' },
};

/** A register as a sampled value of OCPP 2. */
export const registerOf = (value: number | string, more: Params = {}) => ({
  value,
  measurand: 'Energy.Active.Import.Register',
  unitOfMeasure: { unit: 'Wh' },
  ...more,
});

export interface EventChange {
  transactionId?: string;
  registerWh?: number;
  sampledValue?: object[];
  idTag?: string;
  info?: Params;
  timestamp?: string;
  more?: Params;
}

/** One TransactionEvent as a station sends it; what is not told is left out. */
export function eventOf(eventType: string, change: EventChange = {}): Params {
  const { transactionId = 'tx-1', registerWh, idTag, info, more } = change;
  const timestamp = change.timestamp ?? new Date().toISOString();
  const sampledValue = change.sampledValue ?? (registerWh === undefined ? [] : [registerOf(registerWh)]);
  return {
    eventType,
    timestamp,
    triggerReason: 'ChargingStateChanged',
    seqNo: 0,
    transactionInfo: { transactionId, ...info },
    evse: { id: 1, connectorId: 1 },
    ...(idTag === undefined ? {} : { idToken: { idToken: idTag, type: 'Central' } }),
    ...(sampledValue.length === 0 ? {} : { meterValue: [{ timestamp, sampledValue }] }),
    ...more,
  };
}

/** The fixture with a scripted station of OCPP 2 on its connection. `isLax`: it may say what no schema allows. */
export async function stationFixture(
  scope: Scope,
  options: Parameters<typeof agentFixture>[1] & { protocol?: string; isLax?: boolean } = {},
) {
  const { protocol = 'ocpp2.0.1', isLax = false, answers, ...others } = options;
  const client = { protocols: [protocol], strictMode: !isLax, strictModeValidators: validatorsFor(protocol) };
  const fixture = await agentFixture(scope, {
    ...others,
    client,
    answers: { ...DEFAULT_ANSWERS, ...answers },
  });
  return { ...fixture, ...stationOf(fixture.chargePoint) };
}

export function stationOf(chargePoint: ScriptedChargePoint) {
  const send = async (eventType: string, change?: EventChange) => {
    const { idTokenInfo } = await chargePoint.call('TransactionEvent', eventOf(eventType, change));
    return (idTokenInfo as { status: string } | undefined)?.status;
  };
  const status = (connectorStatus: string, evseId = 1, connectorId = 1) =>
    chargePoint.call('StatusNotification', {
      timestamp: new Date().toISOString(),
      connectorStatus,
      evseId,
      connectorId,
    });
  return { send, status };
}
