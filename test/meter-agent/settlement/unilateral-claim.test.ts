import type { Hex } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { auditLedger } from '../../../audit/command.ts';
import { isRevoked as isRevokedIn } from '../../../meter-agent/ledger/market-events.ts';
import { unilateralClaimOf } from '../../../meter-agent/settlement/unilateral-claim.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { claimValuesOf } from '../../../protocol/claimValues.ts';
import { costOfParts, costRoundedDown } from '../../../protocol/cost.ts';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import { NO_SIGNATURE } from '../../../protocol/reading.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { OUTCOME, type StateName, stateName, unpackHead } from '../../../protocol/state.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { reachTime, rpc } from '../../support/anvil.ts';
import { clientOf, TARIFF, type TestMarket, write } from '../../support/market.ts';
import { DriverDevice } from '../support/driver-device.ts';
import { booked, ledgerFixture } from '../support/ledger-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

type Fixture = Awaited<ReturnType<typeof ledgerFixture>>;
/** The agent watches the connector until the slot's end, on a clock that runs faster. */
function watchSlot({ agent }: Fixture, bookingId: Hex): void {
  const end = agent.sessions.get(bookingId)?.plan.times.end ?? 0;
  for (let at = Math.floor(Date.now() / 1000); at <= end; at += 30) agent.noShowEvidence.tick(at);
}

type EventName = 'Claimed' | 'ClaimedAlone' | 'NoShowClaimed' | 'Finalised' | 'Proven';

async function jumpTo(market: TestMarket, timeSec: number): Promise<void> {
  await reachTime(market.rpcUrl, timeSec);
}

async function eventsOf(market: TestMarket, eventName: EventName, bookingId: Hex) {
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const filter = { address: market.market, abi: plugpactMarketAbi, eventName, args: { bookingId } } as const;
  return client.getContractEvents({ ...filter, fromBlock: 0n });
}

const endOf = ({ market }: Fixture, bookingId: Hex) =>
  waitFor('the ledger to end it', async () => {
    const [ended] = await eventsOf(market, 'Finalised', bookingId);
    return ended && (ended.args as { outcome: number; paid: bigint });
  });

async function expectAudited({ market }: Fixture): Promise<void> {
  const { reconciles } = await auditLedger({ rpcUrl: market.rpcUrl, market: market.market });
  expect(reconciles).toBe(true);
}

/** The flat fee and 48 Wh: what flows here costs more. */
const ALLOWED = { allowedCost: TARIFF.flatFee + 12_000n };

/** A session whose driver's phone dies while power flows, up to the final reading that only the agent signed. */
async function unsignedSession(fixture: Fixture, meterKey: Hex = '0x') {
  const { market, api, agent, chargePoint } = fixture;
  const { made } = await booked(market, agent, meterKey, ALLOWED);
  const { bookingId } = made;
  const driver = new DriverDevice(api, market.ref, made);
  const session = await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  await waitFor(
    'energy to be co-signed',
    () => (agent.sessions.get(bookingId)?.cosigned?.energyWh ?? 0) > 60,
  );
  driver.isAwake = false;
  const registerWh = chargePoint.state().registerWh;
  await waitFor('power to flow on', () => chargePoint.state().registerWh > registerWh + 20);
  chargePoint.unplug();
  const final = await waitFor('the final reading', () => driver.final);
  return { made, driver, final, times: session.plan.times };
}

/** The ledger's clock is moved past the first quarter of the reporting window. */
async function claimedAlone(fixture: Fixture, bookingId: Hex, times: { closes: number; reportBy: number }) {
  await jumpTo(fixture.market, times.closes + Math.ceil((times.reportBy - times.closes) * 0.25));
  return waitFor('the agent alone to claim', () => {
    const fact = fixture.agent.ledger.booking(bookingId);
    return fact && stateName(fact.state) === 'CLAIMED_ALONE' ? fact.state : undefined;
  });
}

const windowsOf = ({ agent }: Fixture) => {
  const { windows } = agent.ledger.facts ?? {};
  if (windows === undefined) throw new Error('the ledger is not known');
  return windows;
};

test("the driver's phone dies: the agent claims what is co-signed, raises it alone, and is paid", async () => {
  const { notices, log } = noticeLog();
  const fixture = await ledgerFixture(scope, { agent: { log } });
  const { market } = fixture;
  const { made, final, times } = await unsignedSession(fixture);
  const state = await claimedAlone(fixture, made.bookingId, times);
  const cost = costRoundedDown(TARIFF, final, made.booking.money.cap);
  expect(claimValuesOf(made.booking, state).cosignedCost).toBeLessThan(cost);
  expect(await eventsOf(market, 'Claimed', made.bookingId)).toHaveLength(1);
  const [alone] = await eventsOf(market, 'ClaimedAlone', made.bookingId);
  expect(alone?.args).toMatchObject({ allowance: { cost: 0n, sessionSignature: NO_SIGNATURE } });
  const { challengeSec } = windowsOf(fixture);
  await jumpTo(market, Number(unpackHead(state.head).since) + challengeSec);
  expect((await endOf(fixture, made.bookingId)).paid).toBe(cost);
  const codesOfNotices = () => notices.filter(({ params }) => 'amount' in params).map(({ code }) => code);
  const codes = [
    'CLAIM_SENT',
    'CLAIMED',
    'UNILATERAL_CLAIM_SENT',
    'UNILATERALLY_CLAIMED',
    'FINALISE_SENT',
    'PAID',
  ];
  await waitFor('the notice', () => codesOfNotices().includes('PAID'));
  expect(codesOfNotices().sort()).toEqual(codes.sort());
  expect(notices.at(-1)?.params.amount).toBe(String(cost));
  await expectAudited(fixture);
});

test('the driver never comes, though a start is sent from home: a stop returns nothing, and the agent claims the no-show fee', async () => {
  const { notices, log } = noticeLog();
  const fixture = await ledgerFixture(scope, { agent: { log } });
  const { market, agent, api } = fixture;
  const { made } = await booked(market, agent);
  const session = await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  const { end, closes } = session.plan.times;
  const driver = new DriverDevice(api, market.ref, made);
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  expect((await driver.stop()).problem?.code).toBe('stop.noCable');
  expect(driver.readings).toEqual([]);
  watchSlot(fixture, made.bookingId);
  await jumpTo(market, end);
  await waitFor(
    'the no-show to be claimed',
    async () => (await eventsOf(market, 'NoShowClaimed', made.bookingId)).length > 0,
  );
  await jumpTo(market, closes + windowsOf(fixture).challengeSec);
  const { outcome, paid } = await endOf(fixture, made.bookingId);
  expect(OUTCOME[outcome as keyof typeof OUTCOME]).toBe('NO_SHOW');
  expect(paid).toBe(1_000_000n);
  await waitFor('the notice', () => notices.find(({ code }) => code === 'PAID'));
  expect(notices.map(({ code, to }) => [code, to])).toEqual([
    ['NO_SHOW_SENT', 'both'],
    ['NO_SHOW_CLAIMED', 'both'],
    ['FINALISE_SENT', 'host'],
    ['PAID', 'both'],
  ]);
  for (const { params } of notices) expect(params.amount).toBe('1000000');
  await expectAudited(fixture);
});

test("the driver challenges: the agent shows the meter's own record, and is paid the energy that it proves", async () => {
  const fixture = await ledgerFixture(scope);
  const { market, api, agent } = fixture;
  const offer = await waitFor('the meter key', () =>
    api
      .of('pairings')
      .at(-1)
      ?.offers.find((o) => o.meterKey !== '0x'),
  );
  const { made, final, times } = await unsignedSession(fixture, offer.meterKey as Hex);
  const { bookingId, sessionKey, booking } = made;
  const state = await claimedAlone(fixture, bookingId, times);
  const signature = await signMessageOf(sessionKey, market.ref, 'Challenge', { bookingId });
  await write(market, localAccount('relayer'), 'challenge', [toBookingStruct(booking), state, signature]);
  const isIn = (name: StateName) => {
    const fact = agent.ledger.booking(bookingId);
    return fact && stateName(fact.state) === name ? unpackHead(fact.state.head) : undefined;
  };
  await waitFor('the proof', async () => (await eventsOf(market, 'Proven', bookingId)).length > 0);
  const { since, cosignedSec } = isIn('CHALLENGED') ?? unpackHead(state.head);
  await jumpTo(market, Number(since) + windowsOf(fixture).proofSec);
  const { paid } = await endOf(fixture, bookingId);
  // A proof raises energy; the time is that of the newest co-signed reading.
  expect(paid).toBe(costOfParts(TARIFF, BigInt(final.energyWh), cosignedSec, 0n, booking.money.cap));
  await expectAudited(fixture);
});

test('the agent follows on the ledger that the host revoked its key, also back', async () => {
  const fixture = await ledgerFixture(scope);
  const { market, agent } = fixture;
  const { listing, listingId, made } = await booked(market, agent);
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  const isRevoked = () => isRevokedIn(agent.journal, listingId);
  const snapshot = await rpc<string>(market.rpcUrl, 'evm_snapshot');
  const revoke = [listing, LISTING_STATUS.REVOKED, '0x'];
  await write(market, localAccount('host'), 'setListingStatus', revoke);
  await waitFor('the agent to know', isRevoked);
  const fact = agent.ledger.booking(made.bookingId);
  if (fact === undefined) throw new Error('the booking is gone');
  const { journal, ledger, noShowEvidence } = agent;
  const parts = { config: { claimNoShows: true }, journal, ledger, noShowEvidence: noShowEvidence };
  watchSlot(fixture, made.bookingId);
  expect(unilateralClaimOf(parts, made.bookingId, fact)).toMatchObject({ isRevoked: true, isAbsent: true });
  expect(
    unilateralClaimOf({ ...parts, config: { claimNoShows: false } }, made.bookingId, fact).isAbsent,
  ).toBe(false);
  expect(await rpc<boolean>(market.rpcUrl, 'evm_revert', [snapshot])).toBe(true);
  await waitFor('the agent to have forgotten', () => !isRevoked());
});
