import { expect, test } from 'vitest';
import { OtherMeasurands } from '../../../meter-agent/forwarding/measurands.ts';
import type { Params } from '../../../meter-agent/forwarding/outbox.ts';
import { OwnSettings } from '../../../meter-agent/forwarding/own-settings.ts';
import { SettingRequests } from '../../../meter-agent/forwarding/setting-requests.ts';
import { memory } from './filter-grounds.ts';

test("the agent's own list of measurands is set with the other's; without, where the charge point refuses that", async () => {
  const others = new OtherMeasurands(memory(), 'CP1');
  const made: Params[] = [];
  const box = { MeterValuesSampledData: 'A,B', maxWords: 9 };
  const call = async (action: string, params: object) => {
    const { key, value } = params as Params;
    if (action === 'GetConfiguration')
      return {
        configurationKey: [
          { key: 'MeterValuesSampledData', value: box.MeterValuesSampledData, readonly: false },
        ],
      };
    made.push(params as Params);
    if (String(value).split(',').length > box.maxWords) return { status: 'Rejected' };
    if (key === 'MeterValuesSampledData') box.MeterValuesSampledData = String(value);
    return { status: 'Accepted' };
  };
  const own = new OwnSettings(others);
  const set = { key: 'MeterValuesSampledData', value: 'A,B' };
  others.keep('MeterValuesSampledData', ['b', 'Temperature']);
  // The driver would leave a list alone that is its own best: it lacks the other's.
  expect(await own.call(call, 'GetConfiguration', { key: [] })).toEqual({
    configurationKey: [{ key: 'MeterValuesSampledData', readonly: false }],
  });
  expect(await own.call(call, 'ChangeConfiguration', set)).toEqual({ status: 'Accepted' });
  expect(made).toEqual([{ ...set, value: 'A,B,Temperature' }]);
  // Once it is there it is not written again: that may make a charge point restart.
  expect(await new OwnSettings(others).call(call, 'GetConfiguration', { key: [] })).toMatchObject({
    configurationKey: [{ value: 'A,B,Temperature' }],
  });
  expect(await own.call(call, 'ChangeConfiguration', set)).toEqual({ status: 'Accepted' });
  expect(made).toHaveLength(1);
  box.maxWords = 2;
  const after = new OwnSettings(others);
  expect(await after.call(call, 'ChangeConfiguration', set)).toEqual({ status: 'Accepted' });
  expect(made.slice(1)).toEqual([{ ...set, value: 'A,B,Temperature' }, set]);
});

test('OCPP 2.0.1: a union that the station refuses is set without the words of the other', async () => {
  const others = new OtherMeasurands(memory(), 'CP1');
  others.keep('SampledDataCtrlr.TxUpdatedMeasurands', ['Voltage']);
  const entry = (variable: string, attributeValue: string) => ({
    component: { name: 'SampledDataCtrlr' },
    variable: { name: variable },
    attributeValue,
  });
  const made: unknown[] = [];
  const call = async (_action: string, params: object) => {
    const { setVariableData } = params as { setVariableData: Params[] };
    made.push(setVariableData.map(({ attributeValue }) => attributeValue));
    const setVariableResult = setVariableData.map(({ attributeValue, ...named }) => ({
      ...named,
      attributeStatus: String(attributeValue).includes('Voltage') ? 'Rejected' : 'Accepted',
    }));
    return { setVariableResult };
  };
  const setVariableData = [entry('TxUpdatedInterval', '5'), entry('TxUpdatedMeasurands', 'A')];
  const answer = (await new OwnSettings(others).call(call, 'SetVariables', { setVariableData })) as Params;
  expect(made).toEqual([['5', 'A,Voltage'], ['A']]);
  expect((answer.setVariableResult as Params[]).map(({ attributeStatus }) => attributeStatus)).toEqual([
    'Accepted',
    'Accepted',
  ]);
});

test('a list that is wanted during a booking is refused, and set with the agent’s own once that is over', async () => {
  const others = new OtherMeasurands(memory(), 'CP1');
  const made: string[] = [];
  let isBooked = true;
  const ask = async (action: string) => {
    made.push(action);
    return { configurationKey: [{ key: 'MeterValuesSampledData', value: 'A' }], status: 'Accepted' };
  };
  const requests = new SettingRequests({
    ask,
    others,
    own: new OwnSettings(others),
    isBooked: () => isBooked,
  });
  const change = () =>
    requests.answer('ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'A,Voltage' });
  expect(await change()).toEqual({ status: 'Rejected' });
  expect(made).toEqual(['GetConfiguration']);
  expect(others.united('MeterValuesSampledData', 'A')).toBe('A,Voltage');
  isBooked = false;
  expect(await change()).toEqual({ status: 'Accepted' });
  expect(made).toEqual(['GetConfiguration', 'GetConfiguration', 'ChangeConfiguration']);
});

test('of other settings that are the agent’s, only the value that the charge point has is Accepted; never a password', async () => {
  const others = new OtherMeasurands(memory(), 'CP1');
  const ask = () => Promise.reject(new Error('nothing is asked'));
  const own = new OwnSettings(others);
  await own.call(async () => ({ status: 'Accepted' }), 'ChangeConfiguration', {
    key: 'StopTransactionOnInvalidId',
    value: 'true',
  });
  await own.call(async () => ({ status: 'Accepted' }), 'ChangeConfiguration', {
    key: 'AuthorizationKey',
    value: '00',
  });
  const requests = new SettingRequests({
    ask,
    others,
    own,
    isBooked: () => true,
  });
  const change = (key: string, value: string) => requests.answer('ChangeConfiguration', { key, value });
  expect(await change('stopTransactionOnInvalidID', 'TRUE')).toEqual({ status: 'Accepted' });
  expect(await change('StopTransactionOnInvalidId', 'false')).toEqual({ status: 'Rejected' });
  expect(await change('LocalPreAuthorize', 'false')).toEqual({ status: 'Rejected' });
  expect(await change('AuthorizationKey', '00')).toEqual({ status: 'Rejected' });
});

test('what the agent itself has set is the agent’s, whatever its name: values by the clock in place of samples', async () => {
  const others = new OtherMeasurands(memory(), 'CP1');
  const own = new OwnSettings(others);
  const made: unknown[] = [];
  const ask = async (action: string, params: object) => {
    made.push(params);
    const { setVariableData = [] } = params as { setVariableData?: Params[] };
    return action === 'GetVariables'
      ? { getVariableResult: [{ attributeValue: '5' }] }
      : { setVariableResult: setVariableData.map((entry) => ({ ...entry, attributeStatus: 'Accepted' })) };
  };
  const entry = (value: string) => ({
    component: { name: 'AlignedDataCtrlr' },
    variable: { name: 'Interval' },
    attributeValue: value,
  });
  const requests = new SettingRequests({ ask, others, own, isBooked: () => false });
  const wants = async (value: string) => {
    const answer = await requests.answer('SetVariables', { setVariableData: [entry(value)] });
    const [result] = (answer as { setVariableResult: Params[] }).setVariableResult;
    return result?.attributeStatus;
  };
  expect(await wants('900')).toBe('Accepted');
  expect(made).toEqual([{ setVariableData: [entry('900')] }]);
  await own.call(ask, 'SetVariables', { setVariableData: [entry('5')] });
  made.length = 0;
  expect(await wants('900')).toBe('Accepted');
  expect(await wants('1')).toBe('Rejected');
  expect(JSON.stringify(made)).not.toContain('setVariableData');
});
