import { afterEach, expect, test } from 'vitest';
import { GIVE_UP_LOST_SEC } from '../../../meter-agent/connectors/session-sync.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { rpc } from '../../support/anvil.ts';
import { book, fundDriver, makeBooking, publish, TARIFF } from '../../support/market.ts';
import { DriverDevice } from '../support/driver-device.ts';
import { booked, ledgerFixture, listingOf } from '../support/ledger-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** The flat fee and some seconds of power: at 43 kW a second costs about 3,000 units. */
const FIRST_TRUST = { allowedCost: TARIFF.flatFee + 12_000n };
/** That much energy costs it, whatever the time costs beside. */
const FIRST_TRUST_WH = Number((12_000n * 1_000n) / TARIFF.pricePerKwh);

/** Booked one block ago, at the plug and with power; the booking is confirmed by 3 blocks. */
async function unconfirmedSession() {
  const { notices, log } = noticeLog();
  const fixture = await ledgerFixture(scope, { config: { confirmations: 3 }, agent: { log } });
  const { market, api, agent, chargePoint } = fixture;
  const { made } = await booked(market, agent, '0x', FIRST_TRUST);
  const { bookingId } = made;
  const driver = new DriverDevice(api, market.ref, made);
  await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  const session = () => agent.sessions.get(bookingId);
  await waitFor('energy to be co-signed', () => (session()?.cosigned?.energyWh ?? 0) > 0);
  return { ...fixture, notices, made, driver, session };
}

const mine = (url: string, blocks: number) => rpc(url, 'anvil_mine', [blocks]);
/** The newest blocks are replaced by as many empty ones. */
const reorganise = (url: string, depth: number) => rpc(url, 'anvil_reorg', [depth, []]);

test('a fresh booking gets the first trust, a confirmed one all of it, a lost one none until it is back', async () => {
  const { anvil, session, driver, proxy, agent, made, notices } = await unconfirmedSession();
  expect(session()?.finality).toBe('unconfirmed');
  await waitFor('the pause', () => session()?.current.acceptedA === 0);
  await driver.cosignNewest();
  const { cosigned, plan } = session() ?? {};
  expect(cosigned?.cost).toBeGreaterThan(TARIFF.flatFee);
  expect(plan?.limits.unsignedCost).toBeGreaterThan(FIRST_TRUST.allowedCost);
  expect(driver.state).toBe('PAUSED');
  await mine(anvil.url, 1);
  await waitFor('the agent to see a block more', () => session()?.finality === 'unconfirmed');
  expect(session()?.current.acceptedA).toBe(0);
  await mine(anvil.url, 1);
  await waitFor('the power to come back', () => session()?.pause === null);
  expect(session()?.finality).toBe('confirmed');
  // The charge point too has its current again: a pause that is seen from here on is a new one.
  await waitFor('the current to be accepted', () => (session()?.current.acceptedA ?? 0) > 0);
  const countedWh = () => session()?.transaction?.register.creditedWh ?? 0;
  const pausedAtWh = countedWh();
  await waitFor('more than the first trust to flow', () => countedWh() > pausedAtWh + FIRST_TRUST_WH);

  // A confirmed one too is gone when a reorganisation goes deeper, until its own transaction brings it back.
  await rpc(anvil.url, 'evm_setAutomine', [false]);
  const head = Number(await rpc<string>(anvil.url, 'eth_blockNumber'));
  const common = agent.ledger.followed().findLast(({ number }) => number <= head - 3);
  const before = proxy.asked.length;
  await reorganise(anvil.url, 3);
  await waitFor('the booking to be missed', () => session()?.finality === 'missing');
  await waitFor('the pause', () => session()?.current.acceptedA === 0);
  expect(agent.ledger.openBookings()).toEqual([]);
  expect(notices).toMatchObject([{ code: 'BOOKING_MISSING', to: 'both', bookingId: made.bookingId }]);
  await rpc(anvil.url, 'evm_setAutomine', [true]);
  await mine(anvil.url, 1);
  await waitFor('the booking to be back', () => session()?.finality === 'unconfirmed');
  expect(session()?.pause?.reason).toBe('UNCONFIRMED');
  expect(session()?.current.acceptedA).toBe(0);
  await mine(anvil.url, 2);
  await waitFor('the power to come back again', () => session()?.pause === null);
  // Nothing of before was read again.
  const ranges = proxy.asked.slice(before).filter(({ method }) => method === 'eth_getLogs');
  const from = ranges
    .map(({ params }) => (params[0] as { fromBlock?: string }).fromBlock)
    // A new block on top of the last one is read alone, by its hash.
    .flatMap((fromBlock) => (fromBlock === undefined ? [] : [Number(fromBlock)]));
  expect(Math.min(...from)).toBe((common?.number ?? Number.NaN) + 1);
});

test('a lost booking that does not come back ends its session: no claim, no power, and driver and host are notified', async () => {
  const { anvil, session, proxy, agent, made, notices, chargePoint } = await unconfirmedSession();
  proxy.answer = (method) => (method === 'eth_sendRawTransaction' ? new Error('not now') : undefined);
  await reorganise(anvil.url, 1);
  await waitFor('the booking to be missed', () => session()?.finality === 'missing');
  await waitFor('it to be sent again', () => proxy.count('eth_sendRawTransaction') > 0);
  await rpc(anvil.url, 'evm_increaseTime', [GIVE_UP_LOST_SEC]);
  await mine(anvil.url, 1);
  await waitFor('the notice to both', () => notices.find(({ code }) => code === 'BOOKING_LOST'));
  await waitFor('the charge point to end it', () => chargePoint.state().transactionId === null);
  await waitFor('the session to be over', () => session()?.phase === 'ENDED' || session() === undefined);
  expect(agent.ledger.booking(made.bookingId)).toBeUndefined();
  expect(agent.journal.session(made.bookingId)?.session.phase).toBe('ENDED');
});

test('after a reorganisation the same slots with another cap are another booking, planned again', async () => {
  const fixture = await ledgerFixture(scope);
  const { anvil, market, agent, proxy } = fixture;
  const listing = listingOf(agent.key.account.address);
  const listingId = await publish(market, agent.key.account, listing);
  const driver = await fundDriver(market);
  const first = await makeBooking(market, listingId, listing, driver.address);
  const money = { ...first.booking.money, cap: 7_000_000n };
  const second = await makeBooking(market, listingId, listing, driver.address, { money });
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  await book(market, driver, listing, first.booking);
  await waitFor('the agent to add the first', () => agent.sessions.get(first.bookingId));
  proxy.answer = (method) => (method === 'eth_sendRawTransaction' ? new Error('not now') : undefined);
  await rpc(anvil.url, 'evm_revert', [snapshot]);
  await book(market, driver, listing, second.booking);
  const session = await waitFor('the agent to add the second', () => agent.sessions.get(second.bookingId));
  expect(second.bookingId).not.toBe(first.bookingId);
  expect(session.plan.limits.cap).toBe(7_000_000n);
  // The ledger cannot take the first one back: nothing is served by its plan any more.
  await waitFor('the first to be over', () => {
    const before = agent.sessions.get(first.bookingId);
    return before === undefined || before.phase === 'ENDED';
  });
});

test('a node that lags behind the one asked before takes nothing away', async () => {
  const fixture = await ledgerFixture(scope, { config: { confirmations: 3 } });
  const { anvil, proxy, agent, market } = fixture;
  const { made } = await booked(market, agent);
  await mine(anvil.url, 4);
  const session = () => agent.sessions.get(made.bookingId);
  await waitFor('the booking to be confirmed', () => session()?.finality === 'confirmed');
  const head = Number(await rpc<string>(anvil.url, 'eth_blockNumber'));
  const before = [`0x${(head - 4).toString(16)}`, false];
  const lagging = await rpc<object>(anvil.url, 'eth_getBlockByNumber', before);
  let lags = 0;
  proxy.answer = (method, params) => {
    if (method !== 'eth_getBlockByNumber' || params[0] !== 'latest' || lags >= 2) return undefined;
    lags += 1;
    return lagging;
  };
  await waitFor('the node to have lagged', () => lags === 2);
  await mine(anvil.url, 1);
  const polls = proxy.asked.length;
  const isRead = () => proxy.asked.slice(polls).some(({ method }) => method === 'eth_getLogs');
  await waitFor('the ledger to be followed on', isRead);
  expect(session()?.finality).toBe('confirmed');
  expect(agent.ledger.lostBookings()).toEqual([]);
});
