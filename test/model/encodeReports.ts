import { type Hex, keccak256, toHex } from 'viem';
import { toBookingStruct } from '../../protocol/booking.ts';
import {
  type AllowanceStruct,
  type AloneSettlementStruct,
  type GiveBackStruct,
  NO_RAISE,
  type SettlementStruct,
} from '../../protocol/calls.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type Reading, type ReadingStruct, toReadingStruct } from '../../protocol/reading.ts';
import { meterTime, ocmf } from '../contracts/test-meter.ts';
import { secretOf } from './actors.ts';
import type * as calls from './calls.ts';
import { FOREIGN_METER, meterOf } from './chargers.ts';
import { type Encoded, type MarketAddresses, sign, signCompact } from './sign.ts';
import { stateStructOf } from './state-words.ts';
import { momentsOf } from './times.ts';
import type { Made } from './world.ts';

/** A bit of the measure that is spare in every call, and one that only some use (of `bookedAt`). */
const SPARE_BIT = 1n << 193n;
const BOOKED_AT_BIT = 1n << 200n;

/** `settle` takes no state: it works where nothing is claimed. */
export async function settleArgs(addresses: MarketAddresses, call: calls.Settle): Promise<Encoded> {
  if (call.stated) return ['settleFrom', await cosignedArgs(addresses, call)];
  const struct = await settlement(addresses, call);
  if (!call.givenBack) return ['settle', [struct]];
  return ['settleAndGiveBack', [struct, await givenBackOf(addresses, call)]];
}

export async function aloneArgs(addresses: MarketAddresses, call: calls.SettleAlone): Promise<Encoded> {
  const struct = await aloneSettlement(addresses, call);
  if (!call.givenBack) return ['settleAlone', [struct]];
  return ['settleAloneAndGiveBack', [struct, await givenBackOf(addresses, call)]];
}

/** Argument of `settle`; `settleAll` takes a list. */
export async function settlement(
  addresses: MarketAddresses,
  { made, handed, ...call }: calls.Settle,
): Promise<SettlementStruct> {
  const signed = signedOf(made, call.reading);
  return {
    booking: toBookingStruct(made.booking),
    reading: readingStruct(signed, call.reading, handed.since),
    agentSignature: await signCompact(addresses, call.agentSigner, 'Reading', signed),
    sessionSignature: await signCompact(addresses, call.sessionSigner, 'Reading', signed),
  };
}

/** Argument of `settleAlone`; `settleAllAlone` takes a list. */
export async function aloneSettlement(
  addresses: MarketAddresses,
  call: calls.SettleAlone,
): Promise<AloneSettlementStruct> {
  const { made, handed } = call;
  const signed = signedOf(made, call.reading);
  return {
    booking: toBookingStruct(made.booking),
    reading: readingStruct(signed, call.reading, handed.since),
    agentSignature: await signCompact(addresses, call.agentSigner, 'Reading', signed),
    secret: secretFor(call),
    allowance: await allowance(addresses, made, call.raise),
  };
}

/** Of a call that gives slots back. */
export async function givenBackOf(
  addresses: MarketAddresses,
  { made: { bookingId }, givenBack }: calls.Settle | calls.SettleAlone,
): Promise<GiveBackStruct> {
  if (givenBack === null) throw new Error('This call gives no slot back.');
  const { fromSlot, signer } = givenBack;
  const message = { bookingId, fromSlot };
  return {
    fromSlot: BigInt(fromSlot),
    agentSignature: await signCompact(addresses, signer, 'GiveBack', message),
  };
}

async function allowance(
  addresses: MarketAddresses,
  { bookingId }: Made,
  raise: calls.Raise | null,
): Promise<AllowanceStruct> {
  if (!raise) return NO_RAISE;
  const { cost, signer } = raise;
  return { cost, sessionSignature: await signCompact(addresses, signer, 'Allowance', { bookingId, cost }) };
}

type AboutOpen = Exclude<Extract<calls.Call, { handed: unknown }>, { kind: 'settle' | 'settleAlone' }>;

/** Calls about an open booking: the booking and its state come first in all of them. */
export async function openArgs(addresses: MarketAddresses, call: AboutOpen): Promise<Encoded> {
  if (call.kind === 'claim') return ['claim', await cosignedArgs(addresses, call)];
  const { bookingId, booking } = call.made;
  return [
    call.kind,
    [toBookingStruct(booking), stateStructOf(call.handed), ...(await restOf(addresses, call, bookingId))],
  ];
}

const NO_BOOKING = `0x${'00'.repeat(32)}` as const;

async function restOf(
  addresses: MarketAddresses,
  call: Exclude<AboutOpen, { kind: 'claim' }>,
  bookingId: Hex,
): Promise<readonly unknown[]> {
  switch (call.kind) {
    case 'cancelByDriver': {
      const message = { bookingId, paysLateFee: call.paysLateFee };
      return [await sign(addresses, call.signer, 'CancelByDriver', message)];
    }
    case 'cancelByHost': {
      const message = { bookingId, overstayedBy: NO_BOOKING };
      const signature = await sign(addresses, call.signer, 'CancelByHost', message);
      return [NO_BOOKING, signature, await signCompact(addresses, call.agreedBy, 'CancelByHost', message)];
    }
    case 'arrived':
      return [await sign(addresses, call.signer, 'Arrived', { bookingId })];
    case 'challenge':
      return [await sign(addresses, call.signer, 'Challenge', { bookingId })];
    case 'claimAlone': {
      const signed = signedOf(call.made, call.reading);
      const byAgent = await signCompact(addresses, call.agentSigner, 'Reading', signed);
      const raise = await allowance(addresses, call.made, call.raise);
      return [readingStruct(signed, call.reading), byAgent, secretFor(call), raise];
    }
    case 'claimNoShow':
      return [await signCompact(addresses, call.agentSigner, 'NoShow', { bookingId })];
    case 'prove':
      return [proofOf(addresses, call)];
    default:
      return [];
  }
}

const secretFor = (call: { made: Made; knowsSecret: boolean }): Hex =>
  call.knowsSecret ? call.made.secret : secretOf('a guess');

/** Arguments of `settleFrom` and `claim`. */
async function cosignedArgs(addresses: MarketAddresses, call: calls.Report): Promise<readonly unknown[]> {
  const signed = signedOf(call.made, call.reading);
  return [
    toBookingStruct(call.made.booking),
    stateStructOf(call.handed),
    readingStruct(signed, call.reading),
    await signCompact(addresses, call.agentSigner, 'Reading', signed),
    await signCompact(addresses, call.sessionSigner, 'Reading', signed),
  ];
}

function signedOf({ bookingId }: Made, { malformed: _, ...measured }: calls.SignedReading): Reading {
  return {
    bookingId,
    ...measured,
    evidenceHash: keccak256(toHex(`evidence ${bookingId} ${measured.seq}`)),
    registersCommitment: keccak256(toHex(`registers ${bookingId} ${measured.seq}`)),
  };
}

function readingStruct(
  signed: Reading,
  { malformed }: calls.SignedReading,
  bookedAt?: number,
): ReadingStruct {
  const struct = toReadingStruct(signed, bookedAt);
  if (!malformed) return struct;
  return { ...struct, measure: struct.measure | (bookedAt === undefined ? BOOKED_AT_BIT : SPARE_BIT) };
}

/** A record of one transaction from 1,000 kWh on, as the charger's meter signs it, or with a flaw. */
function proofOf(addresses: MarketAddresses, call: calls.Prove) {
  const { made, flaw } = call;
  const { start } = momentsOf(made);
  const id = idTagOf(addresses, flaw === 'otherBooking' ? NO_BOOKING : made.bookingId, made.secret);
  const [at, later] = [meterTime(start), meterTime(start + 60)];
  const whole = ocmf(made.terms.metering.idTagPrefix + id, 7, [
    { TM: at, TX: 'B', RV: 1_000_000, RU: 'Wh', ...(flaw === 'flagged' ? { EF: 'E' } : {}) },
    { TM: later, TX: 'E', RV: 1_000_000 + call.provenWh, RU: 'Wh' },
  ]);
  const payload = flaw === 'cut' ? whole.slice(0, -1) : whole;
  const signer = flaw === 'otherMeter' ? FOREIGN_METER : meterOf(made.charger);
  const meterKey = call.pinnedKey ? meterOf(made.charger).key : keccak256(toHex('no key'));
  return { secret: secretFor(call), meterKey, records: [signer.sign(payload)] };
}
