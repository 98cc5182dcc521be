import { type Hex, keccak256 } from 'viem';
import { type SignedPayload, wattHoursOfProof } from '../ocmf/ledger-proof.ts';
import { tagOf } from '../ocmf/tag.ts';
import { type Booking, readBooking } from '../rules/booking.ts';
import { timesOf } from '../rules/booking-times.ts';
import { readBookingTerms, readMetering } from '../rules/listing-terms.ts';
import { ALLOWED, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';

/** What calldata alone shows of a proof: the start secret, the meter's key, and what its records are worth. */
export function checkProven({ context, event, act }: Scene<'Proven', 'prove'>): Judgement {
  const [struct, , proof] = act.args;
  const booking = readBooking(struct);
  const { startHash, terms } = booking;
  if (keccak256(proof.secret) !== startHash) {
    const rule = 'A proof brings the start secret.';
    return refusedBy('secret', rule, `a secret of ${startHash}`, proof.secret);
  }
  if (keccak256(proof.meterKey) !== terms.meterKeyHash) {
    const rule = 'The terms pin the meter’s key.';
    return refusedBy('meterKey', rule, `a key of ${terms.meterKeyHash}`, proof.meterKey);
  }
  const { bookingId, provenWh } = event.args;
  const { chainId, market } = context.market;
  const worth = worthOf(proof, booking, tagOf(chainId, market, bookingId, proof.secret));
  const rule = 'A proof is worth what the meter signed for this booking.';
  if ('rule' in worth)
    return refusedBy('proof', rule, 'records that prove energy', `refused by ${worth.rule}`);
  return BigInt(worth.result) === provenWh
    ? ALLOWED
    : refusedBy('proof', rule, `${worth.result} Wh`, `${provenWh} Wh`);
}

/** The energy that the records prove for the booking whose tag this is. */
function worthOf(
  { meterKey, records }: { meterKey: Hex; records: readonly SignedPayload[] },
  booking: Booking,
  tag: string,
) {
  const { idTagPrefix: prefix, meterAlgorithm: algorithm } = readMetering(booking.terms.metering);
  const terms = readBookingTerms(booking.terms.bookingTerms);
  const { opens, closes } = timesOf({ ...booking, bookedAt: 0 }, terms, { reportSec: 0 });
  return wattHoursOfProof({ tag, prefix, opens, closes, algorithm }, meterKey, records);
}
