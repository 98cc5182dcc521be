import { type Account, type Address, decodeErrorResult, type Hex, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import {
  type Booking,
  type IntentLimits,
  intentMessage,
  packLimits,
  toBookingStruct,
} from '../../protocol/booking.ts';
import { type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { type CompactSignature, NO_SIGNATURE, type Reading } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import type { Terms } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { reachTime } from '../support/anvil.ts';
import {
  book,
  clientOf,
  fundDriver,
  makeBooking,
  reported,
  type TestBooking,
  type TestMarket,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';

/** A listed charger and a funded driver; every fixture has its own, so that tests of a file share one node only. */
export interface Fixture {
  market: TestMarket;
  agent: PrivateKeyAccount;
  host: Account;
  listing: ListingStruct;
  listingId: Hex;
  driver: PrivateKeyAccount;
}

/** The sender of calls that anyone may send. */
export const anyone = localAccount('relayer');

export const newKey = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey());

/** Unix seconds of the newest block. */
export async function nowOf(market: TestMarket): Promise<number> {
  return Number((await clientOf(market.rpcUrl, anyone).getBlock()).timestamp);
}

export async function jumpTo(market: TestMarket, timeSec: number): Promise<void> {
  await reachTime(market.rpcUrl, timeSec);
}

export async function newFixture(market: TestMarket, change: Partial<Terms> = {}): Promise<Fixture> {
  const agent = newKey();
  const host = localAccount('host');
  const listing = testListing(testTerms(host.address, agent.address, change));
  const fixture = {
    market,
    agent,
    host,
    listing,
    listingId: listingIdOf(agent.address, listing.place.connector),
  };
  await write(market, host, 'publishListing', await publishArgs(fixture, listing));
  return { ...fixture, driver: await fundDriver(market) };
}

/** The agent's consent to a host, by default valid for five minutes of the ledger's time. */
export async function consentOf(
  fixture: Omit<Fixture, 'driver'>,
  listing: ListingStruct,
  validUntil?: bigint,
) {
  const until = validUntil ?? BigInt((await nowOf(fixture.market)) + 300);
  const listingId = listingIdOf(listing.terms.agentKey, listing.place.connector);
  const message = { listingId, host: listing.terms.host, validUntil: until };
  const signature = await signMessageOf(fixture.agent, fixture.market.ref, 'AgentConsent', message);
  return { validUntil: until, consent: toCompact(signature) };
}

export async function publishArgs(
  fixture: Omit<Fixture, 'driver'>,
  listing: ListingStruct,
  hostSignature: Hex = '0x',
) {
  const { validUntil, consent } = await consentOf(fixture, listing);
  return [listing, validUntil, consent, hostSignature] as const;
}

/** A booking of two slots that begins about three hours from now, so that all its windows are in the future. */
export async function draftBooking(fixture: Fixture, change: Partial<Booking> = {}): Promise<TestBooking> {
  const { market, listing, listingId, driver } = fixture;
  const firstSlot = Math.floor((await nowOf(market)) / 900) + 12;
  const defaults = { firstSlot, slotCount: 2, ...change };
  return makeBooking(market, listingId, listing, change.driver ?? driver.address, defaults);
}

/** A booking on the ledger: when it was made (unix seconds), and the state that it has since then. */
export interface Booked extends TestBooking {
  bookedAt: number;
  state: BookingStateStruct;
}

export async function booked(fixture: Fixture, change: Partial<Booking> = {}): Promise<Booked> {
  const made = await draftBooking(fixture, change);
  const bookedAt = await book(fixture.market, fixture.driver, fixture.listing, made.booking);
  return bookedSince(made, bookedAt);
}

export const bookedSince = (made: TestBooking, bookedAt: number): Booked => ({
  ...made,
  bookedAt,
  state: reservedState(bookedAt),
});

/** Arguments of `bookAsDriver`. */
export const bookArgs = ({ listing }: Fixture, booking: Booking) =>
  [toBookingStruct(booking), listing.weeklyHours, placeHash(listing.place)] as const;

/** Arguments of `bookByWallet`. */
export const walletArgs = (fixture: Fixture, booking: Booking, limits: IntentLimits, signature: Hex) =>
  [...bookArgs(fixture, booking), packLimits(limits), signature] as const;

/** Arguments of `book`, which takes a key's signature only. */
export function signedIntentArgs(
  fixture: Fixture,
  booking: Booking,
  limits: IntentLimits,
  signature: CompactSignature,
) {
  const [struct, weeklyHours, place] = bookArgs(fixture, booking);
  const signed = { booking: struct, weeklyHours, placeHash: place, limits: packLimits(limits) };
  return [{ ...signed, driverSignature: signature }] as const;
}

/** Arguments of `book` by the driver's signed intent. */
export async function intentArgs(
  fixture: Fixture,
  booking: Booking,
  limits: IntentLimits,
  signer: PrivateKeyAccount = fixture.driver,
) {
  const message = intentMessage(booking, limits);
  const signature = await signMessageOf(signer, fixture.market.ref, 'Intent', message);
  return signedIntentArgs(fixture, booking, limits, toCompact(signature));
}

/** A final reading of 8,123 Wh in 45 minutes, from the booking's start. */
export function readingOf(made: TestBooking, change: Partial<Reading> = {}): Reading {
  const beganAt = made.booking.firstSlot * 900;
  return {
    bookingId: made.bookingId,
    seq: 7,
    energyWh: 8_123,
    beganAt,
    endedAt: beganAt + 2_700,
    overstaySec: 0,
    isFinal: true,
    evidenceHash: zeroHash,
    registersCommitment: zeroHash,
    ...change,
  };
}

/** Arguments of `settleFrom` and `claim`, co-signed. */
export const reportArgs = (
  fixture: Fixture,
  made: Booked,
  reading: Reading,
  state: BookingStateStruct = made.state,
) => reported(fixture.market, fixture.agent, made, state, reading);

export const cancelByHostArgs = (made: Booked, state = made.state, agreement = NO_SIGNATURE) =>
  [toBookingStruct(made.booking), state, zeroHash, '0x', agreement] as const;

/** Makes a call without sending it, at `timeSec` of the ledger's time if given. Throws if it reverts. */
export async function attempt(
  market: TestMarket,
  account: Account | Address,
  functionName: string,
  args: readonly unknown[],
  timeSec?: number,
): Promise<unknown> {
  const client = clientOf(market.rpcUrl, anyone);
  const blockOverrides = timeSec === undefined ? undefined : { time: BigInt(timeSec) };
  const call = {
    address: market.market,
    abi: plugpactMarketAbi,
    functionName,
    args,
    account,
    blockOverrides,
  };
  return (await client.simulateContract(call as never)).result;
}

/** Asserts that the call was refused by this custom error of the market with these arguments. */
export async function expectRefusal(call: Promise<unknown>, name: string, args: readonly unknown[] = []) {
  const outcome = await call.then(
    () => 'was not refused',
    (error: unknown) => error,
  );
  const data = revertData(outcome);
  if (data === undefined) throw new Error(`Expected ${name}: ${outcome}`);
  const { errorName, args: found = [] as readonly unknown[] } = decodeErrorResult({
    abi: plugpactMarketAbi,
    data,
  });
  expect({ errorName, args: found.map(lowerCase) }).toEqual({ errorName: name, args: args.map(lowerCase) });
}

/** Addresses come with and without checksum. */
const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** The revert data from the node, in the innermost of viem's causes. */
function revertData(error: unknown): Hex | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('data' in cause && typeof cause.data === 'string') return cause.data as Hex;
  }
  return undefined;
}

/** A purse's free money and generation (or tail). */
export const purseOf = (market: TestMarket, account: Address, purse = 0) =>
  read(market, 'purseOf', [account, purse]) as Promise<readonly [balance: bigint, tail: bigint]>;

export const earningsOf = (fixture: Fixture) =>
  read(fixture.market, 'earningsOf', [fixture.listingId, fixture.host.address]) as Promise<
    readonly [earned: bigint, soldWh: bigint, sessions: bigint]
  >;

export function read(market: TestMarket, functionName: string, args: readonly unknown[]): Promise<unknown> {
  const call = { address: market.market, abi: plugpactMarketAbi, functionName, args };
  return clientOf(market.rpcUrl, anyone).readContract(call as never);
}
