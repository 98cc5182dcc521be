import { generateKeyPairSync } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { bytesToHex, hexToBytes, keccak256, parseEventLogs, sha256, toHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Money, toBookingStruct } from '../../protocol/booking.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { bookingTimes } from '../../protocol/slots.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { signReading, type TestBooking, type TestMarket, testTerms } from '../client/local-market.ts';
import { signedRecord } from '../wallbox/record.ts';
import { gasOf, type Receipt } from './evm.ts';
import {
  addParticipant,
  draftTrusting,
  finalReading,
  intentArgs,
  jumpTo,
  nowOf,
  type Participant,
  RELAYER,
  send,
  settleArgs,
  toNext,
} from './participants.ts';

/** Bytes of the record's payload: two readings as a real meter writes them. */
const PAYLOAD_BYTES = 600;

/** Token units that may be paid on the agent's word: without them there is nothing to prove. */
const UNSIGNED_COST = 1_000_000n;

const METER_SECRET = hexToBytes(keccak256(toHex('bench meter')));

/**
 * Gas of a `prove` transaction that proves all that was claimed and ends the booking: at a charger with an earlier
 * payment, with one record of both readings, signed by a secp256r1 key.
 */
export async function measureProof(market: TestMarket): Promise<number> {
  const meterKey = bytesToHex(p256.getPublicKey(METER_SECRET, false).slice(1));
  const { metering } = testTerms(RELAYER, RELAYER);
  const change = {
    metering: { ...metering, unsignedCost: 0n, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const },
    meterKeyHash: keccak256(meterKey),
  };
  // Both bookings are of an hour, and must not share a slot.
  await toNext(market, 3_600);
  const { member } = await addParticipant(market, 'prover', change, meterKey);
  const before = await booked(member);
  await send(market, 'settle', await settleArgs(member, before, await nowOf(market)));
  await toNext(market, 3_600);
  const made = await booked(member, { unsignedCost: UNSIGNED_COST });
  const state = await challenged(member, made);
  const proof = { secret: made.secret, meterKey, records: [recordOf(market, made)] };
  return gasOf(await send(market, 'prove', [toBookingStruct(made.booking), state, proof]));
}

async function booked(member: Participant, trust: Partial<Money> = {}): Promise<TestBooking> {
  const made = await draftTrusting(member, trust);
  await send(member.market, 'book', await intentArgs(member, made));
  return made;
}

/**
 * A part was claimed with both signatures, then all of it by the agent alone, after the booking's time, and challenged by
 * the driver's device.
 */
async function challenged(member: Participant, made: TestBooking): Promise<BookingStateStruct> {
  const { market, agent } = member;
  const bookedAt = await nowOf(market);
  const { bookingTerms } = fromTermsStruct(made.booking.terms);
  const { closes } = bookingTimes({ ...made.booking, bookedAt }, bookingTerms, NETWORKS.local.windows);
  await jumpTo(market, closes);
  const struct = toBookingStruct(made.booking);
  const final = finalReading(made);
  const part = { ...final, seq: final.seq - 1, energyWh: 5_000, isFinal: false };
  const signatures = await Promise.all([agent, made.sessionKey].map((key) => signReading(market, key, part)));
  const cosigned = [struct, reservedState(bookedAt), toReadingStruct(part), ...signatures];
  const claimed = stateIn(await send(market, 'claim', cosigned), 'Claimed');
  const signature = await signReading(market, agent, final);
  const alone = [struct, claimed, toReadingStruct(final), signature, made.secret, NO_RAISE];
  const claimedAlone = stateIn(await send(market, 'claimAlone', alone), 'ClaimedAlone');
  const { bookingId } = made;
  const disputed = await signMessageOf(made.sessionKey, market.ref, 'Challenge', { bookingId });
  return stateIn(await send(market, 'challenge', [struct, claimedAlone, disputed]), 'Challenged');
}

function stateIn(
  { logs }: Receipt,
  eventName: 'Claimed' | 'ClaimedAlone' | 'Challenged',
): BookingStateStruct {
  const [event] = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName });
  if (event === undefined) throw new Error(`The transaction has no ${eventName}.`);
  return event.args.state;
}

/** The simulated wallbox's payload for this charge, padded to its size, with the same signature in every run. */
function recordOf(market: TestMarket, made: TestBooking): MeterRecordStruct {
  const short = payloadOf(market, made, '');
  const payload = payloadOf(market, made, '0'.repeat(PAYLOAD_BYTES - short.length));
  const digest = hexToBytes(sha256(toHex(payload)));
  const signature = p256.sign(digest, METER_SECRET, { prehash: false });
  return {
    payload: toHex(payload),
    r: bytesToHex(signature.slice(0, 32)),
    s: bytesToHex(signature.slice(32, 64)),
  };
}

function payloadOf(market: TestMarket, made: TestBooking, firmware: string): string {
  const { beganAt, endedAt, energyWh } = finalReading(made);
  // The record's own signature is by a random key, and not used here.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const record = signedRecord(privateKey, {
    serial: 'PPS-BENCH-1',
    firmware,
    pagination: 42,
    idTag: idTagOf(market.ref, made.bookingId, made.secret),
    readings: [
      { reason: 'B', at: new Date(beganAt * 1_000), registerWh: 1_234_567 },
      { reason: 'E', at: new Date(endedAt * 1_000), registerWh: 1_234_567 + energyWh },
    ],
  });
  return record.split('|')[1] ?? '';
}
