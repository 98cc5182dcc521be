import { type Address, type Hex, stringToHex, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Booking, bookingIdOf, intentMessage, packLimits } from '../../protocol/booking.ts';
import { leastPrice } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { Tariff } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  deployTestMarket,
  TARIFF,
  type TestBooking,
  type TestMarket,
  timeOf,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  bookArgs,
  bookedSince,
  draftBooking,
  expectRefusal,
  type Fixture,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  publishArgs,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { type OfferMessage, offered } from './offers.ts';
import { expectPaid } from './reserved.ts';

const host = localAccount('host');

/** A fifth below the listed price. */
const CHEAP = { pricePerKwh: 200_000n };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A charger whose agent may offer a fifth less. */
const charger = (change: Partial<Tariff> = {}) =>
  newFixture(market, { tariff: { ...TARIFF, discountBp: 2_000n, ...change } });

interface Offered {
  fixture: Fixture;
  listed: Booking;
  /** With the offered tariff. */
  made: TestBooking;
  offer: OfferMessage;
}

/** An offer for 100 seconds, by default of the lowest price per kWh to anyone. */
async function offerOf(
  fixture: Fixture,
  prices: Partial<Tariff> = CHEAP,
  { driver = zeroAddress as Address, seconds = 100 } = {},
): Promise<Offered> {
  const draft = await draftBooking(fixture);
  const validUntil = BigInt((await nowOf(market)) + seconds);
  const { booking, offer } = offered(fixture, draft.booking, prices, validUntil, driver);
  const made = { ...draft, booking, bookingId: bookingIdOf(market.ref, booking) };
  return { fixture, listed: draft.booking, made, offer };
}

/** How the arguments of `bookOffer` differ from those of a valid call by the driver. */
interface Change {
  signer?: Fixture['agent'];
  /** Other words in the signed message than in the call. */
  signed?: Partial<OfferMessage>;
  booking?: Partial<Booking>;
  limits?: bigint;
  driverSignature?: Hex;
}

async function offerArgs({ fixture, listed, made, offer }: Offered, change: Change = {}) {
  const { signer = fixture.agent, signed = {}, limits = 0n, driverSignature = '0x' } = change;
  const signature = await signMessageOf(signer, market.ref, 'Offer', { ...offer, ...signed });
  const { driver, validUntil } = offer;
  const agentSignature = toCompact(signature);
  const given = { listedTariff: listed.terms.tariff, driver, validUntil, agentSignature };
  const booking = { ...made.booking, ...change.booking };
  return [...bookArgs(fixture, booking), limits, given, driverSignature] as const;
}

const take = async (one: Offered, change: Change = {}, timeSec?: number) =>
  attempt(market, one.fixture.driver, 'bookOffer', await offerArgs(one, change), timeSec);

const taken = (one: Offered) => expect(take(one)).resolves.toBe(one.made.bookingId);

describe('an offer', () => {
  it('books at its prices, by which the session is paid', async () => {
    const one = await offerOf(await charger());
    const receipt = await write(market, one.fixture.driver, 'bookOffer', await offerArgs(one));
    const made = bookedSince(one.made, await timeOf(market, receipt));
    await jumpTo(market, made.booking.firstSlot * 900);
    await write(market, anyone, 'settle', asBooked(await reportArgs(one.fixture, made, readingOf(made))));
    const cost = costRoundedDown({ ...TARIFF, ...CHEAP }, readingOf(made), made.booking.money.cap);
    await expectPaid(one, cost, 8_123n);
  });

  it('is taken through a relayer with the driver’s intent over the offered terms', async () => {
    const one = await offerOf(await charger());
    const limits = { relayer: anyone.address, validUntil: BigInt((await nowOf(market)) + 300) };
    const sign = (booking: Booking) =>
      signMessageOf(one.fixture.driver, market.ref, 'Intent', intentMessage(booking, limits));
    const relayed = async (driverSignature: Hex, sender = anyone) => {
      const args = await offerArgs(one, { limits: packLimits(limits), driverSignature });
      return attempt(market, sender, 'bookOffer', args);
    };
    await expect(relayed(await sign(one.made.booking))).resolves.toBe(one.made.bookingId);
    const driver = [one.fixture.driver.address];
    await expectRefusal(relayed('0x'), 'Account_InvalidSignature', driver);
    await expectRefusal(relayed(await sign(one.listed)), 'Account_InvalidSignature', driver);
    const wrongSender = relayed(await sign(one.made.booking), localAccount('deployer'));
    const parties = [anyone.address, localAccount('deployer').address];
    await expectRefusal(wrongSender, 'Booking_WrongRelayer', parties);
  });

  it('is the agent’s, for this listing, version, tariff, time and driver', async () => {
    const one = await offerOf(await charger());
    const { offer } = one;
    const forged: Change[] = [
      { signer: newKey() },
      { signer: one.fixture.driver },
      { signed: { listingId: `0x${'11'.repeat(32)}` } },
      { signed: { version: 2 } },
      { signed: { tariff: offer.tariff + 1n } },
      { signed: { firstSlot: offer.firstSlot + 1 } },
      { signed: { slotCount: offer.slotCount + 1 } },
      { signed: { driver: one.fixture.driver.address } },
      { signed: { validUntil: offer.validUntil + 1n } },
      { booking: { firstSlot: offer.firstSlot + 1 } },
      { booking: { slotCount: 1 } },
    ];
    for (const change of forged) {
      await expectRefusal(take(one, change), 'Offer_SignatureInvalid', [one.fixture.agent.address]);
    }
    await taken(one);
  });

  it('is valid until its end, and for two minutes at most', async () => {
    const one = await offerOf(await charger(), CHEAP, { seconds: 300 });
    const until = Number(one.offer.validUntil);
    const tooLong = take(one, {}, until - 121);
    await expectRefusal(tooLong, 'Offer_TooLong', [BigInt(until), BigInt(until - 1)]);
    await expect(take(one, {}, until - 120)).resolves.toBe(one.made.bookingId);
    await expect(take(one, {}, until - 1)).resolves.toBe(one.made.bookingId);
    const args = [BigInt(until), BigInt(until)];
    await expectRefusal(take(one, {}, until), 'Account_SignatureExpired', args);
  });

  it('may be for one driver only', async () => {
    const fixture = await charger();
    await taken(await offerOf(fixture, CHEAP, { driver: fixture.driver.address }));
    const other = newKey().address;
    const theirs = await offerOf(fixture, CHEAP, { driver: other });
    const parties = [other, fixture.driver.address];
    await expectRefusal(take(theirs), 'Offer_ForAnotherDriver', parties);
  });

  it('ends with any change of the listing', async () => {
    const one = await offerOf(await charger());
    const { fixture } = one;
    await taken(one);
    await write(market, host, 'updateListing', [fixture.listing, fixture.listing, '0x']);
    await expectRefusal(take(one), 'Offer_SignatureInvalid', [fixture.agent.address]);
    await expect(take(one, { signed: { version: 2 } })).resolves.toBe(one.made.bookingId);
    for (const status of [LISTING_STATUS.CLOSED, LISTING_STATUS.REVOKED]) {
      await write(market, host, 'setListingStatus', [fixture.listing, status, '0x']);
      await expectRefusal(take(one), 'Listing_NotOpen', [fixture.listingId, status]);
    }
  });

  it('is for the listing’s current terms', async () => {
    const one = await offerOf(await charger());
    const dearer = { ...one, listed: { ...one.listed, terms: { ...one.listed.terms, tariff: 1n } } };
    await expectRefusal(take(dearer), 'Listing_TermsMismatch', [one.fixture.listingId]);
    const metering = { ...one.made.booking.terms, metering: one.made.booking.terms.metering + 1n };
    const other = take(one, { booking: { terms: metering } });
    await expectRefusal(other, 'Listing_TermsMismatch', [one.fixture.listingId]);
  });

  it('obeys every other rule of a booking', async () => {
    const one = await offerOf(await charger());
    const { money } = one.made.booking;
    const low = take(one, { booking: { money: { ...money, cap: 2_499_999n } } });
    await expectRefusal(low, 'Booking_CapTooLow', [2_499_999n, 2_500_000n]);
    const less = take(one, { booking: { money: { ...money, allowedCost: 99_999n } } });
    await expectRefusal(less, 'Booking_TrustTooLow', [99_999n, 100_000n]);
    const wrong = take(one, { booking: { generation: 3n } });
    await expectRefusal(wrong, 'Booking_WrongGeneration', [3n, 0n]);
  });
});

describe('an offered price', () => {
  it.each(['pricePerKwh', 'pricePerHour', 'flatFee'] as const)(
    'lies between the listed one and the host’s floor: %s',
    async (price) => {
      const listed = TARIFF[price] + 1n;
      const fixture = await charger({ [price]: listed });
      const least = leastPrice(listed, 2_000n);
      for (const offeredPrice of [least, listed])
        await taken(await offerOf(fixture, { [price]: offeredPrice }));
      for (const offeredPrice of [least - 1n, listed + 1n, 0n]) {
        const args = [stringToHex(price, { size: 32 }), offeredPrice, least, listed];
        const out = take(await offerOf(fixture, { [price]: offeredPrice }));
        await expectRefusal(out, 'Offer_PriceOutOfRange', args);
      }
    },
  );

  it('is the listed one where the host allows no discount', async () => {
    const fixture = await charger({ discountBp: 0n });
    await taken(await offerOf(fixture, {}));
    const args = [stringToHex('pricePerKwh', { size: 32 }), 249_999n, 250_000n, 250_000n];
    const lower = take(await offerOf(fixture, { pricePerKwh: 249_999n }));
    await expectRefusal(lower, 'Offer_PriceOutOfRange', args);
  });

  it.each([
    ['overstayPerHour', 1_999_999n],
    ['overstayReserve', 499_999n],
    ['discountBp', 1_999n],
  ] as const)('leaves %s as it is listed', async (field, value) => {
    const out = take(await offerOf(await charger(), { [field]: value }));
    await expectRefusal(out, 'Offer_OverstayDiffers');
  });
});

/** A charger with other weekly hours. */
async function chargerWithHours(weeklyHours: bigint): Promise<Fixture> {
  const base = await charger();
  const agent = newKey();
  const terms = { ...base.listing.terms, agentKey: agent.address };
  const place = { ...base, agent, listing: { ...base.listing, terms, weeklyHours } as ListingStruct };
  await write(market, host, 'publishListing', await publishArgs(place, place.listing));
  return { ...place, listingId: listingIdOf(agent.address, place.listing.place.connector) };
}

describe('weekly hours', () => {
  it('that are empty let a charger be booked by offers only', async () => {
    const fixture = await chargerWithHours(0n);
    const one = await offerOf(fixture, {});
    const plain = attempt(market, fixture.driver, 'bookAsDriver', bookArgs(fixture, one.listed));
    const first = [fixture.listingId, BigInt(one.listed.firstSlot)];
    await expectRefusal(plain, 'Booking_OutsideHours', first);
    await taken(one);
  });

  it('that are not empty hold for offers as well', async () => {
    const slot = Math.floor((await nowOf(market)) / 900) + 12;
    const weekHour = (Math.floor(slot / 4) + 72) % 168;
    const open = await chargerWithHours((1n << BigInt(weekHour)) | (1n << BigInt((weekHour + 1) % 168)));
    await taken(await offerOf(open));
    const shut = await chargerWithHours(1n << BigInt((weekHour + 100) % 168));
    const one = await offerOf(shut);
    const first = [shut.listingId, BigInt(one.listed.firstSlot)];
    await expectRefusal(take(one), 'Booking_OutsideHours', first);
  });
});
