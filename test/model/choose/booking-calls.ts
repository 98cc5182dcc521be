import { keccak256, zeroHash } from 'viem';
import { bookingIdOf, type Money } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { Terms } from '../../../protocol/terms.ts';
import { addressOf, DRIVERS, PURSES, secretOf } from '../actors.ts';
import type * as calls from '../calls.ts';
import { CHARGERS, chargerOf, listingIdOfCharger, offerOf } from '../chargers.ts';
import type { Rng } from '../rng.ts';
import { listingAt, type Made, purseOf, slotsOf, type World } from '../world.ts';
import { currentOffer } from './listing-calls.ts';

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
function drafted(world: World, rng: Rng, ref: MarketRef): { made: Made; offer: calls.ListedOffer } {
  const charger = bookableCharger(world, rng);
  const offer = currentOffer(world, rng, charger);
  const { terms, listing } = offerOf(charger, offer.variant, offer.host);
  if (rng.chance(12)) moveToSlotEdge(world, rng, terms);
  const number = world.tried++;
  const { driver, index } = freePurse(world, rng);
  const session = rng.mostly(`session ${number}`, 2, [driver, offer.host]);
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
  const who = { driver, session, host: offer.host, agent };
  return { offer, made: { number, charger, booking, bookingId, terms, secret, ...who } };
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

function money(rng: Rng, terms: Terms, slotCount: number): Money {
  const { metering, bookingTerms } = terms;
  const leastCap = bookingTerms.minCapPerSlot * BigInt(slotCount);
  const unsignedCost = metering.unsignedCost + rng.pick([1_000_000n, 0n, 20_000_000n]);
  const most = unsignedCost - metering.firstUnsignedCost;
  const extra = rng.pick([0n, 50_000n]);
  return {
    cap: rng.mostly(rng.pick([5_000_000n, 800_000n, 40_000_003n, leastCap + 1n]), 4, [
      leastCap > 0n ? leastCap - 1n : 0n,
      900_000_000n,
    ]),
    unsignedCost: rng.mostly(unsignedCost, 2, [metering.unsignedCost > 0n ? metering.unsignedCost - 1n : 0n]),
    firstUnsignedCost: rng.mostly(metering.firstUnsignedCost + (extra < most ? extra : most), 2, [
      unsignedCost + 1n,
      0n,
    ]),
    relayFee: rng.pick([0n, 0n, 12_345n]),
  };
}
