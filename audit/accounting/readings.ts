import { type Address, type Hex, keccak256 } from 'viem';
import { wordHex } from '../lib/hex.ts';
import { type CompactSignature, isSameAddress, signerOfCompact } from '../lib/signatures.ts';
import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { bookedAtOf, type Reading, type ReadingStruct, readReading, spareBitsOf } from '../rules/reading.ts';
import { digestOf, type FieldValue, type SignedType } from '../rules/signed-types.ts';
import { readHead, stateName } from '../rules/state.ts';
import { type AccountBook, type BookingAccount, disagree } from './account-book.ts';
import { allowedBy, powerLimitWh } from './money-rules.ts';
import { subjectOf, UNCLAIMED } from './open-bookings.ts';
import { timesOf } from './state.ts';

type CosignedEvent = EventOf<'Settled'> | EventOf<'Claimed'>;
type AloneEvent = EventOf<'SettledAlone'> | EventOf<'ClaimedAlone'>;

/** Whether this key signed the message: a wrong or invalid signature is recorded under `code`. */
export function checkSigned(
  book: AccountBook,
  market: MarketConstants,
  about: { code: string; subject: { bookingId: Hex; tx: Hex }; key: Address; signature: CompactSignature },
  type: SignedType,
  message: Readonly<Record<string, FieldValue>>,
): boolean {
  const signer = signerOfCompact(digestOf(market, type, message), about.signature);
  if (signer !== undefined && isSameAddress(signer, about.key)) return true;
  disagree(book, about.code, about.subject, about.key, signer ?? 'no valid signature');
  return false;
}

/** A reading that both keys of the booking signed. */
export function checkCosigned(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: CosignedEvent,
): Reading {
  const reading = checkAgentSigned(book, market, account, event);
  const { sessionSignature: signature } = event.args;
  const key = account.booking.sessionKey;
  const about = { code: 'reading.sessionSignature', subject: subjectOf(event), key, signature };
  checkSigned(book, market, about, 'Reading', { ...reading });
  return reading;
}

/**
 * A final reading that the agent alone signed: with the start secret, plausible, and no part of it below the newest
 * co-signed reading. Records what is wrong, and returns what the driver allowed for it.
 */
export function checkAlone(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: AloneEvent,
): { reading: Reading; allowed: bigint } {
  const reading = checkAgentSigned(book, market, account, event);
  const { secret } = event.args;
  if (keccak256(secret) !== account.booking.startHash) {
    disagree(book, 'claim.secret', subjectOf(event), `a secret of ${account.booking.startHash}`, secret);
  }
  checkPlausible(book, market, account, event, reading);
  checkNothingLess(book, account, event, reading);
  return { reading, allowed: checkAllowance(book, market, account, event) };
}

/** What the driver allowed: the booking's figure, or the raise that the session key signed. */
function checkAllowance(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: AloneEvent,
): bigint {
  const { cost, sessionSignature: signature } = event.args.allowance;
  const { bookingId, booking } = account;
  if (cost === 0n) {
    const isBare = BigInt(signature.r) === 0n && BigInt(signature.vs) === 0n;
    if (!isBare) disagree(book, 'allowance.signature', subjectOf(event), 'none without a raise', signature.r);
    return allowedBy(account, 0n);
  }
  const about = {
    code: 'allowance.signature',
    subject: subjectOf(event),
    key: booking.sessionKey,
    signature,
  };
  const isSigned = checkSigned(book, market, about, 'Allowance', { bookingId, cost });
  return allowedBy(account, isSigned ? cost : 0n);
}

/** A reading's form, its `bookedAt`, and the agent's signature. */
function checkAgentSigned(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: CosignedEvent | AloneEvent,
): Reading {
  const { args } = event;
  const subject = subjectOf(event);
  const reading = readReading(account.bookingId, args.reading);
  if (spareBitsOf(args.reading.measure) !== 0n) {
    disagree(book, 'reading.malformed', subject, 'spare bits zero', wordHex(args.reading.measure));
  }
  checkBookedAt(book, account, event, args.reading);
  if (reading.endedAt < reading.beganAt) {
    disagree(book, 'reading.timeReversed', subject, `endedAt from ${reading.beganAt}`, reading.endedAt);
  }
  const { agentKey: key } = account.booking.terms;
  const about = { code: 'reading.agentSignature', subject, key, signature: args.agentSignature };
  const isSigned = checkSigned(book, market, about, 'Reading', { ...reading });
  if (isSigned && reading.isFinal) account.finals.add(finalKey(reading));
  return reading;
}

/** `settle` and `settleAlone` carry the time of the booking's block, while nothing was claimed; other calls carry none. */
function checkBookedAt(
  book: AccountBook,
  { booked, state }: BookingAccount,
  event: CosignedEvent | AloneEvent,
  { measure }: ReadingStruct,
): void {
  const bookedAt = bookedAtOf(measure);
  if (bookedAt === 0) return;
  const isEnd = event.eventName === 'Settled' || event.eventName === 'SettledAlone';
  const mayCarry = isEnd && UNCLAIMED.includes(stateName(state));
  if (mayCarry && bookedAt === booked.at) return;
  const wanted = mayCarry ? `${booked.at} or none` : 'none';
  disagree(book, 'reading.bookedAt', subjectOf(event), wanted, bookedAt);
}

/** Two final readings differ if any signed field does. */
export const finalKey = ({
  seq,
  energyWh,
  beganAt,
  endedAt,
  overstaySec,
  evidenceHash,
  registersCommitment,
}: Reading) => [seq, energyWh, beganAt, endedAt, overstaySec, evidenceHash, registersCommitment].join();

/** Rule 5: final, within the booking's time and not ahead of the block, no more than the listed power gives. */
function checkPlausible(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: AloneEvent,
  reading: Reading,
): void {
  const { opens, closes } = timesOf(account, market);
  const { beganAt, endedAt, overstaySec, energyWh } = reading;
  const limitWh = powerLimitWh(account, BigInt(Math.max(0, endedAt - beganAt)));
  const rules: [string, boolean][] = [
    ['final', reading.isFinal],
    ['begins within the booking’s time', beganAt >= opens],
    ['ends within the booking’s time', endedAt <= closes],
    ['ends no later than the block', endedAt <= event.at],
    ['overstay that has passed', overstaySec === 0 || closes + overstaySec <= event.at],
    ['energy of the listed power', BigInt(energyWh) <= limitWh],
  ];
  for (const [rule, isKept] of rules) {
    if (!isKept) disagree(book, 'claim.implausible', subjectOf(event), rule, 'not kept');
  }
}

/** Rule 7: newer than the newest co-signed reading, and no part of it below. */
function checkNothingLess(
  book: AccountBook,
  { state }: BookingAccount,
  event: AloneEvent,
  reading: Reading,
): void {
  if (UNCLAIMED.includes(stateName(state))) return;
  const { cosignedWh, cosignedSec, cosignedOverstaySec } = readHead(state.head);
  checkNewer(book, state.head, event, reading);
  const parts = [
    ['Wh', cosignedWh, reading.energyWh],
    ['seconds', cosignedSec, reading.endedAt - reading.beganAt],
    ['seconds of overstay', cosignedOverstaySec, reading.overstaySec],
  ] as const;
  for (const [unit, cosigned, found] of parts) {
    if (BigInt(found) >= cosigned) continue;
    disagree(book, 'claim.belowCosigned', subjectOf(event), `at least ${cosigned} ${unit}`, found);
  }
}

export function checkNewer(
  book: AccountBook,
  head: bigint,
  event: CosignedEvent | AloneEvent,
  { seq }: Reading,
): void {
  const { cosignedSeq } = readHead(head);
  if (BigInt(seq) > cosignedSeq) return;
  disagree(book, 'reading.notNewer', subjectOf(event), `seq above ${cosignedSeq}`, seq);
}
