import {
  type Account,
  BaseError,
  ContractFunctionRevertedError,
  type Hex,
  keccak256,
  type Log,
  parseEventLogs,
  zeroHash,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { auditLedger } from '../../audit/command.ts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Booking, toBookingStruct } from '../../protocol/booking.ts';
import type { AllowanceStruct } from '../../protocol/calls.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import type { Reading } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd, type MarketWindows, proofEnd } from '../../protocol/slots.ts';
import { type BookingStateStruct, isUnclaimed, sinceOf, stateName } from '../../protocol/state.ts';
import type { Terms } from '../../protocol/terms.ts';
import { rpc } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  attempt,
  booked,
  cancelByHostArgs,
  earningsOf,
  type Fixture,
  jumpTo,
  newKey,
  publishArgs,
  purseOf,
  readingOf,
  reportArgs,
} from '../contracts/fixture.ts';
import { aloneArgs, type ReservedBooking, settleAloneArgs, signId, windows } from '../contracts/reserved.ts';
import { newMeter, type TestMeter } from '../contracts/test-meter.ts';
import {
  asBooked,
  fundDriver,
  signReading,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';

export const HOST = localAccount('host');

/** The deposit of every driver in these tests. */
export const DEPOSIT = 20n * TOKEN;

/** What drivers sign by default: the agent's word is taken for it, and trusted above the co-signed. */
export const ALLOWED = 100_000n;
export const UNSIGNED_LIMIT = 1_000_000n;
/** min(BOND_MAX, unsignedCost). */
export const BOND = 1_000_000n;

/** A booking at a charger, and its last state on the ledger. Immutable: each step returns a new one. */
export interface BookedSession extends ReservedBooking {
  state: BookingStateStruct;
  meter: TestMeter;
  windows: MarketWindows;
}

/** A charger with its own agent, and a meter that signs if `isMetered`. */
export async function openCharger(market: TestMarket, change: Partial<Terms> = {}, isMetered = true) {
  const meter = newMeter();
  const agent = newKey();
  const base = { ...testTerms(HOST.address, agent.address), ...change };
  const metering = { ...base.metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
  const terms = isMetered ? { ...base, metering, meterKeyHash: keccak256(meter.key) } : base;
  const listing = { ...testListing(terms), meterKey: isMetered ? meter.key : ('0x' as Hex) };
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const place = { market, agent, host: HOST, listing, listingId };
  await write(market, HOST, 'publishListing', await publishArgs(place, listing));
  return { ...place, terms, meter, windows: windows as MarketWindows };
}

export type Charger = Awaited<ReturnType<typeof openCharger>>;

/** A booking of half an hour, by default three hours ahead and by a new driver. */
export async function bookSession(
  charger: Charger,
  change: Partial<Booking> = {},
  known?: PrivateKeyAccount,
): Promise<BookedSession> {
  const { terms, meter, windows, ...place } = charger;
  const fixture: Fixture = { ...place, driver: known ?? (await fundDriver(place.market, DEPOSIT)) };
  const made = await booked(fixture, change);
  const times = bookingTimes({ ...made.booking, bookedAt: made.bookedAt }, terms.bookingTerms, windows);
  return { fixture, made, times, meter, windows, state: made.state };
}

/** A call of the market, not sent yet. */
export interface Call {
  name: string;
  args: readonly unknown[];
}

const struct = ({ made }: BookedSession) => toBookingStruct(made.booking);

/** `settle` while nothing is claimed, as for nearly every session; otherwise from its present state. */
const settleFrom = (session: BookedSession, args: Awaited<ReturnType<typeof reportArgs>>): Call =>
  isUnclaimed(session.state) ? { name: 'settle', args: asBooked(args) } : { name: 'settleFrom', args };

/** A reading that both sign, by default final. */
export const settle = async (session: BookedSession, change: Partial<Reading> = {}): Promise<Call> =>
  settleFrom(
    session,
    await reportArgs(session.fixture, session.made, readingOf(session.made, change), session.state),
  );

/** Settles by one reading, with the agent's signature under another one. */
export async function settleWithOtherSignature(
  session: BookedSession,
  change: Partial<Reading>,
  agentSigned: Partial<Reading>,
): Promise<Call> {
  const { market, agent } = session.fixture;
  const [booking, state, reading, , sessionSignature] = await reportArgs(
    session.fixture,
    session.made,
    readingOf(session.made, change),
    session.state,
  );
  const signature = await signReading(market, agent, readingOf(session.made, agentSigned));
  return settleFrom(session, [booking, state, reading, signature, sessionSignature]);
}

export const claim = async (session: BookedSession, change: Partial<Reading> = {}): Promise<Call> => ({
  name: 'claim',
  args: await reportArgs(
    session.fixture,
    session.made,
    readingOf(session.made, { isFinal: false, ...change }),
    session.state,
  ),
});

export const claimAlone = async (
  session: BookedSession,
  change: Partial<Reading> = {},
  secret = session.made.secret,
  allowance: AllowanceStruct = NO_RAISE,
): Promise<Call> => ({
  name: 'claimAlone',
  args: [...(await aloneArgs(session, change, session.state)).slice(0, 4), secret, allowance],
});

/** The agent's final word while nothing is claimed, within what the driver allowed. */
export const settleAlone = async (
  session: BookedSession,
  change: Partial<Reading> = {},
  allowance: AllowanceStruct = NO_RAISE,
): Promise<Call> => ({ name: 'settleAlone', args: await settleAloneArgs(session, change, allowance) });

export const noShow = async (session: BookedSession, signer = session.fixture.agent): Promise<Call> => ({
  name: 'claimNoShow',
  args: [struct(session), session.state, toCompact(await signId(session, 'NoShow', signer))],
});

export const arrived = async (session: BookedSession, signer = session.made.sessionKey): Promise<Call> => ({
  name: 'arrived',
  args: [struct(session), session.state, await signId(session, 'Arrived', signer)],
});

export const challenge = async (session: BookedSession, signer = session.made.sessionKey): Promise<Call> => ({
  name: 'challenge',
  args: [struct(session), session.state, await signId(session, 'Challenge', signer)],
});

export const prove = (session: BookedSession, records: readonly MeterRecordStruct[]): Call => ({
  name: 'prove',
  args: [
    struct(session),
    session.state,
    { secret: session.made.secret, meterKey: session.meter.key, records },
  ],
});

export const finalise = (session: BookedSession): Call => ({
  name: 'finalise',
  args: [struct(session), session.state],
});
export const expire = (session: BookedSession): Call => ({
  name: 'expire',
  args: [struct(session), session.state],
});
export const cancelByDriver = (session: BookedSession, signature: Hex = '0x'): Call => ({
  name: 'cancelByDriver',
  args: [struct(session), session.state, signature],
});

/** The host's own transaction; from `opens` on with the session key's agreement. */
export function cancelByHost(
  session: BookedSession,
  overstayedBy: Hex = zeroHash,
  agreement?: { r: Hex; vs: Hex },
): Call {
  const [booking, state, , signature, none] = cancelByHostArgs(session.made, session.state);
  return { name: 'cancelByHost', args: [booking, state, overstayedBy, signature, agreement ?? none] };
}

/** The same signatures under another booking's fields and state. */
export const replayOn = (session: BookedSession, { name, args }: Call): Call => ({
  name,
  args:
    name === 'settle' || name === 'settleAlone'
      ? [{ ...(args[0] as object), booking: struct(session) }]
      : [struct(session), session.state, ...args.slice(2)],
});

/** Sends a call and returns the session with the state of its event. */
export async function sendCall(
  session: BookedSession,
  { name, args }: Call,
  by: Account = anyone,
): Promise<BookedSession> {
  const { logs } = await write(session.fixture.market, by, name, args);
  return { ...session, state: stateAfter(logs) ?? session.state };
}

function stateAfter(logs: Log[]): BookingStateStruct | undefined {
  const states = parseEventLogs({ abi: plugpactMarketAbi, logs }).flatMap(({ args }) =>
    'state' in args ? [args.state as BookingStateStruct] : [],
  );
  return states.at(-1);
}

/** The name of the error with which the market would refuse a call, at `timeSec` if given; undefined if it would succeed. */
export async function refusalOf(
  session: BookedSession,
  { name, args }: Call,
  by: Account = anyone,
  timeSec?: number,
) {
  const refusal = await attempt(session.fixture.market, by, name, args, timeSec).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refusal === undefined) return undefined;
  const reverted =
    refusal instanceof BaseError && refusal.walk((e) => e instanceof ContractFunctionRevertedError);
  return (reverted && (reverted as ContractFunctionRevertedError).data?.errorName) || String(refusal);
}

/** Sends a call if the market accepts it; otherwise the session is unchanged. */
export const sendIfAllowed = async (
  session: BookedSession,
  call: Call,
  by: Account = anyone,
): Promise<BookedSession> =>
  (await refusalOf(session, call, by)) === undefined ? sendCall(session, call, by) : session;

/** When what was claimed or challenged can be finalised, unix seconds. */
export function deadlineOf({ state, times, windows }: BookedSession): number {
  const end = stateName(state) === 'CHALLENGED' ? proofEnd : challengeEnd;
  return end(sinceOf(state), times.closes, windows);
}

/** Waits for the deadline and finalises, as anyone may. */
export async function finaliseAtDeadline(session: BookedSession): Promise<BookedSession> {
  await jumpTo(session.fixture.market, deadlineOf(session));
  return sendCall(session, finalise(session));
}

/** Token units: what the driver has in the purse, and what the host earned at this charger. */
export async function moneyOf({ fixture, made }: BookedSession) {
  const [driver] = await purseOf(fixture.market, fixture.driver.address, made.booking.purse);
  const [host] = await earningsOf(fixture);
  return { driver, host };
}

/** Asserts that the driver paid this to the host, and nothing else. */
export async function expectPaid(session: BookedSession, paid: bigint): Promise<void> {
  expect(await moneyOf(session)).toEqual({ driver: DEPOSIT - paid, host: paid });
}

/** Runs on a ledger that is reset afterwards. */
export async function onSnapshot<T>(market: TestMarket, use: () => Promise<T>): Promise<T> {
  const snapshot = await rpc<string>(market.rpcUrl, 'evm_snapshot');
  try {
    return await use();
  } finally {
    await rpc(market.rpcUrl, 'evm_revert', [snapshot]);
  }
}

/** Asserts that the audit reconciles the ledger to the unit. */
export async function expectReconciled({ rpcUrl, market }: TestMarket): Promise<void> {
  expect((await auditLedger({ rpcUrl, market })).discrepancies).toEqual([]);
}
