import { afterEach, expect, test } from 'vitest';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { giveBackFrom } from '../../../meter-agent/settlement/give-back.ts';
import { momentOf } from '../../../meter-agent/settlement/moment.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { reservedState, STATE } from '../../../protocol/state.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { clientOf } from '../../support/market.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { DriverDevice } from '../support/driver-device.ts';
import { booked, ledgerFixture } from '../support/ledger-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const WINDOWS = { reportSec: 3_600, challengeSec: 3_600, proofSec: 3_600 };
const FIRST = 2_000_000;
const START = FIRST * SLOT_SEC;

test('slots that have not begun are given back once the car is gone, as long as nothing is claimed', async () => {
  const { agent } = await agentFixture(scope);
  // Four slots.
  const { bookingId, fact } = bookOn(agent, { firstSlot: FIRST });
  const session = agent.sessions.get(bookingId);
  if (session === undefined) throw new Error('the session is gone');
  const from = (unpluggedAt: number | null, nowSec: number, state = fact.state) =>
    giveBackFrom({ ...session, unpluggedAt }, momentOf({ ...fact, state } as BookingFact, WINDOWS, nowSec));
  expect(from(null, START + 60)).toBeUndefined();
  expect(from(START + 60, START + 60)).toBe(FIRST + 1);
  expect(from(START - 60, START - 60)).toBe(FIRST);
  // By the unplug, so that a call sent again is the same; none once the last slot has begun.
  expect(from(START + 60, START + 2 * SLOT_SEC)).toBe(FIRST + 1);
  expect(from(START + 60, START + 3 * SLOT_SEC - 1)).toBe(FIRST + 1);
  expect(from(START + 60, START + 3 * SLOT_SEC)).toBeUndefined();
  const claimed = { ...reservedState(1), head: STATE.CLAIMED };
  expect(from(START + 60, START + 60, claimed)).toBeUndefined();
});

test('a relay that does not know the call that gives slots back gets the one that only settles', async () => {
  const { market, api, agent, chargePoint } = await ledgerFixture(scope);
  const { made } = await booked(market, agent);
  const driver = new DriverDevice(api, market.ref, made);
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  await waitFor('energy', () => (driver.newest?.energyWh ?? 0) > 0);
  let refused = 0;
  api.relayAnswer = () => (refused++ === 0 ? { status: 403, body: { code: 'relay.notAllowed' } } : undefined);
  chargePoint.unplug();
  await waitFor('the ledger to pay', () => agent.ledger.booking(made.bookingId)?.ended === 'FULFILLED');
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const filter = { address: market.market, abi: plugpactMarketAbi, eventName: 'SlotsGivenBack' } as const;
  expect(await client.getContractEvents({ ...filter, fromBlock: 0n })).toEqual([]);
});
