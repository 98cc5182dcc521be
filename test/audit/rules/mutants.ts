/** An error put into the audit's own rules: one text of one file, exactly once there, in place of another. */
export interface Mutant {
  what: string;
  file: string;
  from: string;
  to: string;
}

const inFile =
  (file: string) =>
  (what: string, from: string, to: string): Mutant => ({ what, file, from, to });

const hours = inFile('rules/hours.ts');
const times = inFile('rules/booking-times.ts');
const cost = inFile('rules/cost.ts');
const terms = inFile('rules/listing-terms.ts');
const booking = inFile('rules/booking.ts');
const reading = inFile('rules/reading.ts');
const state = inFile('rules/state.ts');
const types = inFile('rules/signed-types.ts');
const listing = inFile('rules/listing.ts');
const calendar = inFile('rules/calendar.ts');
const signatures = inFile('lib/signatures.ts');
const books = inFile('accounting/bookings.ts');
const listings = inFile('accounting/listings.ts');
const open = inFile('accounting/open-bookings.ts');
const readings = inFile('accounting/readings.ts');
const ends = inFile('accounting/ends.ts');
const settlements = inFile('accounting/settlements.ts');
const money = inFile('accounting/money-rules.ts');
const noShows = inFile('accounting/no-shows.ts');
const disputes = inFile('accounting/disputes.ts');
const slots = inFile('accounting/calendar.ts');

export const MUTANTS: readonly Mutant[] = [
  hours('hours are always kept', 'return bitsAt(weeklyHours, hour, 1) === 1n;', 'return hour >= 0;'),
  hours('the week begins on Sunday', 'EPOCH_HOUR = 3 * 24', 'EPOCH_HOUR = 4 * 24'),
  hours('the clock never changes', 'changesAt > 0 &&', 'changesAt < 0 &&'),
  hours('an offset west of UTC is far in the east', 'BigInt.asIntN(8,', 'BigInt.asUintN(8,'),
  times('the lead time is ignored', 'Math.ceil((nowSec + Number(leadTimeMin) * MIN)', 'Math.floor((nowSec)'),
  times('the lead time is rounded down', 'return Math.ceil(', 'return Math.floor('),
  times('no challenge window', 'closes) + challengeSec', 'closes) + 0 * challengeSec'),
  times('the challenge window begins at the claim', 'claimedAt > closes ? claimedAt : closes', 'claimedAt'),
  times('the proof window is the challenge window', '+ proofSec;', '+ 3_600;'),
  times('a slot more', '(firstSlot + slotCount) *', '(firstSlot + slotCount + 1) *'),
  times('closes at the end', 'end + sec(terms.lateStopMin)', 'end'),
  times('opens at the start', 'start - sec(terms.earlyStartMin)', 'start'),
  times('free until it opens', 'Math.min(opens, start - sec(terms.cancelUntilMin))', 'opens'),
  times('late bookings are free for longer', 'LATE_FREE_SEC = 10 * MIN', 'LATE_FREE_SEC = 20 * MIN'),
  times('free in the last hour', 'NOT_FREE_SEC = 60 * MIN', 'NOT_FREE_SEC = 0 * MIN'),
  times('missed at once', '+ sec(terms.noshowTimeoutMin)', '+ 0 * sec(terms.noshowTimeoutMin)'),
  times('missed before it was booked', 'Math.max(start, bookedAt)', 'start'),
  times('no time to report', 'closes + reportSec', 'closes'),
  times('a horizon longer by a slot', '+ Number(horizonSlots)', '+ Number(horizonSlots) + 1'),
  cost('rounded up', 'cap * scale) / scale;', 'cap * scale) / scale + 1n;'),
  cost(
    'rounded twice',
    'used.energyWh * tariff.pricePerKwh * SEC_PER_HOUR +',
    '(used.energyWh * tariff.pricePerKwh / WH_PER_KWH) * scale +',
  ),
  cost('a flat fee for nothing', 'used.energyWh + used.timeSec > 0n', 'used.energyWh + used.timeSec >= 0n'),
  cost('no reserve for overstay', 'cap - tariff.overstayReserve', 'cap'),
  cost(
    'above the cap',
    'min(min(charge, forCharge) + overstay, cap * scale)',
    '(min(charge, forCharge) + overstay)',
  ),
  cost('the whole no-show fee for a late cancel', 'slotCount) / 2n', 'slotCount) / 1n'),
  cost('the fee of one slot', 'noshowFee * BigInt(slotCount)', 'noshowFee'),
  cost('a cap of four fees', 'FEES_PER_CAP = 5n', 'FEES_PER_CAP = 4n'),
  cost('the least cap once for all slots', 'terms.minCapPerSlot * BigInt(slotCount)', 'terms.minCapPerSlot'),
  cost('a fee in percent', 'BASIS_POINTS = 10_000n', 'BASIS_POINTS = 100n'),
  cost('the market’s fee rounded up', '(cost * basisPoints) /', '(cost * basisPoints + 9_999n) /'),
  cost('a bond without a limit', '=> min(unsignedCost, bondMax)', '=> unsignedCost'),
  cost(
    'power rounded up',
    '(maxPowerW * timeSec) / SEC_PER_HOUR',
    '(maxPowerW * timeSec + 3_599n) / SEC_PER_HOUR',
  ),
  cost('no limit of power', '(maxPowerW * timeSec) /', '(1_000n * maxPowerW * timeSec) /'),
  cost('an offer rounded down', 'discountBp) + BASIS_POINTS - 1n)', 'discountBp))'),
  cost('an offer above the listed price', '&& offered <= listed', ''),
  cost('a flat fee opens trust', 'max(cosigned - flatFee, 0n)', 'cosigned'),
  cost('the allowance is no bound', 'return max(allowed, cosigned + trusted);', 'return cosigned + trusted;'),
  cost('a forfeit above the bond', 'min(bond, max(disputed, forfeitMin))', 'max(disputed, forfeitMin)'),
  cost('a forfeit for nothing', 'max(disputed, forfeitMin)', 'disputed'),
  terms(
    'prices in another order',
    'overstayPerHour: bitsAt(word, 96, PRICE)',
    'overstayPerHour: bitsAt(word, 144, PRICE)',
  ),
  terms(
    'a discount of fewer bits',
    'discountBp: bitsAt(word, 240, SHORT)',
    'discountBp: bitsAt(word, 240, 8)',
  ),
  terms(
    'terms in another order',
    'leadTimeMin: bitsAt(word, 96, SHORT)',
    'leadTimeMin: bitsAt(word, 112, SHORT)',
  ),
  terms(
    'a fee from the wrong bits',
    'noshowFee: bitsAt(word, 128, PRICE)',
    'noshowFee: bitsAt(word, 132, PRICE)',
  ),
  terms(
    'unsigned and allowed exchanged',
    'allowedCost: bitsAt(word, 64, 64)',
    'allowedCost: bitsAt(word, 0, 64)',
  ),
  terms('power of fewer bits', 'maxPowerW: bitsAt(word, 128, 32)', 'maxPowerW: bitsAt(word, 128, 8)'),
  booking('cap and unsigned cost exchanged', 'cap: bitsAt(word, 0, 64)', 'cap: bitsAt(word, 64, 64)'),
  booking(
    'a generation of fewer bits',
    'generation: bitsAt(word, 192, 64)',
    'generation: bitsAt(word, 192, 8)',
  ),
  booking(
    'slots from the wrong bits',
    'slotCount: numberAt(word, 192, 16)',
    'slotCount: numberAt(word, 208, 16)',
  ),
  booking('an identity without the chain', 'BigInt(chainId),', '0n,'),
  booking('an identity without the start hash', 'BigInt(startHash),', ''),
  booking(
    'spare bits of the limits are nothing',
    'validUntil: word >> 160n',
    'validUntil: bitsAt(word, 160, 64)',
  ),
  reading(
    'energy and begin exchanged',
    'energyWh: numberAt(measure, 32, 48)',
    'energyWh: numberAt(measure, 80, 48)',
  ),
  reading('always final', 'bitsAt(measure, 192, 1) === 1n', 'bitsAt(measure, 192, 1) >= 0n'),
  reading('spare bits are taken', 'bitsAt(measure, 193, 7) |', '0n |'),
  reading(
    'the time of the block from the wrong bits',
    'numberAt(measure, 200, 40)',
    'numberAt(measure, 201, 40)',
  ),
  reading('paid and refunded exchanged', 'paid: bitsAt(word, 0, 64)', 'paid: bitsAt(word, 64, 64)'),
  state('states in another order', "  'CONTESTED',\n  'CHALLENGED',", "  'CHALLENGED',\n  'CONTESTED',"),
  state(
    'the co-signed time from the wrong bits',
    'cosignedSec: bitsAt(head, 128, 32)',
    'cosignedSec: bitsAt(head, 120, 32)',
  ),
  state('the time of a state of fewer bits', 'Number(bitsAt(head, 8, 40))', 'Number(bitsAt(head, 8, 24))'),
  state('a longer tail', '>> 65n', '>> 64n'),
  types(
    'a type with other fields',
    'uint40 beganAt,uint40 endedAt,uint32 overstaySec,',
    'uint40 endedAt,uint40 beganAt,uint32 overstaySec,',
  ),
  types(
    'a type of other width',
    'GiveBack(bytes32 bookingId,uint32 fromSlot)',
    'GiveBack(bytes32 bookingId,uint64 fromSlot)',
  ),
  types('a domain without the market', 'BigInt(chainId), BigInt(market)]', 'BigInt(chainId), 0n]'),
  types('a domain without the chain', 'VERSION, BigInt(chainId),', 'VERSION, 1n,'),
  types('another version', "hashOf('1')", "hashOf('2')"),
  listing('an identity that is padded on the left', 'BigInt(connector) << 208n', 'BigInt(connector)'),
  listing('a version of fewer bits', 'version: numberAt(word, 192, 32)', 'version: numberAt(word, 192, 8)'),
  listing(
    'a commitment without the hours',
    'weeklyHours, BigInt(locationHash(place))',
    '0n, BigInt(locationHash(place))',
  ),
  listing(
    'the resolution of the host alone',
    'cellResolution: numberAt(word, 52, 4)',
    'cellResolution: numberAt(word, 64, 4)',
  ),
  calendar('shorter words', 'SLOTS_PER_WORD = 224', 'SLOTS_PER_WORD = 192'),
  calendar('a shorter ring', 'RING_WORDS = 8', 'RING_WORDS = 7'),
  signatures('a high s is taken', 'if (s > MAX_S) return undefined;', ''),
  signatures('another parity', 'Number(word >> PARITY_SHIFT)', 'Number(1n - (word >> PARITY_SHIFT))'),
  books(
    'a listing that is closed',
    "['weekly hours', isWithinListedHours(listing, account, isOffered)],",
    '',
  ),
  books('a lead time that nobody checks', "['lead time', firstSlot >= earliestSlot(booked.at, terms)],", ''),
  books(
    'a horizon that nobody checks',
    "['horizon', firstSlot + slotCount <= latestEndSlot(booked.at, terms)],",
    '',
  ),
  books('longer than a host wants', 'slotCount <= terms.maxSlots', 'slotCount >= 0'),
  books('less trust than asked', 'unsignedCost >= metering.unsignedCost', 'unsignedCost >= 0n'),
  books('one key for two', "['four distinct keys', hasDistinctKeys(booking)],", ''),
  books('any identity', 'checkIdentity(book, market, event);', ''),
  books('any generation', "expectSame(book, 'booking.generation'", "void (book, 'booking.generation'"),
  books('any money', 'if (purse.balance < needed) {', 'if (needed < 0n) {'),
  books('a slot twice', 'takeSlots(book, listing, account);', ''),
  slots('a slot less', '{ length: slotCount }', '{ length: slotCount - 1 }'),
  listings('any range', 'checkRanges(book, market, event);', ''),
  listings('any length', 'maxSlots <= BigInt(MAX_SLOTS) &&', ''),
  listings('any discount', 'tariff.discountBp <= 9_000n', 'tariff.discountBp <= 10_000n'),
  open('a window with its last second', 'event.at < until', 'event.at <= until'),
  open('a window before its first second', 'event.at >= from', 'event.at + 1 >= from'),
  open('paid twice', 'account.end !== undefined) {', 'account.end === null) {'),
  open(
    'any state',
    "expectSame(book, 'claim.state', subjectOf(event), wordHex(next.claim), wordHex(state.claim));",
    '',
  ),
  readings(
    'any signature',
    'if (signer !== undefined && isSameAddress(signer, about.key)) return true;',
    'return true;',
  ),
  readings(
    'the session key does not sign',
    "checkSigned(book, market, about, 'Reading', { ...reading });\n  return reading;\n}\n\n/**",
    'return reading;\n}\n\n/**',
  ),
  readings('any secret', 'keccak256(secret) !== account.booking.startHash', 'secret.length === 0'),
  readings('the future', "['ends no later than the block', endedAt <= event.at],", ''),
  readings('more than the power', "['energy of the listed power', BigInt(energyWh) <= limitWh],", ''),
  readings('less than co-signed', 'if (BigInt(found) >= cosigned) continue;', 'continue;'),
  ends('any fee', "expectSame(book, 'marketFee.mismatch'", "void (book, 'marketFee.mismatch'"),
  ends('any cost', 'expectSame(book, COST_CODES[outcome]', 'void (book, COST_CODES[outcome]'),
  ends('any refund', "expectSame(book, 'session.refund'", "void (book, 'session.refund'"),
  ends('free too long', 'event.at < times.freeUntil', 'event.at <= times.freeUntil'),
  settlements('not final', 'if (!reading.isFinal)', 'if (reading.seq < 0)'),
  settlements('more than allowed', 'if (payout.paid > allowed)', 'if (payout.paid < 0n)'),
  settlements(
    'finalised at any time',
    'checkWindow(book, event, windowEnd(account, market), Number.POSITIVE_INFINITY);',
    '',
  ),
  money(
    'a raise is all that is allowed',
    'max(booking.money.allowedCost, readHead(state.head).raisedCost)',
    'readHead(state.head).raisedCost',
  ),
  noShows('missed at any time', 'checkWindow(book, event, noShowFrom, reportBy);', ''),
  disputes(
    'challenged at any time',
    'checkWindow(book, event, 0, windowEnd(account, market));\n  const [claimed',
    'const [claimed',
  ),
];
