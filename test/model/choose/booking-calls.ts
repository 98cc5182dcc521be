import { keccak256, zeroHash } from 'viem';
import { bookingIdOf, type Money } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { type Tariff, type Terms, toTermsStruct } from '../../../protocol/terms.ts';
import { addressOf, DRIVERS, PURSES, secretOf } from '../actors.ts';
import type * as calls from '../calls.ts';
import { CHARGERS, chargerOf, listingIdOfCharger, termsOf } from '../chargers.ts';
import type { Rng } from '../rng.ts';
import { listingAt, type Made, purseOf, slotsOf, type World } from '../world.ts';
import { currentTerms } from './listing-calls.ts';

const SLOT_SEC = 900;

export function bookAsDriver(world: World, rng: Rng, ref: MarketRef): calls.BookAsDriver {
  const draft = drafted(world, rng, ref);
  const sender = rng.mostly(draft.made.driver, 4, ['stranger']);
  return { kind: 'bookAsDriver', sender, ...draft };
}

export function book(world: World, rng: Rng, ref: MarketRef): calls.Book {
  const draft = drafted(world, rng, ref);
  const sender = rng.pick(['relayer', 'stranger']);
  const signer = rng.mostly<string | null>(draft.made.driver, 4, [null, 'stranger']);
  return { kind: 'book', sender, signer, limits: limits(world, rng, sender), ...draft };
}

export function bookByWallet(world: World, rng: Rng, ref: MarketRef): calls.Book {
  const draft = drafted(world, rng, ref);
  const { driver } = draft.made;
  const sender = rng.pick(['relayer', driver]);
  const signer = sender === driver ? null : rng.mostly<string | null>(driver, 4, [null, 'stranger']);
  return { kind: 'bookByWallet', sender, signer, limits: limits(world, rng, sender), ...draft };
}

/** Two or three intents in one batch; some of them want the same slots or the same purse. */
export function bookAll(world: World, rng: Rng, ref: MarketRef): calls.BookAll {
  const sender = 'relayer';
  const items = [0, 1, 2].slice(rng.next() % 2).map(() => {
    const item = book(world, rng, ref);
    return { ...item, sender, limits: { ...item.limits, relayer: null } };
  });
  return { kind: 'bookAll', sender, items };
}

/** A tariff below the listed one, for this need; now and then out of the host's range, or otherwise false. */
export function bookOffer(world: World, rng: Rng, ref: MarketRef): calls.BookOffer {
  const draft = drafted(world, rng, ref);
  const made = atTariff(ref, draft.made, offeredTariff(rng, draft.made.terms.tariff));
  const { driver, agent, charger, booking } = made;
  const sender = rng.pick([driver, 'relayer']);
  return {
    kind: 'bookOffer',
    sender,
    signer: sender === driver ? null : rng.mostly<string | null>(driver, 4, [null, 'stranger']),
    limits: limits(world, rng, sender),
    listed: draft.listed,
    made,
    offer: {
      driver: rng.mostly(rng.pick([null, driver]), 4, ['stranger']),
      validUntil: world.nowSec + rng.mostly(120, 6, [121, 0, 1]),
      signer: rng.mostly(agent, 4, ['stranger']),
      version: listingAt(world, charger).version + rng.mostly(0, 2, [1]),
      firstSlot: booking.firstSlot + rng.mostly(0, 2, [1]),
    },
  };
}

function offeredTariff(rng: Rng, listed: Tariff): Tariff {
  const least = (price: bigint): bigint => (price * (10_000n - listed.discountBp) + 9_999n) / 10_000n;
  const lower = (price: bigint): bigint =>
    rng.mostly(rng.pick([least(price), price, (least(price) + price) / 2n]), 2, [price + 1n]);
  const tariff = {
    ...listed,
    pricePerKwh: lower(listed.pricePerKwh),
    pricePerHour: lower(listed.pricePerHour),
    flatFee: lower(listed.flatFee),
  };
  const belowFloor = { ...tariff, pricePerKwh: least(listed.pricePerKwh) - 1n };
  const noOverstay = { ...tariff, overstayPerHour: 0n };
  return rng.mostly(tariff, 8, [belowFloor, noOverstay, { ...tariff, discountBp: 1n }]);
}

function atTariff(ref: MarketRef, made: Made, tariff: Tariff): Made {
  const terms = { ...made.terms, tariff };
  const booking = { ...made.booking, terms: toTermsStruct(terms) };
  return { ...made, terms, booking, bookingId: bookingIdOf(ref, booking) };
}

export function fundAndBook(world: World, rng: Rng, ref: MarketRef): calls.FundAndBook {
  const draft = drafted(world, rng, ref);
  const { driver } = draft.made;
  const { cap, unsignedCost, relayFee } = draft.made.booking.money;
  return {
    kind: 'fundAndBook',
    sender: 'relayer',
    from: rng.mostly(driver, 3, ['host-0']),
    signer: rng.mostly(driver, 3, ['stranger']),
    amount: rng.mostly(cap + unsignedCost + relayFee, 10, [1n, 0n]),
    limits: limits(world, rng, 'relayer'),
    ...draft,
  };
}

const limits = (world: World, rng: Rng, sender: string): calls.Limits => ({
  relayer: rng.mostly(rng.pick([null, sender]), 4, ['guardian']),
  validUntil: world.nowSec + rng.mostly(600, 6, [601, 0, 1]),
});

/** A booking that is valid if possible, and sometimes not. */
function drafted(world: World, rng: Rng, ref: MarketRef): { made: Made; listed: calls.ListedTerms } {
  const charger = bookableCharger(world, rng);
  const listed = currentTerms(world, rng, charger);
  const { terms, listing } = termsOf(charger, listed.variant, listed.host);
  if (rng.chance(12)) moveToSlotEdge(world, rng, terms);
  const number = world.tried++;
  const { driver, index } = freePurse(world, rng);
  const session = rng.mostly(`session ${number}`, 2, [driver, listed.host]);
  const secret = secretOf(`start ${number}`);
  const slots = freeSlots(world, rng, charger, terms);
  const booking = {
    listingId: listingIdOfCharger(charger),
    connector: listing.place.connector,
    driver: addressOf(driver),
    purse: index,
    generation: purseOf(world, driver, index).generation + rng.mostly(0n, 2, [1n]),
    sessionKey: addressOf(session),
    ...slots,
    money: money(rng, terms, slots.slotCount),
    startHash: rng.mostly(keccak256(secret), 1, [zeroHash]),
    terms: listing.terms,
  };
  const bookingId = bookingIdOf(ref, booking);
  const { agent } = chargerOf(charger);
  const who = { driver, session, host: listed.host, agent };
  return { listed, made: { number, charger, booking, bookingId, terms, secret, ...who } };
}

function bookableCharger(world: World, rng: Rng): number {
  const all = [...CHARGERS.keys()];
  const open = all.filter((charger) => listingAt(world, charger).status === 'OPEN');
  return rng.pick(open.length > 0 && !rng.chance(4) ? open : all);
}

function freePurse(world: World, rng: Rng) {
  const all = DRIVERS.flatMap((driver) => PURSES.map((index) => ({ driver, index })));
  const free = all.filter(({ driver, index }) => purseOf(world, driver, index).open === null);
  return rng.pick(free.length > 0 && !rng.chance(6) ? free : all);
}

/** Moves to the time, or a second from it, from which the earliest slot can no longer be booked. */
function moveToSlotEdge(world: World, rng: Rng, terms: Terms): void {
  const leadSec = Number(terms.bookingTerms.leadTimeMin) * 60;
  const edge = Math.ceil((world.nowSec + 1 + leadSec) / SLOT_SEC) * SLOT_SEC - leadSec;
  world.nowSec = edge + rng.pick([0, -1, 1]);
}

/** Mostly the first slots that are free from a moment on. */
function freeSlots(world: World, rng: Rng, charger: number, terms: Terms) {
  const { minSlots, maxSlots, leadTimeMin, horizonSlots } = terms.bookingTerms;
  const span = Number(maxSlots - minSlots);
  const usual = Number(minSlots) + rng.pick([0, Math.min(1, span), Math.min(3, span)]);
  const slotCount = rng.mostly(usual, 3, [Number(maxSlots) + 1, Number(minSlots) - 1]);
  const soonest = Math.ceil((world.nowSec + Number(leadTimeMin) * 60) / SLOT_SEC);
  const horizon = Math.floor(world.nowSec / SLOT_SEC) + Number(horizonSlots);
  if (rng.chance(14)) {
    const edges = [soonest - 1, soonest, horizon - slotCount, horizon - slotCount + 1];
    return { firstSlot: rng.pick(edges), slotCount };
  }
  const taken = slotsOf(world, charger);
  let firstSlot = soonest + rng.mostly(rng.pick([0, 1, 2, 8, 4]), 5, [60, 300]);
  if (rng.chance(5)) return { firstSlot, slotCount };
  const clashes = () => Array.from({ length: slotCount }, (_, i) => taken.has(firstSlot + i)).includes(true);
  while (clashes()) firstSlot++;
  return { firstSlot, slotCount };
}

function money(rng: Rng, { metering, bookingTerms }: Terms, slotCount: number): Money {
  const { minCapPerSlot, noshowFee } = bookingTerms;
  const ofFee = 5n * noshowFee;
  const leastCap = BigInt(slotCount) * (minCapPerSlot > ofFee ? minCapPerSlot : ofFee);
  const below = (asked: bigint): bigint => (asked > 0n ? asked - 1n : 0n);
  return {
    cap: rng.mostly(rng.pick([5_000_000n, 2_800_000n, 40_000_003n, 0n]) + leastCap, 4, [
      below(leastCap),
      900_000_000n,
    ]),
    unsignedCost: rng.mostly(metering.unsignedCost + rng.pick([1_000_000n, 0n, 20_000_000n]), 2, [
      below(metering.unsignedCost),
    ]),
    allowedCost: rng.mostly(metering.allowedCost + rng.pick([0n, 0n, 0n, 50_000n, 300_000n]), 2, [
      below(metering.allowedCost),
    ]),
    relayFee: rng.pick([0n, 0n, 12_345n]),
  };
}
