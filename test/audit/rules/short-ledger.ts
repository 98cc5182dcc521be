import { type Hex, keccak256, numberToHex, zeroHash } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { EventArgs, EventName, LedgerEvent } from '../../../audit/rules/events.ts';
import type { MarketConstants } from '../../../audit/rules/market-constants.ts';
import { type Booking, bookingIdOf, toBookingStruct } from '../../../protocol/booking.ts';
import { claimValuesOf } from '../../../protocol/claimValues.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { packHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { type ListingStruct, listingIdOf, packLocation } from '../../../protocol/listing.ts';
import { NO_SIGNATURE, packPayout, type Reading, toReadingStruct } from '../../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../../protocol/signature.ts';
import type { SignedTypeName } from '../../../protocol/signedTypes.ts';
import { packHead, reservedState, STATE, type StateName, unpackHead } from '../../../protocol/state.ts';
import { fromTermsStruct, type Terms, termsHash, toTermsStruct } from '../../../protocol/terms.ts';

const keyOf = (number: number): PrivateKeyAccount => privateKeyToAccount(numberToHex(number, { size: 32 }));

export const [HOST, AGENT, DRIVER, SESSION, OTHER] = [1, 2, 3, 4, 5].map(keyOf) as [
  PrivateKeyAccount,
  PrivateKeyAccount,
  PrivateKeyAccount,
  PrivateKeyAccount,
  PrivateKeyAccount,
];
const CONNECTOR: Hex = '0x0102030405ff';
export const SECRET = keccak256('0x05ec4e');
const FEE_TO = keyOf(6).address;

/** Monday, the 1st of December 2025, midnight UTC, in slots. */
export const MONDAY_SLOT = Date.UTC(2025, 11, 1) / 900_000;
export const SLOT_SEC = 900;
export const HOUR_SEC = 3_600;

export const MARKET: MarketConstants = {
  chainId: 31_337,
  market: keyOf(7).address,
  windows: { reportSec: 2 * HOUR_SEC, challengeSec: HOUR_SEC, proofSec: HOUR_SEC + 60 },
  bondMax: 300_000n,
  firstTrustMax: 500_000n,
  forfeitMin: 20_000n,
  fee: { basisPoints: 75n, to: FEE_TO },
  guardian: { account: OTHER.address, endsAt: 2_000_000_000 },
};

const TERMS: Terms = {
  host: HOST.address,
  agentKey: AGENT.address,
  tariff: {
    pricePerKwh: 333_333n,
    pricePerHour: 70_001n,
    overstayPerHour: 600_007n,
    flatFee: 50_001n,
    overstayReserve: 400_000n,
    discountBp: 1_000n,
  },
  bookingTerms: {
    cancelUntilMin: 120n,
    earlyStartMin: 15n,
    noshowTimeoutMin: 30n,
    lateStopMin: 20n,
    minSlots: 2n,
    maxSlots: 12n,
    leadTimeMin: 30n,
    horizonSlots: 600n,
    noshowFee: 25_001n,
    minCapPerSlot: 200_000n,
  },
  metering: {
    unsignedCost: 100_000n,
    allowedCost: 0n,
    maxPowerW: 11_000n,
    meterAlgorithm: 'none',
    idTagPrefix: '',
  },
  meterKeyHash: zeroHash,
};

/** Eight to eighteen on every day of the week, an hour ahead of UTC. */
const OPEN_HOURS = [...Array(7).keys()].reduce((mask, day) => mask | (0x3ffn << BigInt(day * 24 + 8)), 0n);
const HOURS: WeeklyHours = { mask: OPEN_HOURS, utcOffset: 4, offsetChangesAt: 0, utcOffsetAfter: 0 };

/** A booking of this history, as far as it got. */
export interface Made {
  booking: Booking;
  bookingId: Hex;
  bookedAt: number;
  state: { head: bigint; claim: bigint };
  locked: bigint;
}

type PartialTerms = { [Part in 'tariff' | 'bookingTerms' | 'metering']?: Partial<Terms[Part]> };

/** Events of a market as the ledger would write them, computed and signed by protocol/: the audit recounts them. */
export class History {
  readonly events: LedgerEvent[] = [];
  /** Unix seconds of the next event: Monday morning, so that a charge at nine can be booked. */
  now = MONDAY_SLOT * SLOT_SEC + 5 * HOUR_SEC;
  terms = TERMS;
  hours = HOURS;
  version = 0;
  meterKey: Hex = '0x';

  log<Name extends EventName>(eventName: Name, args: EventArgs[Name]): void {
    const index = this.events.length;
    const stamp = {
      blockNumber: index + 1,
      at: this.now,
      tx: numberToHex(index + 1, { size: 32 }),
      logIndex: 0,
    };
    this.events.push({ eventName, args, ...stamp } as unknown as LedgerEvent);
  }

  /** The last event's transaction holds the next one too. */
  logWith<Name extends EventName>(eventName: Name, args: EventArgs[Name]): void {
    const last = this.events.at(-1);
    this.log(eventName, args);
    if (last !== undefined) Object.assign(this.events.at(-1)!, { tx: last.tx, logIndex: last.logIndex + 1 });
  }

  sign = async (key: PrivateKeyAccount, type: SignedTypeName, message: object) =>
    toCompact(await signMessageOf(key, MARKET, type, message));

  listing(change: PartialTerms = {}, hours: Partial<WeeklyHours> = {}): this {
    const { tariff, bookingTerms, metering } = change;
    this.terms = {
      ...this.terms,
      tariff: { ...this.terms.tariff, ...tariff },
      bookingTerms: { ...this.terms.bookingTerms, ...bookingTerms },
      metering: { ...this.terms.metering, ...metering },
    };
    this.hours = { ...this.hours, ...hours };
    const listing = this.listed();
    this.version += 1;
    const { host, agentKey } = this.terms;
    this.log('ListingPublished', {
      listingId: this.listingId(),
      host,
      agentKey,
      listing,
      version: this.version,
    });
    return this;
  }

  listingId = (): Hex => listingIdOf(this.terms.agentKey, CONNECTOR);

  listed(): ListingStruct {
    const cell = { h3Cell: '881e204a1bfffff', resolution: 8 };
    const standard = { connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' } as const;
    const location = packLocation({ ...cell, ...standard });
    const place = { connector: CONNECTOR, location, placeCommitment: zeroHash };
    const weeklyHours = packHours(this.hours);
    return { terms: toTermsStruct(this.terms), weeklyHours, place, meterKey: this.meterKey };
  }

  deposit(amount = 50_000_000n): this {
    this.log('Deposited', { account: DRIVER.address, purse: 0, amount, from: DRIVER.address });
    return this;
  }

  /** A booking of six slots from nine o'clock (UTC) on. */
  book(change: Partial<Booking> = {}, money: Partial<Booking['money']> = {}, bookingId?: Hex): Made {
    const terms = toTermsStruct(this.terms);
    const booking: Booking = {
      listingId: listingIdOf(terms.agentKey, CONNECTOR),
      ...{ connector: CONNECTOR, driver: DRIVER.address, purse: 0, generation: 0n },
      ...{ sessionKey: SESSION.address, firstSlot: MONDAY_SLOT + 36, slotCount: 6 },
      money: { cap: 9_000_000n, unsignedCost: 250_000n, allowedCost: 60_000n, relayFee: 0n, ...money },
      startHash: keccak256(SECRET),
      terms,
      ...change,
    };
    const id = bookingId ?? bookingIdOf(MARKET, booking);
    const { purse, session, money: word, startHash } = toBookingStruct(booking);
    const { listingId } = booking;
    const hash = termsHash(booking.terms);
    const args = { bookingId: id, listingId, purse, session, money: word, startHash, termsHash: hash };
    this.log('Booked', args);
    const { cap, unsignedCost } = booking.money;
    const bond = unsignedCost < MARKET.bondMax ? unsignedCost : MARKET.bondMax;
    return { booking, bookingId: id, bookedAt: this.now, state: reservedState(this.now), locked: cap + bond };
  }

  readingOf({ booking, bookingId }: Made, change: Partial<Reading> = {}): Reading {
    const beganAt = booking.firstSlot * SLOT_SEC;
    return {
      ...{ bookingId, seq: 7, energyWh: 7_123, beganAt, endedAt: beganAt + 4_321, overstaySec: 0 },
      ...{ isFinal: true, evidenceHash: keccak256(bookingId), registersCommitment: zeroHash },
      ...change,
    };
  }

  costOf = ({ booking }: Made, reading: Reading): bigint =>
    costRoundedDown(fromTermsStruct(booking.terms).tariff, reading, booking.money.cap);

  fee(bookingId: Hex, paid: bigint): void {
    const amount = (paid * MARKET.fee.basisPoints) / 10_000n;
    if (amount > 0n) this.log('MarketFeePaid', { bookingId, amount });
  }

  async settle(made: Made, change: Partial<Reading> = {}, keys = [AGENT, SESSION]): Promise<void> {
    const reading = this.readingOf(made, change);
    const [agentSignature, sessionSignature] = await Promise.all(
      keys.map((key) => this.sign(key, 'Reading', reading)),
    );
    const paid = this.costOf(made, reading);
    const { bookingId, locked } = made;
    this.fee(bookingId, paid);
    const payout = packPayout({ paid, refunded: locked - paid });
    const signatures = { agentSignature: agentSignature!, sessionSignature: sessionSignature! };
    this.logWith('Settled', { bookingId, payout, reading: toReadingStruct(reading), ...signatures });
  }

  async settleAlone(made: Made, change: Partial<Reading> = {}, secret = SECRET): Promise<void> {
    const reading = this.readingOf(made, {
      energyWh: 20,
      endedAt: made.booking.firstSlot * SLOT_SEC + 60,
      ...change,
    });
    const agentSignature = await this.sign(AGENT, 'Reading', reading);
    const paid = this.costOf(made, reading);
    const { bookingId, locked } = made;
    this.fee(bookingId, paid);
    const payout = packPayout({ paid, refunded: locked - paid });
    const allowance = { cost: 0n, sessionSignature: NO_SIGNATURE };
    this.logWith('SettledAlone', {
      ...{ bookingId, payout, reading: toReadingStruct(reading), agentSignature, secret, allowance },
    });
  }

  /** A co-signed reading is claimed, then the agent's own word above it. */
  async claimAlone(made: Made, change: Partial<Reading> = {}): Promise<void> {
    const start = made.booking.firstSlot * SLOT_SEC;
    const cosigned = this.readingOf(made, {
      seq: 3,
      energyWh: 3_000,
      endedAt: start + 1_800,
      isFinal: false,
    });
    const [agentSignature, sessionSignature] = await Promise.all(
      [AGENT, SESSION].map((key) => this.sign(key, 'Reading', cosigned)),
    );
    const { bookingId } = made;
    const head = {
      ...unpackHead(this.named(made, 'CLAIMED')),
      ...{ cosignedSeq: 3n, cosignedWh: 3_000n, cosignedSec: 1_800n, cosignedOverstaySec: 0n },
    };
    made.state = { head: packHead(head), claim: 0n };
    const both = { agentSignature: agentSignature!, sessionSignature: sessionSignature! };
    this.log('Claimed', { bookingId, state: made.state, reading: toReadingStruct(cosigned), ...both });
    const reading = this.readingOf(made, { energyWh: 3_600, ...change });
    const struct = toReadingStruct(reading);
    made.state = { head: this.named(made, 'CLAIMED_ALONE'), claim: BigInt.asUintN(192, struct.measure) };
    const alone = await this.sign(AGENT, 'Reading', reading);
    const allowance = { cost: 0n, sessionSignature: NO_SIGNATURE };
    const args = { bookingId, state: made.state, reading: struct, agentSignature: alone, secret: SECRET };
    this.log('ClaimedAlone', { ...args, allowance });
  }

  named = ({ state }: Made, name: StateName): bigint =>
    packHead({ ...unpackHead(state.head), name: STATE[name], since: BigInt(this.now) });

  challenge(made: Made): void {
    made.state = { head: this.named(made, 'CHALLENGED'), claim: made.state.claim };
    this.log('Challenged', { bookingId: made.bookingId, state: made.state });
  }

  /** The deadline ends a claim, or what became of it in a challenge. */
  finalise(made: Made, isChallenged = false): void {
    const values = claimValuesOf(made.booking, made.state);
    const paid = isChallenged ? values.challengedCost : values.claimedCost;
    const { bookingId, locked } = made;
    this.fee(bookingId, paid);
    this.logWith('Finalised', { bookingId, outcome: 5, paid, refunded: locked - paid });
  }

  async claimNoShow(made: Made): Promise<void> {
    const { bookingId } = made;
    made.state = { head: this.named(made, 'NO_SHOW_CLAIMED'), claim: 0n };
    const agentSignature = await this.sign(AGENT, 'NoShow', { bookingId });
    this.log('NoShowClaimed', { bookingId, state: made.state, agentSignature });
  }

  noShow(made: Made): void {
    const paid = this.terms.bookingTerms.noshowFee * BigInt(made.booking.slotCount);
    this.log('Finalised', { bookingId: made.bookingId, outcome: 4, paid, refunded: made.locked - paid });
  }

  cancel(made: Made, paid: bigint, byHost = false): void {
    const { bookingId, locked } = made;
    this.log('Canceled', { bookingId, byHost, paid, refunded: locked - paid, overstayedBy: zeroHash });
  }
}

/** Listed and paid in. */
export const listed = (change: PartialTerms = {}, hours: Partial<WeeklyHours> = {}): History =>
  new History().listing(change, hours).deposit();
