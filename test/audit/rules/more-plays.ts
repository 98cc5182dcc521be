import { type Hex, keccak256 } from 'viem';
import { claimValuesOf } from '../../../protocol/claimValues.ts';
import { NO_SIGNATURE, type Reading, toReadingStruct } from '../../../protocol/reading.ts';
import { packClaim, packHead, STATE, unpackClaim, unpackHead } from '../../../protocol/state.ts';
import { type fromTermsStruct, toTermsStruct } from '../../../protocol/terms.ts';
import { AGENT, DRIVER, type History, type Made, OTHER, SECRET, SESSION, SLOT_SEC } from './short-ledger.ts';

/** A key of a meter, and a charger that has it. */
export const METER_KEY: Hex = `0x${'5a'.repeat(64)}`;
export function withMeter(history: History): History {
  history.meterKey = METER_KEY;
  const { metering } = history.terms;
  const meter = { ...metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' } as const;
  history.terms = { ...history.terms, meterKeyHash: keccak256(METER_KEY), metering: meter };
  return history;
}

/** The listing opens, closes or is revoked. */
export function setStatus(history: History, status: number, version = history.version + 1): void {
  history.version = version;
  history.log('ListingStatusChanged', { listingId: history.listingId(), status, version });
}

/** A co-signed reading is claimed, or shown. */
export async function claim(history: History, made: Made, change: Partial<Reading> = {}): Promise<void> {
  const endedAt = made.booking.firstSlot * SLOT_SEC + 1_800;
  const reading = history.readingOf(made, { seq: 3, energyWh: 3_000, endedAt, isFinal: false, ...change });
  const [agentSignature, sessionSignature] = await Promise.all(
    [AGENT, SESSION].map((key) => history.sign(key, 'Reading', reading)),
  );
  const before = unpackHead(made.state.head);
  const name = before.name === STATE.RESERVED ? { name: STATE.CLAIMED, since: BigInt(history.now) } : {};
  const head = packHead({
    ...{ ...before, ...name, cosignedSeq: BigInt(reading.seq), cosignedWh: BigInt(reading.energyWh) },
    cosignedSec: BigInt(reading.endedAt - reading.beganAt),
    cosignedOverstaySec: BigInt(reading.overstaySec),
  });
  made.state = { ...made.state, head };
  const signatures = { agentSignature: agentSignature!, sessionSignature: sessionSignature! };
  const { bookingId, state } = made;
  history.log('Claimed', { bookingId, state, reading: toReadingStruct(reading), ...signatures });
}

/** The agent's final word above what is allowed. */
export async function claimOnceMore(history: History, made: Made, change: Partial<Reading>): Promise<void> {
  const reading = history.readingOf(made, change);
  const struct = toReadingStruct(reading);
  made.state = { head: history.named(made, 'CLAIMED_ALONE'), claim: BigInt.asUintN(192, struct.measure) };
  const agentSignature = await history.sign(AGENT, 'Reading', reading);
  const allowance = { cost: 0n, sessionSignature: NO_SIGNATURE };
  const { bookingId, state } = made;
  history.log('ClaimedAlone', {
    bookingId,
    state,
    reading: struct,
    agentSignature,
    secret: SECRET,
    allowance,
  });
}

/** The meter proves energy. */
export function prove(history: History, made: Made, provenWh: bigint): void {
  const claimed = packClaim({ ...unpackClaim(made.state.claim), bestProofWh: provenWh });
  made.state = { ...made.state, claim: claimed };
  history.log('Proven', { bookingId: made.bookingId, provenWh, state: made.state });
}

/** A proof of the whole claim ends it, and costs the challenger what was disputed (rule 7). */
export function finaliseProven(history: History, made: Made, isForfeited: boolean): void {
  const { claimedCost: paid, cosignedCost } = claimValuesOf(made.booking, made.state);
  const { bookingId, locked } = made;
  const bond = locked - made.booking.money.cap;
  const amount = paid - cosignedCost < bond ? paid - cosignedCost : bond;
  if (isForfeited) history.log('BondForfeited', { bookingId, amount });
  history.fee(bookingId, paid);
  history.log('Finalised', { bookingId, outcome: 5, paid, refunded: locked - paid - amount });
}

/** What the agent gives back of its slots, in the call that settled. */
export async function giveBack(
  history: History,
  { bookingId }: Made,
  fromSlot: number,
  key = AGENT,
): Promise<void> {
  const agentSignature = await history.sign(key, 'GiveBack', { bookingId, fromSlot });
  history.logWith('SlotsGivenBack', { bookingId, fromSlot: BigInt(fromSlot), agentSignature });
}

export interface OfferChange {
  tariff?: Partial<ReturnType<typeof fromTermsStruct>['tariff']>;
  validForSec?: number;
  driver?: Hex;
  listedTariff?: bigint;
}

/** A booking at offered prices, a twentieth below the listed ones. */
export async function bookOffered(history: History, change: OfferChange = {}): Promise<Made> {
  const { tariff } = history.terms;
  const offered = { ...tariff, pricePerKwh: (tariff.pricePerKwh * 19n) / 20n, ...change.tariff };
  const terms = toTermsStruct({ ...history.terms, tariff: offered });
  const made = history.book({ terms });
  const validUntil = BigInt(history.now + (change.validForSec ?? 120));
  const { firstSlot, slotCount } = made.booking;
  const driver = change.driver ?? DRIVER.address;
  const { listingId, version } = { listingId: history.listingId(), version: history.version };
  const message = { listingId, version, tariff: terms.tariff, firstSlot, slotCount, driver, validUntil };
  const agentSignature = await history.sign(AGENT, 'Offer', message);
  const listedTariff = change.listedTariff ?? toTermsStruct(history.terms).tariff;
  const offer = { listedTariff, driver, validUntil, agentSignature };
  history.logWith('OfferTaken', { bookingId: made.bookingId, tariff: terms.tariff, offer });
  return made;
}

export function pause(history: History, forSec: number): void {
  history.log('NewBookingsPaused', { until: BigInt(history.now + forSec) });
}

/** Relayed by OTHER, who gets this fee. */
export const relayFee = (history: History, amount: bigint): void =>
  history.log('RelayFeePaid', { relayer: OTHER.address, amount });

export function withdraw(history: History, amount: bigint): void {
  history.logWith('Withdrawn', { account: DRIVER.address, purse: 0, amount, to: OTHER.address });
}

export function withdrawEarnings(history: History, amount: bigint): void {
  const { host } = history.terms;
  history.log('EarningsWithdrawn', { host, listingId: history.listingId(), amount, to: OTHER.address });
}

/** Nobody reported in time. */
export function expire(history: History, { bookingId, locked }: Made): void {
  history.log('Expired', { bookingId, refunded: locked });
}

/** The driver says to be there. */
export function arrive(history: History, made: Made, name: 'ARRIVED' | 'CONTESTED'): void {
  const { since } = unpackHead(made.state.head);
  made.state = { head: packHead({ ...unpackHead(made.state.head), name: STATE[name], since }), claim: 0n };
  history.log('Arrived', { bookingId: made.bookingId, state: made.state });
}
