import { deepStrictEqual as same } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { encodeAbiParameters, type Hex, hashTypedData, keccak256, numberToHex, toHex } from 'viem';
import type * as own from '../../../audit/lib/signatures.ts';
import type * as ownBooking from '../../../audit/rules/booking.ts';
import type * as ownTimes from '../../../audit/rules/booking-times.ts';
import type * as ownCalendar from '../../../audit/rules/calendar.ts';
import type * as ownListing from '../../../audit/rules/listing.ts';
import type * as ownTerms from '../../../audit/rules/listing-terms.ts';
import type * as ownReading from '../../../audit/rules/reading.ts';
import type * as ownTypes from '../../../audit/rules/signed-types.ts';
import type * as ownState from '../../../audit/rules/state.ts';
import { bookingIdOf, fromBookingStruct, intentMessage } from '../../../protocol/booking.ts';
import { listingIdOf, placeHash, unpackListingWord } from '../../../protocol/listing.ts';
import { fromReadingStruct, unpackPayout } from '../../../protocol/reading.ts';
import { toCompact } from '../../../protocol/signature.ts';
import { SIGNED_TYPES, type SignedTypeName, typedData } from '../../../protocol/signedTypes.ts';
import { bookingTimes, challengeEnd, earliestSlot, proofEnd } from '../../../protocol/slots.ts';
import { unpackClaim, unpackHead } from '../../../protocol/state.ts';
import { fromTermsStruct, termsHash } from '../../../protocol/terms.ts';
import { checkFindings, checkFreshness, checkMissingEnds, checkOtherStorage } from './book-checks.ts';
import { AGENT, MARKET } from './short-ledger.ts';
import { checkBounds, checkCosts, checkHours, checkOffers, type Load } from './vector-checks.ts';

export interface RuleCheck {
  what: string;
  /** The file that it checks. */
  file: string;
  /** Throws where the audit's rule says something else. */
  check: (load: Load) => void | Promise<void>;
}

const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const hash = word.map((value) => numberToHex(value, { size: 32 }));
const account = fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map((value) => numberToHex(value, { size: 20 }));
const terms = fc.record({
  ...{ host: account, agentKey: account, tariff: word, bookingTerms: word, metering: word },
  meterKeyHash: hash,
});
const bookings = fc.record({ purse: word, session: word, money: word, startHash: hash, terms });

/** The same draws in every run: a mutant is noticed always or never. */
const draws = <T>(arbitrary: fc.Arbitrary<T>, count = 60): T[] =>
  fc.sample(arbitrary, { seed: 16, numRuns: count });
const drawnTerms = draws(terms);
const drawnBookings = draws(bookings, 20);
const drawnWords = draws(word);
/** As the ledger takes them: between `isFinal` and `bookedAt` all bits are zero. */
const measure = word.map((value) => value & ~(0x7fn << 193n));
const drawnReadings = draws(fc.record({ measure, evidenceHash: hash, registersCommitment: hash }));

function checkTimes(load: Load): void {
  const rules = load<typeof ownTimes>('rules/booking-times.ts');
  const arbitrary = fc.record({
    firstSlot: fc.integer({ min: 1_900_000, max: 2_100_000 }),
    slotCount: fc.integer({ min: 1, max: 96 }),
    // From long before the booking until within it.
    ahead: fc.integer({ min: -3_600, max: 2 * 86_400 }),
    words: word,
  });
  const windows = { reportSec: 7_001, challengeSec: 5_003, proofSec: 3_007 };
  for (const { firstSlot, slotCount, ahead, words } of draws(arbitrary, 200)) {
    // Minutes of some hours: the bits of a drawn word would be weeks.
    const { bookingTerms } = fromTermsStruct({ ...drawnTerms[0]!, bookingTerms: words & (0x3ffn * ONES) });
    const bookedAt = firstSlot * 900 - ahead;
    const slots = { firstSlot, slotCount, bookedAt };
    const times = bookingTimes(slots, bookingTerms, windows);
    same(rules.timesOf(slots, bookingTerms, windows), times);
    same(rules.earliestSlot(bookedAt, bookingTerms), earliestSlot(bookedAt, bookingTerms));
    const horizon = Math.floor(bookedAt / 900) + Number(bookingTerms.horizonSlots);
    same(rules.latestEndSlot(bookedAt, bookingTerms), horizon);
    for (const at of [times.closes - 77, times.closes + 77]) {
      same(rules.challengeEnd(at, times.closes, windows), challengeEnd(at, times.closes, windows));
      same(rules.proofEnd(at, times.closes, windows), proofEnd(at, times.closes, windows));
    }
  }
}

/** A one in each of the sixteen fields of 16 bits. */
const ONES = [...Array(16).keys()].reduce((sum, field) => sum | (1n << BigInt(field * 16)), 0n);

function checkTerms(load: Load): void {
  const rules = load<typeof ownTerms>('rules/listing-terms.ts');
  for (const struct of drawnTerms) {
    const { tariff, bookingTerms, metering } = fromTermsStruct(struct);
    const found = rules.readTerms(struct);
    same({ ...found.tariff }, { ...tariff });
    same({ ...found.bookingTerms }, { ...bookingTerms });
    const { unsignedCost, allowedCost, maxPowerW } = metering;
    const { meterAlgorithm, idTagPrefix, ...limits } = found.metering;
    same({ ...limits }, { unsignedCost, allowedCost, maxPowerW });
    same(meterAlgorithm, Number((struct.metering >> 160n) & 0xffn));
    same(rules.termsHash(struct), termsHash(struct));
  }
  const prefix = { ...drawnTerms[0]!, metering: BigInt(toHex('DE*ABC', { size: 11 })) << 168n };
  // viem pads text on the right.
  same(rules.readTerms(prefix).metering.idTagPrefix, fromTermsStruct(prefix).metering.idTagPrefix);
}

function checkBookings(load: Load): void {
  const rules = load<typeof ownBooking>('rules/booking.ts');
  for (const struct of drawnBookings) {
    const booking = fromBookingStruct(struct);
    const found = rules.readBooking(struct);
    same({ ...found, money: { ...found.money } }, { ...booking, money: { ...booking.money } });
    same(rules.bookingIdOf(MARKET, struct, termsHash(struct.terms)), bookingIdOf(MARKET, booking));
    const limits = { relayer: AGENT.address, validUntil: struct.purse };
    same({ ...rules.intentOf(booking, limits) }, intentMessage(booking, limits));
    same(rules.readLimits(struct.money).validUntil, struct.money >> 160n);
  }
}

function checkReadings(load: Load): void {
  const rules = load<typeof ownReading>('rules/reading.ts');
  const bookingId = keccak256('0x');
  for (const struct of drawnReadings) {
    same({ ...rules.readReading(bookingId, struct) }, fromReadingStruct(bookingId, struct));
    same({ ...rules.readPayout(struct.measure) }, { ...unpackPayout(struct.measure) });
    same(rules.bookedAtOf(struct.measure), Number((struct.measure >> 200n) & 0xff_ffff_ffffn));
  }
  for (const bit of [192n, 200n, 239n]) same(rules.spareBitsOf(1n << bit), 0n);
  for (const bit of [193n, 199n, 240n, 255n]) same(rules.spareBitsOf(1n << bit) > 0n, true);
}

function checkStates(load: Load): void {
  const rules = load<typeof ownState>('rules/state.ts');
  for (const drawn of drawnWords) {
    same({ ...rules.readHead(drawn) }, { ...unpackHead(drawn) });
    same({ ...rules.readClaim(drawn) }, { ...unpackClaim(drawn) });
    same(rules.sinceOf({ head: drawn }), Number(unpackHead(drawn).since));
  }
  const bookingId = keccak256('0x01');
  const words = [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'uint256' }] as const;
  const packed = keccak256(encodeAbiParameters(words, [bookingId, 5n, 6n]));
  same(rules.openTailOf(bookingId, { head: 5n, claim: 6n }), (BigInt(packed) >> 65n) | (1n << 191n));
  const names = [
    'RESERVED',
    'ARRIVED',
    'CLAIMED',
    'CLAIMED_ALONE',
    'NO_SHOW_CLAIMED',
    'CONTESTED',
    'CHALLENGED',
  ];
  same(
    names.map((_, index) => rules.stateName({ head: BigInt(index + 1) })),
    names,
  );
}

function checkListings(load: Load): void {
  const rules = load<typeof ownListing>('rules/listing.ts');
  for (const drawn of drawnWords) {
    const connector = numberToHex(BigInt.asUintN(48, drawn), { size: 6 });
    const place = { connector, location: drawn, placeCommitment: keccak256(connector) };
    same(rules.listingIdOf(AGENT.address, connector), listingIdOf(AGENT.address, connector));
    same(rules.locationHash(place), placeHash(place));
    const { commitment, version, status } = unpackListingWord(drawn);
    same(
      { ...rules.readListingWord(drawn) },
      { commitment, version: Number(version), status: Number(status) },
    );
    const words = [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'bytes32' }] as const;
    const listing = { terms: drawnTerms[0]!, weeklyHours: drawn, place, meterKey: '0x' } as const;
    const committed = [termsHash(listing.terms), drawn, placeHash(place)] as const;
    const expected = BigInt(keccak256(encodeAbiParameters(words, committed)));
    same(rules.commitmentOf(listing), BigInt.asUintN(192, expected));
  }
  // A cell of resolution 8 that is declared as 7.
  const { resolution, cellResolution } = rules.readLocation(0x881e204a1bfffffn | (7n << 64n));
  same([resolution, cellResolution], [7, 8]);
}

/** Contracts and audit hash the same type strings, and a message has the digest that viem gives it. */
function checkSignedTypes(load: Load): void {
  const { structHash, digestOf } = load<typeof ownTypes>('rules/signed-types.ts');
  const source = readFileSync(new URL('../../../contracts/types/SignedTypes.sol', import.meta.url), 'utf8');
  for (const [, text = '', name = ''] of source.matchAll(/"((\w+)\([^"]*\))"/g)) {
    const fields = text.slice(name.length + 1, -1).split(',');
    const pairs = fields.map((field) => field.split(' ') as [type: string, name: string]);
    const message = Object.fromEntries(pairs.map(([type, field]) => [field, sampleOf(type)]));
    const types = [{ type: 'bytes32' }, ...pairs.map(([type]) => ({ type }))];
    const values = [keccak256(toHex(text)), ...Object.values(message)];
    const expected = keccak256(encodeAbiParameters(types, values));
    same(structHash(name as ownTypes.SignedType, message), expected, name);
  }
  for (const name of DIGESTED) {
    const message = Object.fromEntries(SIGNED_TYPES[name].map((field) => [field.name, sampleOf(field.type)]));
    same(digestOf(MARKET, name, message), hashTypedData(typedData(MARKET, name, message) as never), name);
  }
}

const DIGESTED = [
  'Intent',
  'Reading',
  'Allowance',
  'GiveBack',
  'Offer',
  'Withdraw',
  'Start',
] as const satisfies SignedTypeName[];

function sampleOf(type: string): Hex | bigint | boolean {
  if (type === 'address') return AGENT.address;
  if (type === 'bytes32') return keccak256('0x77');
  if (type === 'bool') return true;
  return type === 'uint8' ? 200n : 12_345n;
}

function checkCalendar(load: Load): void {
  const { slotPosition, calendarWord } = load<typeof ownCalendar>('rules/calendar.ts');
  same({ ...slotPosition(224 * 9 + 5) }, { index: 1, epoch: 9, bit: 32n });
  same({ ...slotPosition(224 * 7 + 223) }, { index: 7, epoch: 7, bit: 1n << 223n });
  same(calendarWord(9, 32n), (9n << 224n) | 32n);
}

const DIGEST = keccak256('0x0102');
const signed = await AGENT.sign({ hash: DIGEST });
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function checkSignatures(load: Load): void {
  const { signerOfCompact, signerOfBytes } = load<typeof own>('lib/signatures.ts');
  const agent = AGENT.address.toLowerCase();
  same(signerOfCompact(DIGEST, toCompact(signed)), agent);
  same(signerOfBytes(DIGEST, signed), agent);
  const s = BigInt(`0x${signed.slice(66, 130)}`);
  const v = Number(`0x${signed.slice(130)}`);
  const other = `${signed.slice(0, 66)}${numberToHex(ORDER - s, { size: 32 }).slice(2)}${(55 - v).toString(16)}`;
  same(signerOfBytes(DIGEST, other as Hex), undefined);
  same(
    signerOfBytes(DIGEST, `${signed.slice(0, 130)}${(v - 27).toString(16).padStart(2, '0')}` as Hex),
    undefined,
  );
}

export const RULE_CHECKS: readonly RuleCheck[] = [
  { what: 'costs', file: 'rules/cost.ts', check: checkCosts },
  { what: 'bounds', file: 'rules/cost.ts', check: checkBounds },
  { what: 'offers', file: 'rules/cost.ts', check: checkOffers },
  { what: 'weekly hours', file: 'rules/hours.ts', check: checkHours },
  { what: 'times', file: 'rules/booking-times.ts', check: checkTimes },
  { what: 'terms', file: 'rules/listing-terms.ts', check: checkTerms },
  { what: 'bookings', file: 'rules/booking.ts', check: checkBookings },
  { what: 'readings', file: 'rules/reading.ts', check: checkReadings },
  { what: 'states', file: 'rules/state.ts', check: checkStates },
  { what: 'listings', file: 'rules/listing.ts', check: checkListings },
  { what: 'signed types', file: 'rules/signed-types.ts', check: checkSignedTypes },
  { what: 'calendars', file: 'rules/calendar.ts', check: checkCalendar },
  { what: 'signatures', file: 'lib/signatures.ts', check: checkSignatures },
  { what: 'findings', file: 'accounting/findings.ts', check: checkFindings },
  { what: 'missing ends', file: 'accounting/missing-events.ts', check: checkMissingEnds },
  { what: 'old ledgers', file: 'accounting/freshness.ts', check: checkFreshness },
  { what: 'other storage', file: 'accounting/holdings.ts', check: checkOtherStorage },
];
