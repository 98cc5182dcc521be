import { afterEach, expect, test } from 'vitest';
import { askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { checkChargePoints } from '../../../meter-agent/cli/check-charge-points.ts';
import { CALL_TIMEOUT_MS } from '../../../meter-agent/drivers/ocpp/server.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { BOOT } from '../support/answers16.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

type Call = [2, string, string, { key?: string; value?: string }];
type AnswerTo = (call: Call, chargePoint: RawChargePoint) => unknown;

const CURSED = 'MeterValuesSampledData';

const text = (call: Call, answer: object) => JSON.stringify([3, call[1], answer]);

/** A charge point that answers each call with the text that `answerTo` returns, if any. */
async function dial(port: number, id: string, answerTo: AnswerTo): Promise<RawChargePoint> {
  const chargePoint = new RawChargePoint(`ws://127.0.0.1:${port}/${id}`);
  scope.onEnd(() => chargePoint.close());
  chargePoint.socket.on('message', (data) => {
    const call = JSON.parse(String(data)) as Call;
    const answer = call[0] === 2 ? answerTo(call, chargePoint) : undefined;
    if (typeof answer === 'string') chargePoint.socket.send(answer);
  });
  expect(await chargePoint.opened()).toBe('open');
  await chargePoint.call('b', 'BootNotification', BOOT);
  return chargePoint;
}

const keysOf = (chargePoint: RawChargePoint) =>
  chargePoint.frames.flatMap(([, , action, params]) =>
    action === 'ChangeConfiguration' ? [(params as { key: string }).key] : [],
  );

/** The meters' keys are asked for last. */
const isEndOf = ({ frames }: RawChargePoint) =>
  frames.some(
    ([, , action, params]) =>
      action === 'GetConfiguration' && JSON.stringify(params).includes('MeterPublicKey'),
  );

test.each([
  ['that answers nothing more', true],
  ['that answers all others until then', false],
])(
  'a charge point %s when it restarts at one setting is set up without it, also by the next agent; doctor names it',
  async (_name, isDeaf) => {
    const { agent, port, config } = await agentFixture(scope);
    const kept = new Map<string, string>();
    /** It forgets the cursed one, and reports those that it keeps. */
    const answerTo: AnswerTo = (call, chargePoint) => {
      const [, , action, { key = '', value = '' }] = call;
      if (action === 'GetConfiguration') {
        const configurationKey = [...kept].map(([name, kept]) => ({
          key: name,
          value: kept,
          readonly: false,
        }));
        return text(call, { configurationKey });
      }
      if (action !== 'ChangeConfiguration') return text(call, { status: 'Rejected' });
      const isEnding = keysOf(chargePoint).slice(0, -1).includes(CURSED);
      if (isEnding && isDeaf) return undefined;
      kept.delete(key);
      kept.set(key, key === CURSED ? 'Energy.Active.Import.Register' : value);
      if (key === CURSED) setTimeout(() => chargePoint.close(), 50);
      return text(call, { status: 'Accepted' });
    };
    const first = await dial(port, 'BAD', answerTo);
    await waitFor('the restart', () => first.isClosed && !agent.connectors.isOnline('BAD'));
    const second = await dial(port, 'BAD', answerTo);
    await waitFor('the end of the set-up', () => isEndOf(second));
    expect(keysOf(second)).not.toContain(CURSED);
    expect(agent.connectors.health('BAD', 1).leftSettings).toEqual([CURSED]);
    await agent.close();
    const next = await startAgent(scope, config);
    // It introduced itself to the agent before.
    expect(next.agent.connectors.info('BAD')).toMatchObject({ vendor: 'Somebody', model: 'Some Box' });
    kept.clear();
    const third = await dial(next.port, 'BAD', answerTo);
    await waitFor('the end of the set-up', () => isEndOf(third));
    expect(keysOf(third)).toHaveLength(12);
    expect(keysOf(third)).not.toContain(CURSED);
    const snapshot = await askStatus(config.dataDir);
    const texts = snapshot === undefined ? [] : checkChargePoints(snapshot).map((finding) => finding.text);
    expect(texts.join()).toContain(`restarted after a change of ${CURSED}`);
  },
);

test('the agent’s own end says nothing about the settings made before', async () => {
  const { agent, port, config } = await agentFixture(scope);
  const chargePoint = await dial(port, 'GOOD', (call, { frames }) => {
    const changes = frames.filter(([, , action]) => action === 'ChangeConfiguration');
    const isFirst = call[2] === 'ChangeConfiguration' && changes.length === 1;
    if (call[2] === 'GetConfiguration') return text(call, { configurationKey: [] });
    return isFirst ? text(call, { status: 'Accepted' }) : undefined;
  });
  await waitFor('the second setting to be asked', () => keysOf(chargePoint).length === 2);
  await agent.close();
  const next = await startAgent(scope, config);
  await dial(next.port, 'GOOD', (call) => text(call, { status: 'Rejected' }));
  await waitFor('the set-up', () => next.agent.connectors.health('GOOD', 1).refusedSettings);
  expect(next.agent.connectors.health('GOOD', 1).leftSettings).toBeUndefined();
});

test('no setting is changed from the start’s request to the end of the charge; all are afterwards', async () => {
  const made = await agentFixture(scope, {
    answers: {
      RemoteStartTransaction: { status: 'Accepted' },
      ChangeConfiguration: { status: 'Accepted' },
    },
  });
  const { chargePoint, handOver, agent, session } = made;
  const changes = () => chargePoint.asked.filter(({ action }) => action === 'ChangeConfiguration').length;
  await chargePoint.status('Preparing');
  handOver();
  await chargePoint.call('BootNotification', BOOT);
  await chargePoint.wasAsked('GetConfiguration');
  const { transactionId } = await chargePoint.start(TAG, 0);
  await chargePoint.status('Charging');
  await chargePoint.call('Heartbeat', {});
  expect(changes()).toBe(0);
  await chargePoint.stop(transactionId, 10, { reason: 'EVDisconnected' });
  await chargePoint.status('Available');
  await waitFor('the settings', () => agent.connectors.health('CP1', 1).refusedSettings);
  expect(changes()).toBe(13);
  expect(session().stopCause).toBe('unplugged');
});

test('a start that comes while settings are made is not followed by another setting', async () => {
  const { port, handOver, agent, chargePoint: first } = await agentFixture(scope);
  await first.close();
  const chargePoint = await dial(port, 'CP1', (call) => {
    if (call[2] === 'GetConfiguration') return text(call, { configurationKey: [] });
    return call[2] === 'RemoteStartTransaction' ? text(call, { status: 'Accepted' }) : undefined;
  });
  const change = await waitFor('the first setting', () =>
    chargePoint.frames.find((frame) => frame[2] === 'ChangeConfiguration'),
  );
  handOver();
  chargePoint.answer(change, { status: 'Accepted' });
  const start = await chargePoint.wasCalled('RemoteStartTransaction');
  expect(start[3]).toMatchObject({ idTag: TAG });
  await chargePoint.call('h', 'Heartbeat', {});
  expect(keysOf(chargePoint)).toHaveLength(1);
  expect(agent.connectors.health('CP1', 1).refusedSettings).toBeUndefined();
});

test.each<[string, (call: Call) => string]>([
  ['no JSON', ({ 1: id }) => `[3,"${id}",{"status":`],
  ['an id that is a number', () => '[3,17,{"status":"Accepted"}]'],
  ['no payload', ({ 1: id }) => `[3,"${id}"]`],
  ['a text for an object', ({ 1: id }) => `[3,"${id}","Accepted"]`],
  ['a word that the schema does not have', ({ 1: id }) => `[3,"${id}",{"status":"Fine"}]`],
  ['an error without anything', ({ 1: id }) => `[4,"${id}"]`],
  ['an error with a number for its code', ({ 1: id }) => `[4,"${id}",7,null,null]`],
])(
  'an answer that is broken is an answer, and the charge point is set up to the end: %s',
  async (_name, broken) => {
    const { agent, port } = await agentFixture(scope);
    const chargePoint = await dial(port, 'BROKEN', (call) =>
      call[2] === 'ChangeConfiguration' ? broken(call) : text(call, { configurationKey: [] }),
    );
    const since = performance.now();
    await waitFor('the set-up', () => agent.connectors.health('BROKEN', 1).refusedSettings);
    expect(performance.now() - since).toBeLessThan(CALL_TIMEOUT_MS);
    expect(keysOf(chargePoint)).toContain('PublicKeyWithSignedMeterValue');
    expect(agent.connectors.health('BROKEN', 1).refusedSettings).toHaveLength(13);
  },
);

test('a limit that ends with 0 A and is refused is sent without its end once, then at once, also by the next agent', async () => {
  const made = await agentFixture(scope);
  const { chargePoint, agent, plan, config } = made;
  type Params = { csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] } } };
  const limits: number[][] = [];
  chargePoint.client.handle('SetChargingProfile', (({ params }: { params: Params }) => {
    const sent = params.csChargingProfiles.chargingSchedule.chargingSchedulePeriod.map(({ limit }) => limit);
    limits.push(sent);
    return { status: sent.every((limit) => limit > 0) ? 'Accepted' : 'Rejected' };
  }) as never);
  const limit = { limitA: 16, phases: 3, endsAt: plan.times.end };
  const send = () => agent.chargePoints.command('CP1', (cp) => cp.limitCurrent?.(1, 7, limit));
  expect(await send()).toBe('accepted');
  expect(limits).toEqual([[16, 0], [11_040, 0], [16]]);
  expect(await send()).toBe('accepted');
  expect(limits.at(-1)).toEqual([16]);
  expect(limits).toHaveLength(4);
  await agent.close();
  const next = await startAgent(scope, config);
  const again = await dial(next.port, 'CP1', (call) => text(call, { status: 'Accepted' }));
  await next.agent.chargePoints.command('CP1', (cp) => cp.limitCurrent?.(1, 7, limit));
  const [, , , params] = await again.wasCalled('SetChargingProfile');
  expect((params as Params).csChargingProfiles.chargingSchedule.chargingSchedulePeriod).toHaveLength(1);
  const snapshot = await askStatus(config.dataDir);
  const texts = snapshot === undefined ? [] : checkChargePoints(snapshot).map((finding) => finding.text);
  expect(texts.join()).toContain('only the running agent ends a charge');
});
