import { max, min } from '../rules/bits.ts';
import type { Reading } from '../rules/reading.ts';
import { readClaim, readHead, stateName } from '../rules/state.ts';
import type { BookingAccount } from './account-book.ts';
import { challengedCostOf, claimedCostOf, cosignedCostOf, costOf, powerLimitWh } from './money-rules.ts';

/** What a booking pays at its end: token units and Wh. */
export interface Payout {
  paid: bigint;
  energyWh: number;
  /** Wh by which the listing's counter rises: of a co-signed reading never more than the listed power gives. */
  countedWh: bigint;
  /** The reading that is paid. */
  reading: Reading | undefined;
}

/** What a reading pays; a negative duration (recorded elsewhere) counts as zero. */
export function payoutOfReading(account: BookingAccount, reading: Reading): Payout {
  const timeSec = BigInt(Math.max(0, reading.endedAt - reading.beganAt));
  const energyWh = BigInt(reading.energyWh);
  const paid = costOf(account, { energyWh, timeSec, overstaySec: BigInt(reading.overstaySec) });
  const countedWh = min(energyWh, powerLimitWh(account, timeSec));
  return { paid, energyWh: reading.energyWh, countedWh, reading };
}

/** What a claim or a challenge pays at its end. */
export function payoutOfState(account: BookingAccount): Payout {
  const { cosignedWh, cosignedSec } = readHead(account.state.head);
  const counted = min(cosignedWh, powerLimitWh(account, cosignedSec));
  const { energyWh, bestProofWh } = readClaim(account.state.claim);
  const name = stateName(account.state);
  if (name === 'CLAIMED_ALONE') {
    const paid = claimedCostOf(account);
    return { paid, energyWh: Number(energyWh), countedWh: energyWh, reading: account.alone };
  }
  const cosigned = { energyWh: Number(cosignedWh), countedWh: counted, reading: account.cosigned };
  if (name !== 'CHALLENGED') return { ...cosigned, paid: cosignedCostOf(account) };
  const paid = challengedCostOf(account);
  const provenWh = min(bestProofWh, energyWh);
  const isProven = provenWh > cosignedWh;
  return {
    paid,
    energyWh: Number(max(provenWh, cosignedWh)),
    countedWh: max(provenWh, counted),
    reading: isProven || paid > cosignedCostOf(account) ? account.alone : account.cosigned,
  };
}
