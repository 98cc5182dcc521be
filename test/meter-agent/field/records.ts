import { generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { publicKeyHex } from '../../../scripts/wallbox/record.ts';
import { meterTime } from '../../contracts/test-meter.ts';
import { TAG } from '../support/agent-fixture.ts';
import type { Scope } from '../support/start-agent.ts';
import type { FieldCase } from './field-case.ts';
import { fieldWorld, replayFrames } from './field-world.ts';

interface Signed {
  inHex: boolean;
  /** The fields of the record that name who charged. */
  tag?: object;
  level?: string;
  /** What the driver is told to look at. */
  flags: string[];
}

/** A charge of 60 Wh that ends with the meter's record of it, under a key that the box tells. */
export async function signedAtTheEnd(found: FieldCase, scope: Scope, { inHex, tag, level, flags }: Signed) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const world = await fieldWorld(scope);
  const { agent, box } = world;
  const value = publicKeyHex(privateKey);
  box.answersTo.GetConfiguration = {
    configurationKey: [{ key: 'MeterPublicKey1', readonly: true, value }],
    unknownKey: [],
  };
  const steps = found.steps.filter(({ frame }) => frame?.[2] !== 'StopTransaction');
  await replayFrames({ ...found, steps }, world);
  await waitFor('the key to be reported', () => agent.connectors.find('CP1', 1)?.reportedKey);
  const record = recordOf(privateKey, world.nowSec(), tag);
  const signedMeterData = inHex ? Buffer.from(record).toString('hex') : record;
  const container = { signedMeterData, signingMethod: '', encodingMethod: 'OCMF', publicKey: '' };
  const sampledValue = [
    { value: JSON.stringify(container), format: 'SignedData', context: 'Transaction.End' },
  ];
  const timestamp = new Date(world.nowSec() * 1_000).toISOString();
  const transactionId = world.session().transaction?.transactionId;
  const transactionData = [{ timestamp, sampledValue }];
  const stop = { transactionId, meterStop: 1_000_060, timestamp, transactionData };
  await box.say(JSON.stringify([2, 'end', 'StopTransaction', stop]), 'end');
  await agent.meterRecords.verified();
  expect(world.session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
  if (level !== undefined) expect(agent.journal.assuranceLevel(world.bookingId)).toBe(level);
  const told = world.notices().filter(({ code, to }) => code === 'METER_FLAGGED' && to !== 'host');
  expect(told.map(({ params }) => params.reason)).toEqual(flags);
}

function recordOf(key: Parameters<typeof sign>[2] & object, nowSec: number, tag: object = {}): string {
  const total = { RI: '1-b:1.8.0', RU: 'kWh', RT: 'AC', EF: '', ST: 'G' };
  const payload = JSON.stringify({
    ...{ FV: '1.0', GI: 'Meter', GS: '1', PG: 'T7', IS: true, IT: 'CENTRAL', ID: TAG },
    ...tag,
    RD: [
      { TM: meterTime(nowSec - 20), TX: 'B', RV: 1_000, ...total },
      { TM: meterTime(nowSec), TX: 'E', RV: 1_000.06, ...total },
    ],
  });
  const SD = sign('sha256', Buffer.from(payload), key as never).toString('hex');
  return `OCMF|${payload}|${JSON.stringify({ SA: 'ECDSA-secp256r1-SHA256', SD })}`;
}
