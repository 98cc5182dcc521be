import { toHex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { planOf } from '../../meter-agent/connectors/plan.ts';
import type { BookingFact } from '../../meter-agent/session/booking-facts.ts';
import type { ReadingFacts } from '../../meter-agent/session/types.ts';
import { type Booking, toBookingStruct } from '../../protocol/booking.ts';
import { bookingTimes, type MarketWindows } from '../../protocol/slots.ts';
import { rpc } from '../../scripts/lib/anvil.ts';
import {
  type BookedSession,
  type Charger,
  DEPOSIT,
  moneyOf,
  openCharger,
} from '../attacks/booked-session.ts';
import { SimulatedCharge } from '../attacks/simulated-charge.ts';
import {
  bookedSince,
  draftBooking,
  intentArgs,
  jumpTo,
  newKey,
  nowOf,
  purseOf,
} from '../contracts/fixture.ts';
import { windows as localWindows } from '../contracts/reserved.ts';
import { fundDriver, type TestMarket, testTerms, timeOf, write } from '../support/market.ts';

/** The relayer's fee for sending the intent. */
export const RELAY_FEE = 20_000n;

/** The driver's limits: 5.00 in all; 1.00 above what was co-signed (4,000 Wh), 0.025 (100 Wh) on the agent's word. */
export const MONEY = {
  cap: 5_000_000n,
  unsignedCost: 1_000_000n,
  allowedCost: 25_000n,
  relayFee: RELAY_FEE,
};

/** Token units per Wh: 0.25 per kWh. */
export const PRICE_PER_WH = 250n;

const POWER_W = 11_000;

/** 0.25 per kWh, 2.00 per hour of overstay and nothing else, so that the sums are easy to check. */
const TARIFF = {
  pricePerKwh: 250_000n,
  pricePerHour: 0n,
  overstayPerHour: 2_000_000n,
  flatFee: 0n,
  overstayReserve: 500_000n,
  discountBp: 0n,
};

/** The no-show fee of an hour under the terms of `testTerms`. */
export const NO_SHOW_FEE = 1_000_000n;

/** A session with its relayer and the market's windows. */
export interface SessionWithActors extends BookedSession {
  relayer: PrivateKeyAccount;
  windows: MarketWindows;
}

export function newCharger(market: TestMarket, isMetered = false): Promise<Charger> {
  const { metering } = testTerms(newKey().address, newKey().address);
  const { unsignedCost, allowedCost } = MONEY;
  return openCharger(
    market,
    { tariff: TARIFF, metering: { ...metering, unsignedCost, allowedCost } },
    isMetered,
  );
}

/** A relayer that has only gas. */
async function newRelayer({ rpcUrl }: TestMarket): Promise<PrivateKeyAccount> {
  const relayer = newKey();
  await rpc(rpcUrl, 'anvil_setBalance', [relayer.address, toHex(10n ** 18n)]);
  return relayer;
}

/** A driver books an hour, by default three hours ahead; a relayer sends the intent for its fee. */
export async function reserve(
  { terms, meter, ...place }: Charger,
  change: Partial<Booking> = {},
  windows: MarketWindows = localWindows,
): Promise<SessionWithActors> {
  const { market } = place;
  const relayer = await newRelayer(market);
  const fixture = { ...place, driver: await fundDriver(market, DEPOSIT) };
  const draft = await draftBooking(fixture, { slotCount: 4, money: MONEY, ...change });
  const limits = { relayer: relayer.address, validUntil: BigInt((await nowOf(market)) + 300) };
  const receipt = await write(market, relayer, 'book', await intentArgs(fixture, draft.booking, limits));
  const made = bookedSince(draft, await timeOf(market, receipt));
  const times = bookingTimes({ ...made.booking, bookedAt: made.bookedAt }, terms.bookingTerms, windows);
  return { fixture, made, times, meter, state: made.state, relayer, windows };
}

/** The constants of a local market, token units. */
const MARKET = { bondMax: 10_000_000n, firstTrustMax: 500_000n, forfeitMin: 50_000n };

const SAMPLE_SEC = 10;

const CONNECTOR = {
  chargePointId: 'CP1',
  connectorId: 1,
  config: { maxPowerW: POWER_W, connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' },
} as const;

/** A charge with the agent's own session rules for this booking, from its start; the driver's phone co-signs while it can. */
export function chargeOf(
  story: SessionWithActors,
  cosigns: (reading: ReadingFacts) => boolean,
): SimulatedCharge {
  const { made, fixture, times, windows } = story;
  const { bookedAt } = made;
  const { listingId } = fixture;
  const fact = { booking: toBookingStruct(made.booking), listingId, bookedAt } as BookingFact;
  const plan = planOf(made.bookingId, fact, { windows, money: MARKET }, CONNECTOR, SAMPLE_SEC);
  const charge = new SimulatedCharge(plan, times.start, { powerW: POWER_W, sampleSec: SAMPLE_SEC, cosigns });
  charge.plug();
  return charge;
}

/** Moves the ledger's clock to the charge's. */
export const advanceLedgerTo = ({ fixture }: SessionWithActors, charge: SimulatedCharge): Promise<void> =>
  jumpTo(fixture.market, charge.nowSec);

/** Asserts each one's money at the end, to the unit: the driver's payment and the relayer's fee are all that moved. */
export async function expectFinalMoney(story: SessionWithActors, paid: bigint, host = paid): Promise<void> {
  const { fixture, relayer } = story;
  const [earned] = await purseOf(fixture.market, relayer.address);
  expect({ ...(await moneyOf(story)), relayer: earned }).toEqual({
    driver: DEPOSIT - RELAY_FEE - paid,
    host,
    relayer: RELAY_FEE,
  });
}
