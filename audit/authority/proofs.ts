import { keccak256 } from 'viem';
import { wattHoursOfProof } from '../ocmf/ledger-proof.ts';
import { tagOf } from '../ocmf/tag.ts';
import { readBooking } from '../rules/booking.ts';
import { timesOf } from '../rules/booking-times.ts';
import { readBookingTerms, readMetering } from '../rules/listing-terms.ts';
import { ALLOWED, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';

/** What calldata alone shows of a proof: the start secret, the meter's key, and what its records are worth. */
export function checkProven({ context, event, act }: Scene<'Proven', 'prove'>): Judgement {
  const [struct, , { secret, meterKey, records }] = act.args;
  const booking = readBooking(struct);
  const { bookingId, provenWh } = event.args;
  if (keccak256(secret) !== booking.startHash) {
    return refusedBy(
      'secret',
      'A proof brings the start secret.',
      `a secret of ${booking.startHash}`,
      secret,
    );
  }
  const { meterKeyHash } = booking.terms;
  if (keccak256(meterKey) !== meterKeyHash) {
    return refusedBy('meterKey', 'The terms pin the meter’s key.', `a key of ${meterKeyHash}`, meterKey);
  }
  const metering = readMetering(booking.terms.metering);
  const terms = readBookingTerms(booking.terms.bookingTerms);
  const { opens, closes } = timesOf({ ...booking, bookedAt: 0 }, terms, { reportSec: 0 });
  const worth = wattHoursOfProof(
    {
      ...{
        tag: tagOf(context.market.chainId, context.market.market, bookingId, secret),
        prefix: metering.idTagPrefix,
      },
      ...{ opens, closes, algorithm: metering.meterAlgorithm },
    },
    meterKey,
    records,
  );
  const rule = 'A proof is worth what the meter signed for this booking.';
  if ('rule' in worth)
    return refusedBy('proof', rule, 'records that prove energy', `refused by ${worth.rule}`);
  return BigInt(worth.result) === provenWh
    ? ALLOWED
    : refusedBy('proof', rule, `${worth.result} Wh`, `${provenWh} Wh`);
}
