import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterCommand } from '../../../meter-agent/forwarding/command-filter.ts';
import { OtherMeasurands } from '../../../meter-agent/forwarding/measurands.ts';
import type { Params } from '../../../meter-agent/forwarding/outbox.ts';
import { OwnSettings } from '../../../meter-agent/forwarding/own-settings.ts';
import { SettingRequests } from '../../../meter-agent/forwarding/setting-requests.ts';
import { groundsOf } from './filter-grounds.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 20_000 : 400 };

/** The settings that a test of the field found unguarded, and their kin, each with a value that harms. */
const KEYS = [
  'MeterValueSampleInterval',
  'MeterValuesSampledData',
  'StopTxnSampledData',
  'AllowOfflineTxForUnknownId',
  'LocalAuthorizeOffline',
  'LocalPreAuthorize',
  'LocalAuthListEnabled',
  'AuthorizationCacheEnabled',
  'AuthorizeRemoteTxRequests',
  'StopTransactionOnInvalidId',
  'StopTransactionOnEVSideDisconnect',
  'MaxEnergyOnInvalidId',
  'SampledDataSignReadings',
  'SampledDataSignStartedReadings',
  'PublicKeyWithSignedMeterValue',
  'MeterPublicKey1',
  'TransactionMessageAttempts',
  'AuthorizationKey',
  'SecurityProfile',
  'BasicAuthPassword',
  'ConnectionUrl',
  'Cst_BackendUrl',
];
const VARIABLES = [
  ['SampledDataCtrlr', 'TxUpdatedInterval'],
  ['SampledDataCtrlr', 'TxUpdatedMeasurands'],
  ['SampledDataCtrlr', 'TxEndedMeasurands'],
  ['SampledDataCtrlr', 'SignReadings'],
  ['AlignedDataCtrlr', 'SignReadings'],
  ['OCPPCommCtrlr', 'PublicKeyWithSignedMeterValue'],
  ['OCPPCommCtrlr', 'MessageAttempts'],
  ['TxCtrlr', 'StopTxOnInvalidId'],
  ['TxCtrlr', 'StopTxOnEVSideDisconnect'],
  ['TxCtrlr', 'TxStartPoint'],
  ['AuthCtrlr', 'LocalAuthorizeOffline'],
  ['AuthCtrlr', 'Enabled'],
  ['AuthCacheCtrlr', 'Enabled'],
  ['LocalAuthListCtrlr', 'Enabled'],
  ['SmartChargingCtrlr', 'Enabled'],
  ['SecurityCtrlr', 'BasicAuthPassword'],
  ['NetworkConfiguration', 'OcppCsmsUrl'],
  ['EVSE', 'Enabled'],
] as const;

/** Letters that are the same as Latin ones to somebody. */
const LOOKALIKES: Record<string, string[]> = { s: ['ſ', 'ｓ'], k: ['\u212a'], i: ['ı', 'İ'], a: ['ａ'] };
/** A name in another spelling that a lenient reader takes for it. */
const respelt = (name: string): fc.Arbitrary<string> =>
  fc.array(fc.nat(5), { minLength: name.length, maxLength: name.length }).map((how) =>
    [...name]
      .map((sign, index) => {
        const others = LOOKALIKES[sign.toLowerCase()] ?? [];
        if (how[index] === 1) return sign.toUpperCase();
        if (how[index] === 2) return sign.toLowerCase();
        if (how[index] === 3) return others[index % Math.max(1, others.length)] ?? sign;
        return how[index] === 4 && index % 7 === 0 ? `${sign} ` : sign;
      })
      .join(''),
  );

const guardedKey = fc.constantFrom(...KEYS).chain(respelt);
const guardedVariable = fc
  .constantFrom(...VARIABLES)
  .chain(([component, variable]) => fc.tuple(respelt(component), respelt(variable)));

const asObjectOrNot = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });

const harmfulEntry = fc
  .tuple(guardedVariable, fc.jsonValue({ maxDepth: 1 }), fc.boolean(), fc.boolean())
  .map(([[component, variable], junk, hasInstance, hasEvse]) => ({
    component: {
      name: component,
      ...(hasInstance && { instance: 'x' }),
      ...(hasEvse && { evse: { id: 1 } }),
    },
    variable: { name: variable, ...(hasInstance && { instance: 'y' }) },
    attributeValue: '0',
    customData: { vendorId: 'v', junk },
  }));
const harmlessEntry = fc.constant({
  component: { name: 'AlignedDataCtrlr' },
  variable: { name: 'Interval' },
  attributeValue: '60',
});

const command16 = fc.tuple(
  fc.constantFrom(
    'ChangeConfiguration',
    'changeConfiguration',
    'CHANGECONFIGURATION',
    'Change_Configuration',
  ),
  fc.oneof(
    fc.record({ key: asObjectOrNot(guardedKey), value: asObjectOrNot(fc.constant('0')) }),
    guardedKey.map((Key) => ({ key: 'LightIntensity', value: '1', Key })),
    guardedKey.map((key) => ({ key: [key], value: '0' })),
    guardedKey.map((key) => ({ key: 'LightIntensity', value: '1', more: { key, value: '0' } })),
  ),
);
const command201 = fc.tuple(
  fc.constantFrom('SetVariables', 'setvariables', 'SETVARIABLES'),
  fc.oneof(
    fc.record({ setVariableData: fc.array(fc.oneof(harmfulEntry, harmlessEntry), { maxLength: 5 }) }),
    fc.record({ setVariableData: harmfulEntry }),
    fc.record({ setVariableData: fc.array(asObjectOrNot(harmfulEntry), { maxLength: 3 }) }),
    harmfulEntry.map((entry) => ({ setVariableData: [], SetVariableData: [entry] })),
  ),
);

/** How a charge point reads a name that does not care about case, width or blanks. */
const lenient = (text: unknown): string =>
  String(text).normalize('NFKC').replace(/\s/g, '').toUpperCase().normalize('NFD').replace(/\p{M}/gu, '');

/** Whatever a lenient charge point might read as a setting in a command: each text in it, and texts within texts. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [lenient(value)];
  if (typeof value !== 'object' || value === null) return [lenient(value)];
  return Object.entries(value).flatMap(([key, inner]) => [lenient(key), ...textsOf(inner)]);
}
const HARMFUL = new Set([...KEYS.map(lenient), ...VARIABLES.map(([, variable]) => lenient(variable))]);
HARMFUL.delete('ENABLED');

/** What reaches a charge point of one command. */
async function reached(protocol: string, action: string, params: Params): Promise<Params[]> {
  const grounds = groundsOf(protocol);
  const made: Params[] = [];
  const ask = async (called: string, its: object) => {
    if (!called.startsWith('Get')) made.push(its as Params);
    return {};
  };
  const others = new OtherMeasurands(grounds.memory, 'CP1');
  const requests = new SettingRequests({ ask, others, own: new OwnSettings(others), isBooked: () => false });
  try {
    const verdict = filterCommand(grounds, action, params);
    if ('settings' in verdict) await requests.answer(verdict.settings, params);
    else if ('pass' in verdict) made.push(verdict.pass);
  } catch {
    // Refused with an error.
  }
  return made;
}

test('no command that passes changes a guarded setting, whatever its shape, case and nesting', async () => {
  await fc.assert(
    fc.asyncProperty(command16, async ([action, params]) => {
      for (const passed of await reached('ocpp1.6', action, params as Params))
        expect(textsOf(passed).filter((text) => HARMFUL.has(text))).toEqual([]);
    }),
    RUNS,
  );
  await fc.assert(
    fc.asyncProperty(
      command201,
      fc.constantFrom('ocpp2.0.1', 'ocpp2.1'),
      async ([action, params], protocol) => {
        for (const passed of await reached(protocol, action, params as Params)) {
          const texts = textsOf(passed);
          expect(texts.filter((text) => HARMFUL.has(text))).toEqual([]);
          expect(texts).not.toContain('ENABLED');
        }
      },
    ),
    RUNS,
  );
});

test("a vendor's command that names a guarded setting, also within texts, does not pass", async () => {
  await fc.assert(
    fc.asyncProperty(guardedKey, fc.nat(3), async (name, depth) => {
      let data = JSON.stringify({ set: { [name.replaceAll(' ', '')]: '0' } });
      for (let level = 0; level < depth; level += 1) data = JSON.stringify({ inner: data });
      expect(await reached('ocpp1.6', 'DataTransfer', { vendorId: 'v', messageId: 'm', data })).toEqual([]);
    }),
    RUNS,
  );
  const harmless = { vendorId: 'v', messageId: 'Lights', data: '{"brightness":5,"dateTime":"x"}' };
  expect(await reached('ocpp1.6', 'DataTransfer', harmless)).toEqual([harmless]);
});

test('harmless settings pass as they are', async () => {
  for (const key of [
    'LightIntensity',
    'ClockAlignedDataInterval',
    'MeterValuesAlignedData',
    'HeartbeatInterval',
  ])
    expect(await reached('ocpp1.6', 'ChangeConfiguration', { key, value: '1' })).toEqual([
      { key, value: '1' },
    ]);
  const entry = {
    component: { name: 'DisplayMessageCtrlr', evse: { id: 1 } },
    variable: { name: 'Enabled', instance: 'x' },
    attributeType: 'Actual',
    attributeValue: 'true',
  };
  expect(await reached('ocpp2.0.1', 'SetVariables', { setVariableData: [entry] })).toEqual([
    { setVariableData: [entry] },
  ]);
});

const PROFILE = {
  stackLevel: 0,
  chargingProfileKind: 'Absolute',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] },
};

test("profiles of the agent's range are the agent's at all times", () => {
  const grounds = groundsOf('ocpp1.6');
  for (const chargingProfileId of [61_000, 61_001, 61_099]) {
    const csChargingProfiles = { ...PROFILE, chargingProfileId, chargingProfilePurpose: 'TxDefaultProfile' };
    for (const params of [
      { connectorId: 2, csChargingProfiles },
      { connectorId: 2, csChargingProfiles: [csChargingProfiles] },
    ])
      expect(filterCommand(grounds, 'SetChargingProfile', params)).toEqual({
        refusal: { status: 'Rejected' },
      });
    expect(filterCommand(grounds, 'ClearChargingProfile', { id: chargingProfileId, connectorId: 2 })).toEqual(
      {
        refusal: { status: 'Unknown' },
      },
    );
    const start = { idTag: 'X', connectorId: 2, chargingProfile: csChargingProfiles };
    expect(filterCommand(grounds, 'RemoteStartTransaction', start)).toEqual({
      refusal: { status: 'Rejected' },
    });
    const chargingProfile = { ...PROFILE, id: chargingProfileId, chargingProfilePurpose: 'TxDefaultProfile' };
    const in2 = groundsOf('ocpp2.0.1');
    expect(filterCommand(in2, 'SetChargingProfile', { evseId: 2, chargingProfile })).toHaveProperty(
      'refusal',
    );
    expect(filterCommand(in2, 'ClearChargingProfile', { chargingProfileId })).toHaveProperty('refusal');
  }
  const theirs = { connectorId: 1, csChargingProfiles: { ...PROFILE, chargingProfileId: 1 } };
  expect(filterCommand(grounds, 'SetChargingProfile', theirs)).toEqual({ pass: theirs });
});

test('during a booking no profile is cleared or set that could reach its connector, whatever the command names', () => {
  const clears: [string, Params][] = [
    ['ocpp1.6', {}],
    ['ocpp1.6', { id: 5 }],
    ['ocpp1.6', { chargingProfilePurpose: 'TxProfile' }],
    ['ocpp1.6', { connectorId: 1, stackLevel: 0 }],
    ['ocpp1.6', { connectorId: 0 }],
    ['ocpp1.6', { ConnectorId: 2 }],
    ['ocpp1.6', { connectorId: 'two' }],
    ['ocpp1.6', { evseId: 2 }],
    ['ocpp2.0.1', {}],
    ['ocpp2.0.1', { chargingProfileId: 5 }],
    ['ocpp2.0.1', { chargingProfileCriteria: { chargingProfilePurpose: 'TxProfile' } }],
    ['ocpp2.0.1', { chargingProfileCriteria: { evseId: 1 } }],
    ['ocpp2.0.1', { connectorId: 2 }],
  ];
  for (const [protocol, params] of clears)
    expect(filterCommand(groundsOf(protocol, [1]), 'ClearChargingProfile', params)).toEqual({
      refusal: { status: 'Unknown' },
    });
  for (const chargingProfilePurpose of ['ChargePointMaxProfile', 'ChargingStationMaxProfile']) {
    const csChargingProfiles = { ...PROFILE, chargingProfileId: 5, chargingProfilePurpose };
    for (const connectorId of [0, 1, 2])
      expect(
        filterCommand(groundsOf('ocpp1.6', [1]), 'SetChargingProfile', { connectorId, csChargingProfiles }),
      ).toEqual({ refusal: { status: 'Rejected' } });
  }
  const other = { connectorId: 2, chargingProfilePurpose: 'TxDefaultProfile' };
  expect(filterCommand(groundsOf('ocpp1.6', [1]), 'ClearChargingProfile', other)).toEqual({ pass: other });
});

test('a station that may compare names without their case keeps a booked transaction', () => {
  const stop = { transactionId: 'TX-1' };
  expect(filterCommand(groundsOf('ocpp2.0.1', [1]), 'RequestStopTransaction', stop)).toEqual({
    refusal: { status: 'Rejected' },
  });
  expect(filterCommand(groundsOf('ocpp2.0.1'), 'RequestStopTransaction', stop)).toEqual({ pass: stop });
  expect(filterCommand(groundsOf('ocpp2.0.1'), 'SetNetworkProfile', {})).toHaveProperty('refusal');
});
