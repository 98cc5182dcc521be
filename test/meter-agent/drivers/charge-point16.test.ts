import { createRPCError } from 'ocpp-rpc';
import { afterEach, expect, test } from 'vitest';
import { CALL_TIMEOUT_MS } from '../../../meter-agent/drivers/ocpp/server.ts';
import {
  isTaken,
  readFacts,
  settingsToChange,
  spkiHexOf,
} from '../../../meter-agent/drivers/ocpp16/configure.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { BOOT, settings } from '../support/answers16.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { readableLog } from '../support/readable-log.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a charge point that boots is set up for a lender: sampling, signed readings, no unknown or offline tags', async () => {
  const { chargePoint, agent } = await agentFixture(scope, {
    answers: { ChangeConfiguration: { status: 'Accepted' } },
  });
  await chargePoint.call('BootNotification', BOOT);
  await waitFor('the last setting', () =>
    chargePoint.asked.some(({ params }) => params.key === 'PublicKeyWithSignedMeterValue'),
  );
  const changes = chargePoint.asked.filter(({ action }) => action === 'ChangeConfiguration');
  expect(Object.fromEntries(changes.map(({ params }) => [params.key, params.value]))).toEqual({
    MeterValueSampleInterval: '1',
    MeterValuesSampledData:
      'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Temperature',
    StopTxnSampledData: 'Energy.Active.Import.Register',
    AllowOfflineTxForUnknownId: 'false',
    LocalAuthorizeOffline: 'false',
    LocalPreAuthorize: 'false',
    LocalAuthListEnabled: 'false',
    AuthorizationCacheEnabled: 'false',
    StopTransactionOnInvalidId: 'true',
    AuthorizeRemoteTxRequests: 'false',
    SampledDataSignReadings: 'true',
    SampledDataSignStartedReadings: 'true',
    PublicKeyWithSignedMeterValue: 'OncePerTransaction',
  });
  expect(chargePoint.asked[0]?.action).toBe('GetConfiguration');
  await waitFor('the settings to be known', () => agent.connectors.health('CP1', 1).refusedSettings);
  expect(agent.connectors.health('CP1', 1).refusedSettings).toEqual([]);
});

test('what a charge point refuses, or may not change, is known afterwards; what it has already is not asked', async () => {
  const { chargePoint, agent } = await agentFixture(scope, {
    answers: {
      ...settings({ MeterValueSampleInterval: '1', LocalAuthorizeOffline: 'FALSE' }),
      ChangeConfiguration: { status: 'Rejected' },
    },
  });
  await chargePoint.call('BootNotification', BOOT);
  const { refusedSettings } = await waitFor('the settings to be known', () => {
    const health = agent.connectors.health('CP1', 1);
    return health.refusedSettings && health;
  });
  expect(refusedSettings).toContain('AllowOfflineTxForUnknownId');
  expect(refusedSettings).not.toContain('MeterValueSampleInterval');
  const keys = chargePoint.asked.map(({ params }) => params.key);
  expect(keys).not.toContain('MeterValueSampleInterval');
  expect(keys).not.toContain('LocalAuthorizeOffline');
  // The shorter lists are tried where the longer is refused.
  expect(keys.filter((key) => key === 'MeterValuesSampledData')).toHaveLength(6);
});

test('a setting that may only be read is not written', async () => {
  const { chargePoint, agent } = await agentFixture(scope, {
    answers: settings({ LocalPreAuthorize: 'true', AuthorizationCacheEnabled: 'false' }, true),
  });
  await chargePoint.call('BootNotification', BOOT);
  await waitFor('the settings to be known', () => agent.connectors.health('CP1', 1).refusedSettings);
  expect(chargePoint.asked.map(({ params }) => params.key)).not.toContain('LocalPreAuthorize');
  expect(agent.connectors.health('CP1', 1).refusedSettings).toContain('LocalPreAuthorize');
  expect(agent.connectors.health('CP1', 1).refusedSettings).not.toContain('AuthorizationCacheEnabled');
});

test('a charge point that is silent while it is set up does not hold up a start for long', async () => {
  const { agent, port } = await agentFixture(scope);
  const raw = new RawChargePoint(`ws://127.0.0.1:${port}/MUTE`);
  scope.onEnd(() => raw.close());
  await raw.opened();
  await raw.call('b', 'BootNotification', BOOT);
  await raw.wasCalled('GetConfiguration');
  const askedAt = performance.now();
  const limitOf = { limitA: 16, phases: 3, endsAt: Math.floor(Date.now() / 1000) + 600 };
  const started = agent.chargePoints.command('MUTE', (connection) =>
    connection.remoteStart?.(1, TAG, limitOf),
  );
  raw.answer(await raw.wasCalled('RemoteStartTransaction'), { status: 'Accepted' });
  expect(performance.now() - askedAt).toBeLessThan(CALL_TIMEOUT_MS);
  expect(await started).toBe('accepted');
  // What was pushed aside is asked again.
  await raw.wasCalled('GetConfiguration');
});

test('setting up ends at the first silence; errors of the protocol are refusals', async () => {
  const asked: string[] = [];
  const call = async (action: string, params: object) => {
    asked.push(String((params as { key?: string }).key ?? action));
    if (asked.length === 5) throw new Error('Call timeout');
    throw createRPCError('NotSupported', 'no');
  };
  const { settings: present } = await readFacts(call);
  const [interval, measurands] = settingsToChange(present, 5).wanted;
  if (interval === undefined || measurands === undefined) throw new Error('nothing is wanted');
  expect(await isTaken(call, interval)).toBe(false);
  await expect(isTaken(call, measurands)).rejects.toThrow('Call timeout');
  expect(asked).toEqual([
    '',
    'SupportedFeatureProfiles,ChargingScheduleAllowedChargingRateUnit,NumberOfConnectors',
    'MeterValueSampleInterval',
    'MeterValuesSampledData',
    'MeterValuesSampledData',
  ]);
});

test('what a charge point does not have is asked for once, refused at once after that, and known', async () => {
  const { log, lines } = readableLog();
  const { chargePoint, agent } = await agentFixture(scope, {
    log,
    answers: { ReserveNow: { status: 'NotSupported' } },
  });
  chargePoint.client.handle('ReserveNow', (() => {
    chargePoint.asked.push({ action: 'ReserveNow', params: {} });
    throw createRPCError('NotImplemented', 'no');
  }) as never);
  const reservation = { reservationId: 1, idTag: TAG, expiresAt: Math.floor(Date.now() / 1000) + 900 };
  expect(await agent.chargePoints.command('CP1', (connection) => connection.reserve?.(1, reservation))).toBe(
    'refused',
  );
  expect(await agent.chargePoints.command('CP1', (connection) => connection.reserve?.(1, reservation))).toBe(
    'refused',
  );
  expect(chargePoint.asked.filter(({ action }) => action === 'ReserveNow')).toHaveLength(1);
  expect(agent.connectors.health('CP1', 1).unsupported).toEqual(['ReserveNow']);
  expect(lines.filter(({ msg }) => msg.includes('does not support this'))).toHaveLength(1);
});

test('reservations, unlock, reset, diagnostics and firmware: asked as OCPP 1.6 has them, and followed', async () => {
  const { chargePoint, agent } = await agentFixture(scope, {
    answers: {
      ReserveNow: { status: 'Accepted' },
      CancelReservation: { status: 'Accepted' },
      UnlockConnector: { status: 'Unlocked' },
      Reset: { status: 'Accepted' },
      GetDiagnostics: { fileName: 'log.zip' },
      UpdateFirmware: {},
    },
  });
  const command = (id: string, give: Parameters<typeof agent.chargePoints.command>[1]) =>
    agent.chargePoints.command(id, give);
  const expiresAt = 1_800_000_000;
  expect(await command('CP1', (cp) => cp.reserve?.(1, { reservationId: 5, idTag: TAG, expiresAt }))).toBe(
    'accepted',
  );
  expect(await chargePoint.wasAsked('ReserveNow')).toEqual({
    connectorId: 1,
    reservationId: 5,
    idTag: TAG,
    expiryDate: '2027-01-15T08:00:00.000Z',
  });
  expect(await command('CP1', (cp) => cp.cancelReservation?.(5))).toBe('accepted');
  expect(await command('CP1', (cp) => cp.unlock?.(1))).toBe('accepted');
  expect(await command('CP1', (cp) => cp.reset?.(false))).toBe('accepted');
  expect(await chargePoint.wasAsked('Reset')).toEqual({ type: 'Soft' });
  expect(await command('CP1', (cp) => cp.uploadDiagnostics?.('ftp://127.0.0.1/logs'))).toBe('accepted');
  expect(await chargePoint.wasAsked('GetDiagnostics')).toEqual({ location: 'ftp://127.0.0.1/logs' });
  expect(await command('CP1', (cp) => cp.updateFirmware?.('http://127.0.0.1/fw', expiresAt))).toBe(
    'accepted',
  );
  expect(await chargePoint.wasAsked('UpdateFirmware')).toMatchObject({
    retrieveDate: '2027-01-15T08:00:00.000Z',
  });
  await chargePoint.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  await chargePoint.call('FirmwareStatusNotification', { status: 'Installing' });
  expect(agent.connectors.health('CP1', 1)).toMatchObject({
    diagnosticsStatus: 'Uploaded',
    firmwareStatus: 'Installing',
  });
  expect(await command('NOBODY', (cp) => cp.unlock?.(1))).toBe('unreachable');
});

test('temperature, voltage, the last error and the firmware are known of each connector', async () => {
  const { chargePoint, agent, handOver } = await agentFixture(scope);
  await chargePoint.call('BootNotification', { ...BOOT, firmwareVersion: '1.2.3' });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  const sampledValue = [
    { value: '10' },
    { value: '231.6', measurand: 'Voltage', phase: 'L1-N', unit: 'V' },
    { value: '86', measurand: 'Temperature', unit: 'Fahrenheit', location: 'Body' },
  ];
  const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
  await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  await chargePoint.call('StatusNotification', {
    connectorId: 1,
    status: 'Charging',
    errorCode: 'HighTemperature',
    info: '91',
  });
  const health = agent.connectors.health('CP1', 1);
  expect(health).toMatchObject({
    temperatureC: 30,
    voltageV: 232,
    lastError: 'HighTemperature: 91',
    firmware: '1.2.3',
  });
  expect(Math.abs(health.clockOffsetSec ?? 99)).toBeLessThan(5);
  expect(agent.connectors.health('CP1', 2).temperatureC).toBeUndefined();
});

test('after a reconnect a charge point is asked where its meter is, if a transaction is open', async () => {
  const { chargePoint, port, handOver } = await agentFixture(scope, {
    answers: { TriggerMessage: { status: 'Accepted' } },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  await chargePoint.close();
  const again = new ScriptedChargePoint(port, 'CP1', { TriggerMessage: { status: 'Accepted' } });
  scope.onEnd(async () => void (await again.close()));
  await again.connect();
  expect(await again.wasAsked('TriggerMessage')).toEqual({ requestedMessage: 'StatusNotification' });
  expect(await again.wasAsked('TriggerMessage')).toEqual({ requestedMessage: 'MeterValues', connectorId: 1 });
  // It did not boot for this agent: it is set up all the same, once nobody charges any more.
  await again.wasAsked('GetConfiguration');
  expect(again.asked.map(({ action }) => action)).not.toContain('ChangeConfiguration');
  await again.stop(transactionId, 0, { reason: 'EVDisconnected' });
  await again.status('Available');
  await again.wasAsked('ChangeConfiguration');
});

test('messages about transactions that nobody knows are answered and kept out of every bill', async () => {
  const { chargePoint, handOver, session, agent, skip, bookingId } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  for (const unknown of [transactionId + 1_000, 0, -1, Number.MAX_SAFE_INTEGER, 1e300]) {
    expect(await chargePoint.stop(unknown, 5_000)).toEqual({});
    expect(await chargePoint.meter(unknown, '5000')).toEqual({});
  }
  expect(session()).toMatchObject({ phase: 'CHARGING' });
  expect(session().transaction?.register.creditedWh).toBe(0);
  expect(agent.journal.note<unknown[]>('orphanStops')).toHaveLength(5);
  await chargePoint.stop(transactionId, 40);
  expect(session().doneWh).toBe(40);
  expect(agent.journal.evidence(bookingId).join('')).not.toContain('5000');
});

test('keys of meters come as hex, base64 and with the oca prefix', () => {
  const hex = `3059301306072a8648ce3d020106082a8648ce3d030107034200${'04'.repeat(65)}`;
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  for (const text of [
    hex,
    hex.toUpperCase(),
    base64,
    `oca:base16:asn1:${hex}`,
    `oca:base64:asn1:${base64}`,
  ]) {
    expect(spkiHexOf(text)).toBe(hex);
    expect(spkiHexOf(Buffer.from(text).toString('base64'))).toBe(hex);
  }
});
