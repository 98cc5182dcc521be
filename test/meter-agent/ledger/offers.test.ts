import { afterEach, expect, test } from 'vitest';
import { costOf } from '../../../meter-agent/session/money.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { placeHash } from '../../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../../protocol/signature.ts';
import { fromTermsStruct, toTermsStruct } from '../../../protocol/terms.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { fundDriver, makeBooking, publish, write } from '../../support/market.ts';
import { ledgerFixture, listingOf } from '../support/ledger-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a booking that was made by an offer is served with the offered tariff', async () => {
  const { market, agent } = await ledgerFixture(scope);
  const { account } = agent.key;
  const plain = listingOf(account.address);
  const terms = fromTermsStruct(plain.terms);
  const listed = { ...terms, tariff: { ...terms.tariff, discountBp: 2_000n } };
  const listing = { ...plain, terms: toTermsStruct(listed) };
  const listingId = await publish(market, account, listing);
  const offered = toTermsStruct({ ...listed, tariff: { ...listed.tariff, pricePerKwh: 200_000n } });
  const driver = await fundDriver(market);
  const { booking, bookingId } = await makeBooking(market, listingId, listing, driver.address, {
    terms: offered,
  });
  const { firstSlot, slotCount } = booking;
  const validUntil = BigInt(Math.floor(Date.now() / 1000) + 90);
  const message = {
    ...{ listingId, version: 1, tariff: offered.tariff, firstSlot, slotCount },
    ...{ driver: driver.address, validUntil },
  };
  const agentSignature = toCompact(await signMessageOf(account, market.ref, 'Offer', message));
  const offer = { listedTariff: listing.terms.tariff, driver: driver.address, validUntil, agentSignature };
  const place = [listing.weeklyHours, placeHash(listing.place)] as const;
  await write(market, driver, 'bookOffer', [toBookingStruct(booking), ...place, 0n, offer, '0x']);
  const { plan } = await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  const usage = { energyWh: 1_000, beganAt: 0, endedAt: 0, overstaySec: 0 };
  expect(costOf(plan.limits, usage)).toBe(200_000n + listed.tariff.flatFee);
});
