import { type Hex, keccak256, toHex, zeroAddress, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { AccountBook } from '../../audit/accounting/account-book.ts';
import { compareWithLedger, type Holdings } from '../../audit/accounting/compare.ts';
import { readHoldings } from '../../audit/accounting/holdings.ts';
import { rebuild } from '../../audit/accounting/rebuild.ts';
import { keysOfBook } from '../../audit/accounting/storage-keys.ts';
import { type LedgerReading, ledgerClient, readLedger } from '../../audit/ledger/read-ledger.ts';
import { decodeLogs, type LedgerEvent } from '../../audit/rules/events.ts';
import { type Booking, intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { aloneCall, bookCall, type GiveBackStruct, NO_RAISE, settleCall } from '../../protocol/calls.ts';
import { type ListingStruct, placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE, type Reading } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { reachTime } from '../support/anvil.ts';
import {
  book,
  clientOf,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  reported,
  signReading,
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

/** Every window of the local ledger. */
const HOUR_SEC = 3_600;

/** A ledger on which every way in which a booking can end has happened once, and one booking is open. */
export interface Scenario {
  market: TestMarket;
  agent: PrivateKeyAccount;
  settled: TestBooking;
  alone: TestBooking;
  offered: TestBooking;
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
  await reachTime(market.rpcUrl, atSec);
}

const booked = async (fixture: ScenarioFixture, driver: PrivateKeyAccount, change: Partial<Booking>) => {
  const made = await makeBooking(fixture.market, fixture.listingId, fixture.listing, driver.address, change);
  await book(fixture.market, driver, fixture.listing, made.booking);
  return { ...made, state: reservedState(await nowOf(fixture.market)) };
};

/** A booking with the state that its block left. */
type Reserved = TestBooking & { state: BookingStateStruct };

/** The agent frees the booking's slots from one on, when it settles. */
async function givesBack(
  { market, agent }: ScenarioFixture,
  bookingId: Hex,
  fromSlot: number,
): Promise<GiveBackStruct> {
  const signed = await signMessageOf(agent, market.ref, 'GiveBack', { bookingId, fromSlot });
  return { fromSlot: BigInt(fromSlot), agentSignature: toCompact(signed) };
}

export function readingOf({ booking, bookingId }: TestBooking, change: Partial<Reading>): Reading {
  const beganAt = booking.firstSlot * SLOT_SEC;
  const evidenceHash = keccak256(toHex(`bundle of ${bookingId}`));
  const times = { beganAt, endedAt: beganAt + 900, overstaySec: 0 };
  const fixed = { bookingId, registersCommitment: zeroHash, evidenceHash };
  return { ...fixed, ...times, seq: 1, energyWh: 2_000, isFinal: true, ...change };
}

async function settle(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<Reserved> {
  const made = await booked(fixture, driver, { slotCount: 4 });
  await settleCosigned(fixture, made, await givesBack(fixture, made.bookingId, made.booking.firstSlot + 2));
  return made;
}

async function settleCosigned(
  { market, agent }: ScenarioFixture,
  made: Reserved,
  giveBack?: GiveBackStruct,
): Promise<void> {
  const reading = readingOf(made, {});
  const [agentSignature, sessionSignature] = await Promise.all(
    [agent, made.sessionKey].map((key) => signReading(market, key, reading)),
  );
  const cosigned = {
    booking: toBookingStruct(made.booking),
    reading,
    agentSignature: agentSignature!,
    sessionSignature: sessionSignature!,
  };
  const { functionName, args } = settleCall(cosigned, made.state, giveBack);
  await write(market, RELAYER, functionName, args);
}

/** The phone sleeps: the agent's word alone is taken, within a raise that the session key signed. */
async function settleAlone(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<Reserved> {
  const { market, agent } = fixture;
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 2), slotCount: 1 });
  await jumpTo(market, (made.booking.firstSlot + 1) * SLOT_SEC + 5);
  const reading = readingOf(made, { energyWh: 1_000 });
  const cost = 400_000n;
  const raise = await signMessageOf(made.sessionKey, market.ref, 'Allowance', {
    bookingId: made.bookingId,
    cost,
  });
  const alone = {
    booking: toBookingStruct(made.booking),
    reading,
    agentSignature: await signReading(market, agent, reading),
    secret: made.secret,
    allowance: { ...NO_RAISE, cost, sessionSignature: toCompact(raise) },
  };
  const { functionName, args } = aloneCall(alone, made.state, true);
  await write(market, RELAYER, functionName, args);
  return made;
}

/** Booked at a tariff that the agent offered, a tenth below the listed prices, and settled. */
async function settleOffered(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<Reserved> {
  const { market, agent, listing, listingId } = fixture;
  const listed = fromTermsStruct(listing.terms);
  const tariff = { ...listed.tariff, pricePerKwh: (listed.tariff.pricePerKwh * 9n) / 10n };
  const terms = toTermsStruct({ ...listed, tariff });
  const change = { firstSlot: await slotIn(fixture, 1), slotCount: 1, terms };
  const made = await makeBooking(market, listingId, listing, driver.address, change);
  const validUntil = BigInt((await nowOf(market)) + 60);
  const { firstSlot, slotCount } = made.booking;
  const need = { firstSlot, slotCount, driver: driver.address, validUntil };
  const offer = { listingId, version: 1, tariff: terms.tariff, ...need };
  const agentSignature = toCompact(await signMessageOf(agent, market.ref, 'Offer', offer));
  const taken = { listedTariff: listing.terms.tariff, driver: driver.address, validUntil, agentSignature };
  const struct = toBookingStruct(made.booking);
  const place = [listing.weeklyHours, placeHash(listing.place)];
  await write(market, driver, 'bookOffer', [struct, ...place, NO_LIMITS, taken, '0x']);
  const reserved = { ...made, state: reservedState(await nowOf(market)) };
  await jumpTo(market, firstSlot * SLOT_SEC + 5);
  await settleCosigned(fixture, reserved);
  return reserved;
}

/** Of an intent that the driver sends, and did not sign. */
const NO_LIMITS = packLimits({ relayer: zeroAddress, validUntil: 0n });

/** A relayer sends the intent and earns a fee; the host cancels. */
async function relayThenCancelByHost(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<void> {
  const { market, listing, listingId } = fixture;
  const money = { cap: 5n * TOKEN, unsignedCost: TOKEN, allowedCost: 100_000n, relayFee: 5_000n };
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
  const state = reservedState(await nowOf(market));
  await write(market, HOST, 'cancelByHost', [struct, state, zeroHash, '0x', NO_SIGNATURE]);
}

async function cancelByDriver(
  fixture: ScenarioFixture,
  driver: PrivateKeyAccount,
  slots: number,
): Promise<TestBooking> {
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, slots) });
  await write(fixture.market, driver, 'cancelByDriver', [toBookingStruct(made.booking), made.state, '0x']);
  return made;
}

/** Claimed twice, then finalised when its challenge window is over. */
async function claimThenFinalise(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<TestBooking> {
  const { market, agent } = fixture;
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 2), slotCount: 1 });
  await jumpTo(market, made.booking.firstSlot * SLOT_SEC);
  const first = readingOf(made, { seq: 3, energyWh: 900, isFinal: false });
  await write(market, RELAYER, 'claim', await reported(market, agent, made, made.state, first));
  const claimed = await stateOf(fixture, made);
  const second = readingOf(made, { seq: 4, energyWh: 1_500, isFinal: false });
  await write(market, RELAYER, 'claim', await reported(market, agent, made, claimed, second));
  await jumpTo(market, (made.booking.firstSlot + 1) * SLOT_SEC + 900 + HOUR_SEC);
  const struct = toBookingStruct(made.booking);
  const state = await stateOf(fixture, made);
  await write(market, RELAYER, 'finalise', [struct, state]);
  return made;
}

async function expire(fixture: ScenarioFixture, driver: PrivateKeyAccount): Promise<void> {
  const made = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 1), slotCount: 1 });
  await jumpTo(fixture.market, (made.booking.firstSlot + 1) * SLOT_SEC + 900 + HOUR_SEC);
  await write(fixture.market, RELAYER, 'expire', [toBookingStruct(made.booking), made.state]);
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
  const base = testTerms(HOST.address, agent.address);
  const listing = testListing({ ...base, tariff: { ...base.tariff, discountBp: 1_000n } });
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
  const alone = await settleAlone(fixture, driver);
  const offered = await settleOffered(fixture, driver);
  await expire(fixture, driver);
  const open = await booked(fixture, driver, { firstSlot: await slotIn(fixture, 8) });
  await write(market, HOST, 'withdrawEarnings', [listingId, 100_000n, HOST.address]);
  await write(market, driver, 'withdraw', [0, TOKEN, driver.address]);
  return { market, agent, settled, alone, offered, finalised, lateCanceled, open };
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
  const holdings = await readHoldings(client, reading, keysOfBook(await rebuild(reading.constants, events)));
  return { reading, events, holdings };
}

/** The pure part of the audit, over given events and storage. */
export async function reconcile({ reading, events, holdings }: LedgerEvidence): Promise<AccountBook> {
  const result = await rebuild(reading.constants, events);
  compareWithLedger(result, holdings);
  return result;
}

export const codesOf = ({ discrepancies, consequences }: AccountBook): string[] =>
  [...new Set([...discrepancies, ...consequences].map(({ code }) => code))].sort();
