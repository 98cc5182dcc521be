import { keccak256 } from 'viem';
import { idTagOf } from '../../protocol/idTag.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';
import type { MeterAlgorithm } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { fundDriver, type TestMarket, testListing, testTerms, write } from '../support/market.ts';
import { booked, jumpTo, newKey, publishArgs } from './fixture.ts';
import { challengedAlone, claim, claimedAlone, type ReservedBooking, timesOf } from './reserved.ts';
import { newMeter, type TestMeter } from './test-meter.ts';

export interface Dispute extends ReservedBooking {
  meter: TestMeter;
  idTag: string;
  state: BookingStateStruct;
  /** End of the time to prove, in unix seconds. */
  until: number;
}

/** A challenged claim of 8,123 Wh by the agent alone, of which 2,000 Wh are co-signed, at a charger with a signing meter. */
export async function disputedAt(
  market: TestMarket,
  algorithm: MeterAlgorithm = 'ECDSA-secp256r1-SHA256',
  idTagPrefix = '',
): Promise<Dispute> {
  const meter = newMeter(algorithm as 'ECDSA-secp256r1-SHA256');
  const agent = newKey();
  const host = localAccount('host');
  const base = testTerms(host.address, agent.address);
  const metering = { ...base.metering, meterAlgorithm: algorithm, idTagPrefix };
  const terms = { ...base, metering, meterKeyHash: keccak256(meter.key) };
  const listing = { ...testListing(terms), meterKey: meter.key };
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const place = { market, agent, host, listing, listingId };
  await write(market, host, 'publishListing', await publishArgs(place, listing));
  const fixture = { ...place, driver: await fundDriver(market) };
  const made = await booked(fixture);
  const one = { fixture, made, times: timesOf(made) };
  await jumpTo(market, one.times.closes);
  const claimed = await claimedAlone(one, {}, await claim(one, { seq: 3, energyWh: 2_000 }));
  const idTag = idTagOf(market.ref, made.bookingId, made.secret);
  return { ...(await challengedAlone(claimed)), meter, idTag };
}
