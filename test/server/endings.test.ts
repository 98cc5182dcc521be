import { type Hex, zeroAddress } from 'viem';
import { expect, test } from 'vitest';
import type { BookingResponse, ChargerDetail, HostedResponse } from '../../protocol/api.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { aloneCall, NO_RAISE } from '../../protocol/calls.ts';
import { placeHash } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { unpackHead } from '../../protocol/state.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { reachTime, rpc } from '../support/anvil.ts';
import { book, fundDriver, makeBooking, signReading, TARIFF, write } from '../support/market.ts';
import { fixtureForAllTests } from './fixture.ts';
import { bookCharger, type DriverBooking, listCharger, readingOf } from './marketActions.ts';
import { caughtUp, get, signedInAs } from './support.ts';

const fixture = fixtureForAllTests();

const indexed = async (bookingId: Hex): Promise<BookingResponse> => {
  await caughtUp(fixture.server, fixture.ledger);
  return (await get<BookingResponse>(`${fixture.server.api}/bookings/${bookingId}`)).body;
};

const charger = async (listingId: Hex): Promise<ChargerDetail> =>
  (await get<ChargerDetail>(`${fixture.server.api}/chargers/${listingId}`)).body;

const send = (name: string, args: readonly unknown[]) =>
  write(fixture.ledger.market, localAccount('relayer'), name, args);

const timeIs = (unixSec: number) => reachTime(fixture.ledger.anvil.url, unixSec);

const stateOf = ({ state }: BookingResponse) => ({ head: BigInt(state.head), claim: BigInt(state.claim) });

async function aloneReading(made: DriverBooking, energyWh: number) {
  const startsAt = made.booking.firstSlot * 900;
  // Before the slot, in which the test may have begun just now: the ledger takes no reading of the future.
  const reading = readingOf(made, { energyWh, beganAt: startsAt - 2, endedAt: startsAt - 1 });
  const agentSignature = await signReading(fixture.ledger.market, made.charger.agent, reading);
  const { secret } = made;
  return { booking: toBookingStruct(made.booking), reading, agentSignature, secret, allowance: NO_RAISE };
}

test('what the driver allowed settles by the agent’s word, and slots given back can be booked again', async () => {
  const { market } = fixture.ledger;
  const lent = await listCharger(market);
  const made = await bookCharger(market, lent);
  const { firstSlot } = made.booking;
  const { agent } = lent;
  const giveBack = { bookingId: made.bookingId, fromSlot: firstSlot + 2 };
  const given = {
    fromSlot: BigInt(giveBack.fromSlot),
    agentSignature: toCompact(await signMessageOf(agent, market.ref, 'GiveBack', giveBack)),
  };
  const { functionName, args } = aloneCall(await aloneReading(made, 3), made.state, true, given);
  await send(functionName, args);
  expect(functionName).toBe('settleAloneAndGiveBack');
  expect(await indexed(made.bookingId)).toMatchObject({
    ...{ reservationStatus: 'FULFILLED', settlementStatus: 'SETTLED', energyWh: 3 },
    ...{ endReading: { seq: 5, isFinal: true }, allowedCost: '100000', contested: false },
  });
  const taken = (await charger(lent.listingId)).takenSlots;
  expect(taken.includes(firstSlot + 2)).toBe(false);
  expect(taken.includes(firstSlot + 1)).toBe(true);
});

test('a booking by an offer pins the listing’s terms with the offered tariff', async () => {
  const { market } = fixture.ledger;
  const tariff = { ...TARIFF, discountBp: 5_000n };
  const lent = await listCharger(market, {}, { tariff });
  const driver = await fundDriver(market);
  const listed = lent.listing.terms;
  const offered = { ...fromTermsStruct(listed), tariff: { ...tariff, pricePerKwh: 125_000n } };
  const made = await makeBooking(market, lent.listingId, lent.listing, driver.address, {
    terms: toTermsStruct(offered),
  });
  const { firstSlot, slotCount } = made.booking;
  const { timestamp } = await rpc<{ timestamp: Hex }>(market.rpcUrl, 'eth_getBlockByNumber', [
    'latest',
    false,
  ]);
  const validUntil = BigInt(Number(timestamp) + 100);
  const message = {
    ...{ listingId: lent.listingId, version: 1, tariff: made.booking.terms.tariff, firstSlot, slotCount },
    ...{ driver: zeroAddress, validUntil },
  };
  const agentSignature = toCompact(await signMessageOf(lent.agent, market.ref, 'Offer', message));
  const offer = { listedTariff: listed.tariff, driver: zeroAddress, validUntil, agentSignature };
  const { weeklyHours, place } = lent.listing;
  // The driver calls: no limits of an intent are read.
  const args = [toBookingStruct(made.booking), weeklyHours, placeHash(place), 0n, offer, '0x'];
  await write(market, driver, 'bookOffer', args);
  const booking = await indexed(made.bookingId);
  expect(BigInt(booking.terms.tariff)).toBe(made.booking.terms.tariff);
  expect(booking.terms.bookingTerms).toBe((await charger(lent.listingId)).terms.bookingTerms);
});

test('a contested no-show is said while it is open and at its end, and counted on the listing', async () => {
  const { market, anvil } = fixture.ledger;
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  const [lent, next] = [await listCharger(market), await listCharger(market)];
  const made = await bookCharger(market, lent);
  const { bookingId, booking } = made;
  const noShow = await signMessageOf(lent.agent, market.ref, 'NoShow', { bookingId });
  const { since } = unpackHead(made.state.head);
  await timeIs(Number(since) + 30 * 60 + 1);
  await send('claimNoShow', [toBookingStruct(booking), made.state, toCompact(noShow)]);
  const claimed = await indexed(bookingId);
  expect(claimed).toMatchObject({ settlementStatus: 'CLAIMED', contested: false });
  const arrived = await signMessageOf(made.sessionKey, market.ref, 'Arrived', { bookingId });
  await send('arrived', [toBookingStruct(booking), stateOf(claimed), arrived]);
  const contested = await indexed(bookingId);
  expect(contested).toMatchObject({ settlementStatus: 'CLAIMED', contested: true, endedAt: null });
  expect((await charger(lent.listingId)).contestedNoShows).toBe(0);
  await timeIs((booking.firstSlot + booking.slotCount) * 900 + 3 * 3_600);
  await send('finalise', [toBookingStruct(booking), stateOf(contested)]);
  // Four fees of 0.25 go to nobody; the rest of cap and bond is back.
  expect(await indexed(bookingId)).toMatchObject({
    ...{ reservationStatus: 'NO_SHOW', settlementStatus: 'SETTLED', contested: true },
    ...{ paid: '1000000', refunded: '5000000', energyWh: 0, endReading: null },
  });
  expect((await charger(lent.listingId)).contestedNoShows).toBe(1);
  // The next host sees it of this driver, and nothing of another.
  const later = { firstSlot: booking.firstSlot + booking.slotCount + 20, generation: 1n };
  const again = await makeBooking(market, next.listingId, next.listing, made.driver.address, later);
  await book(market, made.driver, next.listing, again.booking);
  await bookCharger(market, next, { firstSlot: later.firstSlot + again.booking.slotCount });
  await indexed(again.bookingId);
  const host = await signedInAs(fixture.server, localAccount('host'));
  const { body } = await get<HostedResponse>(`${fixture.server.api}/me/hosted`, host);
  expect(body.contestedNoShows).toEqual({ [made.driver.address.toLowerCase()]: 1 });
  await rpc(anvil.url, 'evm_revert', [snapshot]);
});
