import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { foreignFixture, now } from '../support/foreign-fixture.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { readableLog } from '../support/readable-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

type Fixture = Awaited<ReturnType<typeof foreignFixture>>;

async function charging() {
  const made = await foreignFixture(scope);
  made.handOver();
  const start = { connectorId: 1, idTag: TAG, meterStart: 1_000_000, timestamp: now() };
  const [, , answer] = await made.chargePoint.call('s', 'StartTransaction', start);
  made.skip(300);
  return { ...made, transactionId: (answer as { transactionId: number }).transactionId };
}

const creditedWh = ({ session }: Pick<Fixture, 'session'>) => session().transaction?.register.creditedWh;

test('damaged texts count where the meaning is beyond doubt; what cannot be read is shown, and harms no other frame', async () => {
  const made = await charging();
  const { chargePoint, agent, lines, transactionId } = made;
  const metered = (id: string, value: number, transaction: string) =>
    `[2,"${id}","MeterValues",{"connectorId":1,"transactionId":${transaction},"meterValue":[{"timestamp":"${now()}","sampledValue":[{"value":"${value}"}]}]}]`;
  expect(await chargePoint.says(metered('a', 1_000_040, ''), 'a')).toEqual([3, 'a', {}]);
  expect(creditedWh(made)).toBe(40);
  await chargePoint.says(`\ufeff${metered('b', 1_000_050, String(transactionId))}\u0000`, 'b');
  expect(creditedWh(made)).toBe(50);
  const broken = `[2,"c","MeterValues",{"connectorId":1 ${'x'.repeat(500)}`;
  expect((await chargePoint.says(broken, '-1')).slice(0, 3)).toEqual([4, '-1', 'FormationViolation']);
  const line = lines.find(({ msg }) => msg.startsWith('malformed OCPP frame'));
  expect(String(line?.text)).toContain('[2,"c","MeterValues"');
  expect(String(line?.text).length).toBeLessThan(250);
  expect(agent.connectors.health('CP1', 1).brokenFrame).toMatchObject({ count: 1, text: line?.text });
  await chargePoint.says(metered('d', 1_000_060, String(transactionId)), 'd');
  expect(creditedWh(made)).toBe(60);
});

test('bytes that are no UTF-8 end no connection', async () => {
  const { chargePoint, agent } = await foreignFixture(scope);
  const boot = Buffer.from(
    '[2,"b","BootNotification",{"chargePointVendor":"Ger\u00e4t","chargePointModel":"M"}]',
    'latin1',
  );
  chargePoint.socket.send(boot, { binary: false });
  await waitFor('the answer', () => chargePoint.frames.find(([type, id]) => type === 3 && id === 'b'));
  expect(agent.connectors.info('CP1').model).toBe('M');
});

test('one without a subprotocol is served as 1.6, from boot to stop', async () => {
  const { log } = readableLog();
  const made = await agentFixture(scope, { log });
  await made.chargePoint.close();
  const chargePoint = new RawChargePoint(`ws://127.0.0.1:${made.port}/CP1`, {}, []);
  scope.onEnd(() => chargePoint.close());
  expect(await chargePoint.opened()).toBe('open');
  expect(chargePoint.socket.protocol).toBe('');
  const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
  expect(await chargePoint.call('b', 'BootNotification', boot)).toMatchObject([
    3,
    'b',
    { status: 'Accepted' },
  ]);
  made.handOver();
  chargePoint.answer(await chargePoint.wasCalled('RemoteStartTransaction'), { status: 'Accepted' });
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  const [, , answer] = await chargePoint.call('s', 'StartTransaction', start);
  const { transactionId } = answer as { transactionId: number };
  made.skip(300);
  await chargePoint.call('e', 'StopTransaction', { transactionId, meterStop: 70, timestamp: now() });
  expect(made.session()).toMatchObject({ phase: 'FINAL', doneWh: 70 });
});

test('a register of one phase is told by its value where it is not counted; a foreign number by the number', async () => {
  const made = await charging();
  const { chargePoint, session, lines } = made;
  const metered = (id: string, transactionId: number, more: object) => {
    const sampledValue = [{ value: '1000040', unit: 'Wh', ...more }];
    const values = { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] };
    return chargePoint.call(id, 'MeterValues', values);
  };
  await metered('a', made.transactionId, { unit: 'furlong' });
  expect(session().unusable).toEqual({ reason: 'UNIT', value: '1000040 furlong' });
  await metered('b', made.transactionId, { value: 'many' });
  await metered('c', made.transactionId, { value: 'more' });
  expect(session().unusable).toEqual({ reason: 'NUMBER', value: 'more Wh' });
  const told = lines.filter(({ msg }) => msg.startsWith('meter values that are not counted'));
  expect(told.map(({ reason }) => reason)).toEqual(['UNIT', 'NUMBER']);
  await metered('d', made.transactionId, {});
  expect(session().unusable).toBeNull();
});
