import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { assignedShares, leastA, type ShareClaim } from '../../../meter-agent/connectors/current-shares.ts';
import { Site } from '../../../meter-agent/connectors/site.ts';
import { Listeners } from '../../../meter-agent/lib/listeners.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { ACCEPTING, ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { charging, PLAN, SessionHarness, START } from '../support/session-harness.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const SEED = { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 500 };

const claim = (fullA: number, change: Partial<ShareClaim> = {}): ShareClaim => ({
  fullA,
  leastA: leastA(fullA, true),
  heldA: 0,
  shareA: 0,
  ...change,
});

test('shares are even to the ampere, and the youngest go without when there is too little', () => {
  expect(assignedShares(32, [claim(32)])).toEqual([32]);
  expect(assignedShares(32, [claim(32), claim(32)])).toEqual([16, 16]);
  expect(assignedShares(33, [claim(32), claim(32)])).toEqual([17, 16]);
  expect(assignedShares(32, [claim(10), claim(32)])).toEqual([10, 22]);
  expect(assignedShares(17, [claim(16), claim(16), claim(16)])).toEqual([9, 8, 0]);
  expect(assignedShares(5, [claim(16)])).toEqual([0]);
});

test('a charge point that takes no limits gets everything or nothing', () => {
  const stubborn = claim(16, { leastA: leastA(16, false) });
  expect(assignedShares(25, [claim(32), stubborn])).toEqual([9, 16]);
  expect(assignedShares(20, [claim(32), stubborn])).toEqual([20, 0]);
});

test('what one has to give up, another gets once the charge point has released it', () => {
  const before = claim(32, { heldA: 32, shareA: 32 });
  expect(assignedShares(32, [before, claim(32)])).toEqual([16, 0]);
  expect(assignedShares(32, [{ ...before, heldA: 16, shareA: 16 }, claim(32)])).toEqual([16, 16]);
});

/** Cars come and go, charge points obey when they please. */
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('come' as const), fullA: fc.integer({ min: 6, max: 63 }) }),
    fc.record({ kind: fc.constant('go' as const), who: fc.nat(9) }),
    fc.record({ kind: fc.constant('obey' as const), who: fc.nat(9) }),
  ),
  { maxLength: 60 },
);

/** A session that just starts on a site of 20 A. */
function starting(): SessionHarness {
  const next = new SessionHarness({ ...PLAN, bookingId: `0x${'ef'.repeat(32)}` });
  next.do({ type: 'startSecretReceived', idTag: 'NEXT' });
  return next;
}

/** What the site leaves it beside these sessions and connectors, in A per phase. */
function shareBeside(others: SessionHarness[], connectors: object[] = []): number | null {
  const next = starting();
  let given: number | null = null;
  const sessions = {
    changes: new Listeners(),
    all: () => [...others, next].map(({ session }) => session),
    liveOn: () => undefined,
    apply: (id: string, { shareA }: { shareA: number | null }) => {
      if (id === next.session.plan.bookingId) given = shareA;
    },
  };
  const journal = { newestTransaction: () => undefined };
  const known = { changed: new Listeners(), all: () => connectors };
  const parts = { siteLimitA: 20, journal, sessions, connectors: known };
  new Site({ ...parts, nowSec: () => START } as never).review();
  return given;
}

test('what a charge point that gets a stop may still draw is nobody else’s, also when its booking is over', () => {
  const before = charging();
  before.do({ type: 'stopAsked' }, 60);
  expect([before.session.phase, shareBeside([before])]).toEqual(['STOPPING', 0]);
  before.do({ type: 'ledgerEnded' });
  expect([before.session.phase, shareBeside([before])]).toEqual(['ENDED', 0]);
  before.stopped(1_010);
  expect(shareBeside([before])).toBe(16);
});

test('a car that nobody booked has what its meter said within the last minute, and a little more; else all', () => {
  const place = {
    chargePointId: 'CP2',
    connectorId: 1,
    config: { maxPowerW: 11_000, powerType: 'AC_3_PHASE' },
  };
  const beside = (status: string, at: number) =>
    shareBeside([], [{ ...place, status, ownPower: { powerW: 6_900, at } }]);
  expect(beside('Charging', START - 60)).toBe(9);
  expect(beside('Charging', START - 61)).toBe(0);
  expect(beside('Available', START - 1)).toBe(16);
});

test('all charge points together never hold more than the site has, and none more than its connector', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 100 }), happenings, (limitA, all) => {
      let claims: ShareClaim[] = [];
      for (const happening of all) {
        const who = 'who' in happening ? happening.who % Math.max(1, claims.length) : -1;
        if (happening.kind === 'come') claims.push(claim(happening.fullA));
        else if (happening.kind === 'go') claims = claims.filter((_, i) => i !== who);
        else claims = claims.map((c, i) => (i === who ? { ...c, heldA: c.shareA } : c));
        const shares = assignedShares(limitA, claims);
        claims = claims.map((c, i) => ({ ...c, shareA: shares[i] ?? 0 }));
        const mostA = claims.reduce((sum, c) => sum + Math.max(c.heldA, c.shareA), 0);
        expect(mostA).toBeLessThanOrEqual(limitA);
        for (const { shareA, fullA } of claims) {
          expect(shareA).toBeLessThanOrEqual(fullA);
          expect(shareA === 0 || shareA >= 6).toBe(true);
        }
      }
      // Once all obey, nothing that somebody could use is left over.
      for (let round = 0; round < 3; round++) {
        claims = claims.map((c) => ({ ...c, heldA: c.shareA }));
        const shares = assignedShares(limitA, claims);
        claims = claims.map((c, i) => ({ ...c, shareA: shares[i] ?? 0 }));
      }
      const leftA = limitA - claims.reduce((sum, c) => sum + c.shareA, 0);
      for (const { shareA, fullA, leastA: least } of claims) {
        expect(leftA === 0 || shareA === fullA || (shareA === 0 && leftA < least)).toBe(true);
      }
    }),
    SEED,
  );
});

const firstLimitA = (params: Record<string, unknown>) => {
  const { chargingSchedule } = params.csChargingProfiles as {
    chargingSchedule: { chargingSchedulePeriod: { limit: number }[] };
  };
  return chargingSchedule.chargingSchedulePeriod[0]?.limit;
};

test('two charge points share the house connection; the owner’s own car comes first', async () => {
  const { agent, chargePoint, port } = await agentFixture(scope, {
    answers: ACCEPTING,
    config: { siteLimitA: 20 },
  });
  const second = new ScriptedChargePoint(port, 'CP2', ACCEPTING);
  scope.onEnd(async () => void (await second.close()));
  await second.connect();
  const start = async (at: ScriptedChargePoint, chargePointId: string) => {
    const { bookingId, secret } = bookOn(agent, { chargePointId });
    agent.starts.byCode(startCodeOf(secret));
    const { idTag } = await at.wasAsked('RemoteStartTransaction');
    const { transactionId } = await at.start(String(idTag), 0);
    return { bookingId, transactionId };
  };
  const first = await start(chargePoint, 'CP1');
  // 11 kW on three phases.
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(16);
  const other = await start(second, 'CP2');
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(10);
  expect(firstLimitA(await second.wasAsked('SetChargingProfile'))).toBe(10);
  const sessionOf = (bookingId: typeof first.bookingId) => agent.sessions.get(bookingId);
  await waitFor('both to be limited', () => sessionOf(other.bookingId)?.current.acceptedA === 10);

  // The owner plugs in elsewhere: a connector of 11 kW that no meter reports on, so 16 A are gone.
  const own = new ScriptedChargePoint(port, 'CP3', ACCEPTING);
  scope.onEnd(async () => void (await own.close()));
  await own.connect();
  const { transactionId } = await own.start('OWNER', 0);
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(0);
  expect(firstLimitA(await second.wasAsked('SetChargingProfile'))).toBe(0);
  expect(sessionOf(other.bookingId)?.pause?.reason).toBe('SITE_LIMIT');
  // Its meter says 4.1 kW: 6 A and a little.
  await own.meter(transactionId, '4100', { measurand: 'Power.Active.Import', unit: 'W' });
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(7);
  expect(firstLimitA(await second.wasAsked('SetChargingProfile'))).toBe(6);
  await own.stop(transactionId, 100);
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(10);
  const commands = ['RemoteStopTransaction', 'SetChargingProfile', 'RemoteStartTransaction'];
  expect(own.asked.filter(({ action }) => commands.includes(action))).toEqual([]);

  await second.stop(other.transactionId, 0, { reason: 'EVDisconnected' });
  expect(firstLimitA(await chargePoint.wasAsked('SetChargingProfile'))).toBe(16);
});

test('a limit that was taken out of the configuration holds nobody back', async () => {
  const { agent, config } = await agentFixture(scope, { config: { siteLimitA: 6 } });
  const { bookingId, secret } = bookOn(agent);
  await waitFor('the share', () => agent.sessions.get(bookingId)?.current.shareA === 0);
  await agent.close();
  const { siteLimitA: _, ...unlimited } = config;
  const again = await startAgent(scope, unlimited);
  await waitFor('no share', () => again.agent.sessions.get(bookingId)?.current.shareA === null);
  again.agent.starts.byCode(startCodeOf(secret));
  expect(again.agent.sessions.get(bookingId)?.pause).toBeNull();
});
