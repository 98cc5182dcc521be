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
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import {
  type Booking,
  type BookingStateStruct,
  RESERVED_STATE,
  toBookingStruct,
  unpackHead,
} from '../../protocol/booking.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import type { Reading } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd, proofEnd } from '../../protocol/slots.ts';
import type { Terms } from '../../protocol/terms.ts';
import { auditLedger } from '../../scripts/audit.ts';
import { rpc } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  attempt,
  booked,
  cancelByHostArgs,
  earningsOf,
  jumpTo,
  newKey,
  publishArgs,
  purseOf,
  readingOf,
  reportArgs,
  type Scene,
} from '../contracts/fixture.ts';
import { aloneArgs, type Case, signId, windows } from '../contracts/reserved-booking.ts';
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

/** What every driver of these tests puts into a purse. */
export const DEPOSIT = 20n * TOKEN;

/** The trust that a driver of these tests signs unless said: before the first co-signature, and above it. */
export const FIRST_TRUST = 100_000n;
export const TRUST = 1_000_000n;
/** min(BOND_MAX, unsignedCost). */
export const BOND = 1_000_000n;

/** How often a search plays on the ledger, and how often where nothing is sent. The same samples on every machine. */
const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const SEED = 20_261_122;
export const PLAYED = { numRuns: DEEP ? 400 : 30, seed: SEED };
export const ASKED = { numRuns: DEEP ? 3_000 : 60, seed: SEED };
export const PURE = { numRuns: DEEP ? 2_000 : 30, seed: SEED };
/** Searches on a ledger take their time. */
export const IN_TIME = { timeout: DEEP ? 1_800_000 : 120_000 };

/** A booking at a charger, and the state that the ledger last gave it. Never changed: each step gives another one. */
export interface Visit extends Case {
  state: BookingStateStruct;
  meter: TestMeter;
}

/** A charger with an agent of its own, and a meter that signs when `isMetered`. */
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
  return { ...place, terms, meter };
}

export type Charger = Awaited<ReturnType<typeof openCharger>>;

/** A booking of half an hour, three hours ahead unless said, by a fresh driver unless said. */
export async function visit(
  charger: Charger,
  change: Partial<Booking> = {},
  known?: PrivateKeyAccount,
): Promise<Visit> {
  const { terms, meter, ...place } = charger;
  const scene: Scene = { ...place, driver: known ?? (await fundDriver(place.market, DEPOSIT)) };
  const made = await booked(scene, change);
  const times = bookingTimes(made.booking, terms.bookingTerms, windows);
  return { scene, made, times, meter, state: RESERVED_STATE };
}

/** A call of the market, not sent yet. */
export interface Call {
  name: string;
  args: readonly unknown[];
}

const struct = ({ made }: Visit) => toBookingStruct(made.booking);

/** Without a state while the booking is untouched, as nearly every session ends; else from the state it is in. */
const settleFrom = (v: Visit, args: Awaited<ReturnType<typeof reportArgs>>): Call =>
  v.state.head === RESERVED_STATE.head
    ? { name: 'settle', args: asBooked(args) }
    : { name: 'settleFrom', args };

/** What both sign: final unless said. */
export const settle = async (v: Visit, change: Partial<Reading> = {}): Promise<Call> =>
  settleFrom(v, await reportArgs(v.scene, v.made, readingOf(v.made, change), v.state));

/** Settles by one reading, with the agent's signature of another. */
export async function settleBent(
  v: Visit,
  change: Partial<Reading>,
  agentSigned: Partial<Reading>,
): Promise<Call> {
  const { market, agent } = v.scene;
  const [booking, state, reading, , session] = await reportArgs(v.scene, v.made, readingOf(v.made, change));
  const signature = await signReading(market, agent, readingOf(v.made, agentSigned));
  return settleFrom(v, [booking, state, reading, signature, session]);
}

export const claim = async (v: Visit, change: Partial<Reading> = {}): Promise<Call> => ({
  name: 'claim',
  args: await reportArgs(v.scene, v.made, readingOf(v.made, { isFinal: false, ...change }), v.state),
});

export const claimAlone = async (v: Visit, change: Partial<Reading> = {}, secret = v.made.secret) => ({
  name: 'claimAlone',
  args: [...(await aloneArgs(v, change, v.state)).slice(0, 4), secret],
});

export const noShow = async (v: Visit, signer = v.scene.agent): Promise<Call> => ({
  name: 'claimNoShow',
  args: [struct(v), v.state, toCompact(await signId(v, 'NoShow', signer))],
});

export const arrived = async (v: Visit, signer = v.made.sessionKey): Promise<Call> => ({
  name: 'arrived',
  args: [struct(v), v.state, await signId(v, 'Arrived', signer)],
});

export const challenge = async (v: Visit, signer = v.made.sessionKey): Promise<Call> => ({
  name: 'challenge',
  args: [struct(v), v.state, await signId(v, 'Challenge', signer)],
});

export const prove = (v: Visit, records: readonly MeterRecordStruct[]): Call => ({
  name: 'prove',
  args: [struct(v), v.state, { secret: v.made.secret, meterKey: v.meter.key, records }],
});

export const finalise = (v: Visit): Call => ({ name: 'finalise', args: [struct(v), v.state] });
export const expire = (v: Visit): Call => ({ name: 'expire', args: [struct(v), v.state] });
export const cancelByDriver = (v: Visit, signature: Hex = '0x'): Call => ({
  name: 'cancelByDriver',
  args: [struct(v), v.state, signature],
});

/** The host's own transaction; from `opens` on with the session key's agreement. */
export function cancelByHost(v: Visit, overstayedBy: Hex = zeroHash, agreement?: { r: Hex; vs: Hex }): Call {
  const [booking, state, , signature, none] = cancelByHostArgs(v.made, v.state);
  return { name: 'cancelByHost', args: [booking, state, overstayedBy, signature, agreement ?? none] };
}

/** The same signatures under another booking's fields and state. */
export const replayOn = (v: Visit, { name, args }: Call): Call => ({
  name,
  args:
    name === 'settle'
      ? [{ ...(args[0] as object), booking: struct(v) }]
      : [struct(v), v.state, ...args.slice(2)],
});

/** Sends it; the visit goes on in the state that its event gives. */
export async function act(v: Visit, { name, args }: Call, by: Account = anyone): Promise<Visit> {
  const { logs } = await write(v.scene.market, by, name, args);
  return { ...v, state: stateAfter(logs) ?? v.state };
}

function stateAfter(logs: Log[]): BookingStateStruct | undefined {
  const states = parseEventLogs({ abi: plugpactMarketAbi, logs }).flatMap(({ args }) =>
    'state' in args ? [args.state as BookingStateStruct] : [],
  );
  return states.at(-1);
}

/** The name of the error that the market would refuse it with, at a moment of its time if said; none: it would pass. */
export async function refusalOf(v: Visit, { name, args }: Call, by: Account = anyone, timeSec?: number) {
  const refusal = await attempt(v.scene.market, by, name, args, timeSec).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refusal === undefined) return undefined;
  const reverted =
    refusal instanceof BaseError && refusal.walk((e) => e instanceof ContractFunctionRevertedError);
  return (reverted && (reverted as ContractFunctionRevertedError).data?.errorName) || String(refusal);
}

/** What an attacker does: sends it if the market takes it, goes on as before if not. */
export const actIfAllowed = async (v: Visit, call: Call, by: Account = anyone): Promise<Visit> =>
  (await refusalOf(v, call, by)) === undefined ? act(v, call, by) : v;

/** When what was claimed or challenged can be finalised, unix seconds. */
export function deadlineOf({ state, times }: Visit): number {
  const { claimedAt, challengedAt } = unpackHead(state.head);
  return challengedAt > 0n
    ? proofEnd(Number(challengedAt), times.closes, windows)
    : challengeEnd(Number(claimedAt), times.closes, windows);
}

/** Waits for the deadline and finalises, as anyone may. */
export async function finish(v: Visit): Promise<Visit> {
  await jumpTo(v.scene.market, deadlineOf(v));
  return act(v, finalise(v));
}

/** Token units: what the driver has in the purse, and what the host earned at this charger. */
export async function moneyOf({ scene, made }: Visit) {
  const [driver] = await purseOf(scene.market, scene.driver.address, made.booking.purse);
  const [host] = await earningsOf(scene);
  return { driver, host };
}

/** The driver paid this to the host, and has all the rest. */
export async function expectPaid(v: Visit, paid: bigint): Promise<void> {
  expect(await moneyOf(v)).toEqual({ driver: DEPOSIT - paid, host: paid });
}

/** Plays on a ledger that is put back afterwards. */
export async function inFork<T>(market: TestMarket, use: () => Promise<T>): Promise<T> {
  const snapshot = await rpc<string>(market.rpcUrl, 'evm_snapshot');
  try {
    return await use();
  } finally {
    await rpc(market.rpcUrl, 'evm_revert', [snapshot]);
  }
}

/** What the attacks left behind is still accounted for, to the unit, from the ledger alone. */
export async function expectReconciled({ rpcUrl, market }: TestMarket): Promise<void> {
  expect((await auditLedger({ rpcUrl, market })).discrepancies).toEqual([]);
}
