import { type Hex, keccak256, toHex, zeroAddress, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { type Booking, intentMessage, RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { bookCall } from '../../protocol/calls.ts';
import { type ListingStruct, placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE, type Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { AccountBook } from '../../scripts/audit/account-book.ts';
import { compareWithLedger, type Holdings } from '../../scripts/audit/compare.ts';
import { decodeLogs, type LedgerEvent } from '../../scripts/audit/events.ts';
import {
  type LedgerReading,
  ledgerClient,
  readHoldings,
  readLedger,
} from '../../scripts/audit/read-ledger.ts';
import { rebuild } from '../../scripts/audit/rebuild.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { rpc } from '../support/anvil.ts';
import {
  asBooked,
  book,
  clientOf,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  reported,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';

const HOST = localAccount('host');
const RELAYER = localAccount('relayer');
const SLOT_SEC = 900;

/** A ledger on which every way in which a booking can end has happened once, and one booking is open. */
export interface Scenario {
  market: TestMarket;
  agent: PrivateKeyAccount;
  settled: TestBooking;
  finalised: TestBooking;
  lateCanceled: TestBooking;
  open: TestBooking;
}

interface ScenarioFixture {
  market: TestMarket;
  agent: PrivateKeyAccount;
  listing: ListingStruct;
  listingId: Hex;
}

export const nowOf = async ({ rpcUrl }: TestMarket): Promise<number> =>
  Number((await clientOf(rpcUrl, HOST).getBlock()).timestamp);

const slotIn = async (fixture: ScenarioFixture, slots: number): Promise<number> =>
  Math.floor((await nowOf(fixture.market)) / SLOT_SEC) + slots;

/** Mines a block of that time on the throw-away ledger. */
async function jumpTo(market: TestMarket, atSec: number): Promise<void> {
  await rpc(market.rpcUrl, 'evm_setNextBlockTimestamp', [atSec]);
  await rpc(market.rpcUrl, 'evm_mine');
}

const booked = async (fixture: ScenarioFixture, driver: PrivateKeyAccount, change: Partial<Booking>) => {
  const made = await makeBooking(fixture.market, fixture.listingId, fixture.listing, driver.address, change);
  await book(fixture.market, driver, fixture.listing, made.booking);
  return made;
};

export function readingOf({ booking, bookingId }: TestBooking, change: Partial<Reading>): Reading {
  const beganAt = booking.firstSlot * SLOT_SEC;
  const evidenceHash = keccak256(toHex(`bundle of ${bookingId}`));
  const times = { beganAt, endedAt: beganAt + 900, overstaySec: 0 };
  const fixed = { bookingId, registersCommitment: zeroHash, evidenceHash };
  return { ...fixed, ...times, seq: 1, energyWh: 2_000, isFinal: true, ...change };
}

async function settle(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<TestBooking> {
  const made = await booked(fixture, driver, { slotCount: 2 });
  const args = await reported(fixture.market, fixture.agent, made, RESERVED_STATE, readingOf(made, {}));
  await write(fixture.market, RELAYER, 'settle', asBooked(args));
  return made;
}

/** A relayer sends the intent and earns a fee; the host cancels. */
async function relayThenCancelByHost(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<void> {
  const { market, listing, listingId } = fixture;
  const money = { cap: 4n * TOKEN, unsignedCost: TOKEN, firstUnsignedCost: 100_000n, relayFee: 5_000n };
  const made = await makeBooking(market, listingId, listing, driver.address, {
    firstSlot: await slotIn(fixture, 40),
    money,
  });
  const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
  const intent = intentMessage(made.booking, limits);
  const signature = await signMessageOf(driver, market.ref, 'Intent', intent);
  const struct = toBookingStruct(made.booking);
  const proof = { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) };
  const { functionName, args } = await bookCall(market.ref, made.booking, proof, limits, signature);
  await write(market, RELAYER, functionName, args);
  await write(market, HOST, 'cancelByHost', [struct, RESERVED_STATE, zeroHash, '0x', NO_SIGNATURE]);
}

async function cancelByDriver(
  fixture: ScenarioFixture,
  driver: PrivateKeyAccount,
  slots: number,
): Promise<TestBooking> {
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, slots) });
  await write(fixture.market, driver, 'cancelByDriver', [
    toBookingStruct(made.booking),
    RESERVED_STATE,
    '0x',
  ]);
  return made;
}

/** Claimed twice, then finalised when its challenge window is over. */
async function claimThenFinalise(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<TestBooking> {
  const { market, agent } = fixture;
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 2), slotCount: 1 });
  await jumpTo(market, made.booking.firstSlot * SLOT_SEC);
  const first = readingOf(made, { seq: 3, energyWh: 900, isFinal: false });
  await write(market, RELAYER, 'claim', await reported(market, agent, made, RESERVED_STATE, first));
  const claimed = await stateOf(fixture, made);
  const second = readingOf(made, { seq: 4, energyWh: 1_500, isFinal: false });
  await write(market, RELAYER, 'claim', await reported(market, agent, made, claimed, second));
  await jumpTo(market, (made.booking.firstSlot + 1) * SLOT_SEC + 900 + 600);
  const struct = toBookingStruct(made.booking);
  const state = await stateOf(fixture, made);
  await write(market, RELAYER, 'finalise', [struct, state]);
  return made;
}

async function expire(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<void> {
  const made = await booked(fixture, driver, { slotCount: 1 });
  await jumpTo(fixture.market, (made.booking.firstSlot + 1) * SLOT_SEC + 900 + 600);
  await write(fixture.market, RELAYER, 'expire', [toBookingStruct(made.booking), RESERVED_STATE]);
}

/** The state that the newest claim of the booking left. */
async function stateOf({ market }: ScenarioFixture, { bookingId }: TestBooking) {
  const { events } = decodeLogs((await readLedger(ledgerClient(market.rpcUrl), market.market)).logs);
  const states = events.flatMap((e) =>
    e.eventName === 'Claimed' && e.args.bookingId === bookingId ? [e.args.state] : [],
  );
  return states.at(-1)!;
}

export async function runScenario(rpcUrl: string): Promise<Scenario> {
  const market = await deployTestMarket(rpcUrl);
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(HOST.address, agent.address));
  const listingId = await publish(market, agent, listing);
  const fixture = { market, agent, listing, listingId };
  // Well inside of a slot, so that none ends between two steps of the scenario.
  await jumpTo(market, (await slotIn(fixture, 1)) * SLOT_SEC + 5);
  const driver = await fundDriver(market, 30n * TOKEN);
  const settled = await settle(fixture, driver);
  await relayThenCancelByHost(fixture, driver);
  await cancelByDriver(fixture, driver, 20);
  const lateCanceled = await cancelByDriver(fixture, driver, 3);
  const finalised = await claimThenFinalise(fixture, driver);
  await expire(fixture, driver);
  const open = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 8) });
  await write(market, HOST, 'withdrawEarnings', [listingId, 100_000n, HOST.address]);
  await write(market, driver, 'withdraw', [0, TOKEN, driver.address]);
  return { market, agent, settled, finalised, lateCanceled, open };
}

/** What was read from the ledger, ready to be tampered with. */
export interface LedgerEvidence {
  reading: LedgerReading;
  events: LedgerEvent[];
  holdings: Holdings;
}

export async function readEvidence({ rpcUrl, market }: TestMarket): Promise<LedgerEvidence> {
  const client = ledgerClient(rpcUrl);
  const reading = await readLedger(client, market);
  const { events } = decodeLogs(reading.logs);
  const holdings = await readHoldings(client, reading, await rebuild(reading.constants, events));
  return { reading, events, holdings };
}

/** The pure part of the audit, over given events and storage. */
export async function reconcile({ reading, events, holdings }: LedgerEvidence): Promise<AccountBook> {
  const result = await rebuild(reading.constants, events);
  compareWithLedger(result, holdings);
  return result;
}

export const codesOf = ({ discrepancies }: AccountBook): string[] =>
  [...new Set(discrepancies.map(({ code }) => code))].sort();
