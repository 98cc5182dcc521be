import { afterEach, expect, test } from 'vitest';
import { OBEYS } from '../support/answers16.ts';
import { betweenOn, tomorrow } from '../support/forward-fixture.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());
const between = betweenOn(scope);

type Params = Record<string, unknown>;

const REGISTER = 'Energy.Active.Import.Register';

/** Answers of a charge point with these settings, which it changes as it is told. */
function withSettings(values: Record<string, string>) {
  const written: [key: string, value: string][] = [];
  const handle = async ({ method, params }: { method: string; params: Params }): Promise<Params> => {
    if (method === 'GetConfiguration') {
      const keys = params.key as string[];
      const wanted = keys.length === 0 ? Object.keys(values) : keys.filter((key) => key in values);
      return { configurationKey: wanted.map((key) => ({ key, value: values[key], readonly: false })) };
    }
    if (method !== 'ChangeConfiguration') return OBEYS[method as keyof typeof OBEYS] ?? {};
    const { key, value } = params as { key: string; value: string };
    written.push([key, value]);
    values[key] = value;
    return { status: 'Accepted' };
  };
  return { values, written, handle };
}

test('OCPP 1.6: passwords, settings of a stop and of the meter are refused in any case, without a booking too', async () => {
  const { chargePoint, other } = await between({ plan: tomorrow() });
  const change = (key: string, value: string) => other.command('ChangeConfiguration', { key, value });
  for (const [key, value] of [
    ['METERVALUESAMPLEINTERVAL', '0'],
    ['MeterValuesSampledData', 'Voltage'],
    ['authorizationkey', '00'],
    ['SecurityProfile', '0'],
    ['StopTransactionOnEVSideDisconnect', 'false'],
    ['STOPTRANSACTIONONINVALIDID', 'false'],
    ['ConnectionUrl', 'ws://x'],
  ] as const)
    expect([key, await change(key, value)]).toEqual([key, { status: 'Rejected' }]);
  expect(await change('LightIntensity', '50')).toEqual({ status: 'Accepted' });
  const changed = chargePoint.asked.filter(({ action }) => action === 'ChangeConfiguration');
  expect(changed.map(({ params }) => params)).toEqual([{ key: 'LightIntensity', value: '50' }]);
});

test("a list of measurands becomes the union of both, and stays it; the agent's finer interval is Accepted", async () => {
  const box = withSettings({ MeterValuesSampledData: REGISTER, MeterValueSampleInterval: '1' });
  const { chargePoint, other } = await between({ plan: tomorrow() });
  chargePoint.client.handle(box.handle as never);
  const change = (key: string, value: string) => other.command('ChangeConfiguration', { key, value });
  expect(await change('MeterValuesSampledData', `Voltage,${REGISTER},SoC`)).toEqual({ status: 'Accepted' });
  expect(box.values.MeterValuesSampledData).toBe(`${REGISTER},Voltage,SoC`);
  expect(await change('MeterValuesSampledData', 'SoC')).toEqual({ status: 'Accepted' });
  expect(box.written).toHaveLength(1);
  expect(await change('MeterValueSampleInterval', '60')).toEqual({ status: 'Accepted' });
  expect(await change('metervaluesampleinterval', '0')).toEqual({ status: 'Accepted' });
  box.values.MeterValueSampleInterval = '30';
  expect(await change('MeterValueSampleInterval', '10')).toEqual({ status: 'Rejected' });
  expect(box.values.MeterValueSampleInterval).toBe('30');
  // Set up again after a boot, the agent asks for what the other wants beside its own.
  box.values.MeterValuesSampledData = REGISTER;
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  const list = () => box.values.MeterValuesSampledData?.split(',') ?? [];
  await expect.poll(list, { timeout: 60_000 }).toContain('SoC');
  expect(list()).toContain(REGISTER);
});

test('OCPP 2.0.1: what is the agent’s in a SetVariables is answered by it, the rest by the station', async () => {
  const other = new OtherCentralSystem(['ocpp2.0.1']);
  const { chargePoint } = await between({
    ...{ other, plan: tomorrow(), client: { protocols: ['ocpp2.0.1'] } },
    answers: {
      GetVariables: { getVariableResult: [{ attributeStatus: 'Accepted', attributeValue: '5' }] },
    },
  });
  const made: Params[] = [];
  chargePoint.client.handle('SetVariables', (async ({ params }: { params: Params }) => {
    made.push(params);
    const data = params.setVariableData as Params[];
    const setVariableResult = data.map(({ component, variable }) => ({
      ...{ component, variable },
      attributeStatus: 'RebootRequired',
    }));
    return { setVariableResult };
  }) as never);
  const entry = (component: string, variable: string, attributeValue: string) => ({
    component: { name: component },
    variable: { name: variable },
    attributeValue,
  });
  const setVariableData = [
    entry('TxCtrlr', 'StopTxOnInvalidId', 'false'),
    entry('DisplayMessageCtrlr', 'Enabled', 'true'),
    entry('SampledDataCtrlr', 'SIGNREADINGS', 'false'),
    entry('SampledDataCtrlr', 'TxUpdatedInterval', '60'),
    entry('sampledDataCtrlr', 'txUpdatedInterval', '2'),
    entry('SecurityCtrlr', 'BasicAuthPassword', 'x'),
  ];
  const { setVariableResult } = await other.command('SetVariables', { setVariableData });
  expect((setVariableResult as Params[]).map(({ attributeStatus }) => attributeStatus)).toEqual([
    'Rejected',
    'RebootRequired',
    'Rejected',
    'Accepted',
    'Rejected',
    'Rejected',
  ]);
  const passed = made.filter(({ setVariableData: data }) => (data as Params[]).length === 1);
  expect(passed).toEqual([{ setVariableData: [setVariableData[1]] }]);
  const setNetworkProfile = {
    configurationSlot: 1,
    connectionData: {
      ...{ ocppVersion: 'OCPP20', ocppTransport: 'JSON', ocppCsmsUrl: 'ws://x' },
      ...{ messageTimeout: 30, securityProfile: 0, ocppInterface: 'Wired0' },
    },
  };
  expect(await other.command('SetNetworkProfile', setNetworkProfile)).toEqual({ status: 'Rejected' });
});
