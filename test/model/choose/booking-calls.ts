import { keccak256, zeroHash } from 'viem';
import { bookingIdOf, type Money } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { Terms } from '../../../protocol/terms.ts';
import { addressOf, DRIVERS, PURSES, secretOf } from '../actors.ts';
import type * as calls from '../calls.ts';
import { CHARGERS, chargerOf, listingIdOfCharger, offerOf } from '../chargers.ts';
import type { Dice } from '../rng.ts';
import { listingAt, type Made, purseOf, slotsOf, type World } from '../world.ts';
import { standingOffer } from './listing-calls.ts';

const SLOT_SEC = 900;

export function bookAsDriver(world: World, dice: Dice, ref: MarketRef): calls.BookAsDriver {
  const draft = drafted(world, dice, ref);
  const sender = dice.mostly(draft.made.driver, 4, ['stranger']);
  return { kind: 'bookAsDriver', sender, ...draft };
}

export function book(world: World, dice: Dice, ref: MarketRef): calls.Book {
  const draft = drafted(world, dice, ref);
  const sender = dice.pick(['relayer', 'stranger']);
  const signer = dice.mostly<string | null>(draft.made.driver, 4, [null, 'stranger']);
  return { kind: 'book', sender, signer, limits: limits(world, dice, sender), ...draft };
}

export function bookByWallet(world: World, dice: Dice, ref: MarketRef): calls.Book {
  const draft = drafted(world, dice, ref);
  const { driver } = draft.made;
  const sender = dice.pick(['relayer', driver]);
  const signer = sender === driver ? null : dice.mostly<string | null>(driver, 4, [null, 'stranger']);
  return { kind: 'bookByWallet', sender, signer, limits: limits(world, dice, sender), ...draft };
}

/** Two or three intents, carried together; some of them want the same slots or the same purse. */
export function bookAll(world: World, dice: Dice, ref: MarketRef): calls.BookAll {
  const sender = 'relayer';
  const items = [0, 1, 2].slice(dice.next() % 2).map(() => {
    const item = book(world, dice, ref);
    return { ...item, sender, limits: { ...item.limits, relayer: null } };
  });
  return { kind: 'bookAll', sender, items };
}

export function fundAndBook(world: World, dice: Dice, ref: MarketRef): calls.FundAndBook {
  const draft = drafted(world, dice, ref);
  const { driver } = draft.made;
  const { cap, unsignedCost, relayFee } = draft.made.booking.money;
  return {
    kind: 'fundAndBook',
    sender: 'relayer',
    from: dice.mostly(driver, 3, ['host-0']),
    signer: dice.mostly(driver, 3, ['stranger']),
    amount: dice.mostly(cap + unsignedCost + relayFee, 10, [1n, 0n]),
    limits: limits(world, dice, 'relayer'),
    ...draft,
  };
}

const limits = (world: World, dice: Dice, sender: string): calls.Limits => ({
  relayer: dice.mostly(dice.pick([null, sender]), 4, ['guardian']),
  validUntil: world.nowSec + dice.mostly(600, 6, [601, 0, 1]),
});

/** A booking that can be made as far as possible, and now and then cannot. */
function drafted(world: World, dice: Dice, ref: MarketRef): { made: Made; offer: calls.Handover } {
  const charger = bookableCharger(world, dice);
  const offer = standingOffer(world, dice, charger);
  const { terms, listing } = offerOf(charger, offer.variant, offer.host);
  if (dice.odds(12)) moveToSlotEdge(world, dice, terms);
  const number = world.tried++;
  const { driver, index } = freePurse(world, dice);
  const session = dice.mostly(`session ${number}`, 2, [driver, offer.host]);
  const secret = secretOf(`start ${number}`);
  const slots = freeSlots(world, dice, charger, terms);
  const booking = {
    listingId: listingIdOfCharger(charger),
    connector: listing.place.connector,
    driver: addressOf(driver),
    purse: index,
    generation: purseOf(world, driver, index).generation + dice.mostly(0n, 2, [1n]),
    sessionKey: addressOf(session),
    ...slots,
    money: money(dice, terms, slots.slotCount),
    startHash: dice.mostly(keccak256(secret), 1, [zeroHash]),
    terms: listing.terms,
  };
  const bookingId = bookingIdOf(ref, booking);
  const { agent } = chargerOf(charger);
  const who = { driver, session, host: offer.host, agent };
  return { offer, made: { number, charger, booking, bookingId, terms, secret, ...who } };
}

function bookableCharger(world: World, dice: Dice): number {
  const all = [...CHARGERS.keys()];
  const open = all.filter((charger) => listingAt(world, charger).status === 'OPEN');
  return dice.pick(open.length > 0 && !dice.odds(4) ? open : all);
}

function freePurse(world: World, dice: Dice) {
  const all = DRIVERS.flatMap((driver) => PURSES.map((index) => ({ driver, index })));
  const free = all.filter(({ driver, index }) => purseOf(world, driver, index).open === null);
  return dice.pick(free.length > 0 && !dice.odds(6) ? free : all);
}

/** Moves to the moment, or just beside it, from which the slot cannot be booked any more that now can. */
function moveToSlotEdge(world: World, dice: Dice, terms: Terms): void {
  const leadSec = Number(terms.bookingTerms.leadTimeMin) * 60;
  const edge = Math.ceil((world.nowSec + 1 + leadSec) / SLOT_SEC) * SLOT_SEC - leadSec;
  world.nowSec = edge + dice.pick([0, -1, 1]);
}

/** Mostly the first slots that are free from a moment on. */
function freeSlots(world: World, dice: Dice, charger: number, terms: Terms) {
  const { minSlots, maxSlots, leadTimeMin, horizonSlots } = terms.bookingTerms;
  const span = Number(maxSlots - minSlots);
  const usual = Number(minSlots) + dice.pick([0, Math.min(1, span), Math.min(3, span)]);
  const slotCount = dice.mostly(usual, 3, [Number(maxSlots) + 1, Number(minSlots) - 1]);
  const soonest = Math.ceil((world.nowSec + Number(leadTimeMin) * 60) / SLOT_SEC);
  const horizon = Math.floor(world.nowSec / SLOT_SEC) + Number(horizonSlots);
  if (dice.odds(14)) {
    const edges = [soonest - 1, soonest, horizon - slotCount, horizon - slotCount + 1];
    return { firstSlot: dice.pick(edges), slotCount };
  }
  const taken = slotsOf(world, charger);
  let firstSlot = soonest + dice.mostly(dice.pick([0, 1, 2, 8, 4]), 5, [60, 300]);
  if (dice.odds(5)) return { firstSlot, slotCount };
  const clashes = () => Array.from({ length: slotCount }, (_, i) => taken.has(firstSlot + i)).includes(true);
  while (clashes()) firstSlot++;
  return { firstSlot, slotCount };
}

function money(dice: Dice, terms: Terms, slotCount: number): Money {
  const { metering, bookingTerms } = terms;
  const leastCap = bookingTerms.minCapPerSlot * BigInt(slotCount);
  const unsignedCost = metering.unsignedCost + dice.pick([1_000_000n, 0n, 20_000_000n]);
  const most = unsignedCost - metering.firstUnsignedCost;
  const extra = dice.pick([0n, 50_000n]);
  return {
    cap: dice.mostly(dice.pick([5_000_000n, 800_000n, 40_000_003n, leastCap + 1n]), 4, [
      leastCap > 0n ? leastCap - 1n : 0n,
      900_000_000n,
    ]),
    unsignedCost: dice.mostly(unsignedCost, 2, [
      metering.unsignedCost > 0n ? metering.unsignedCost - 1n : 0n,
    ]),
    firstUnsignedCost: dice.mostly(metering.firstUnsignedCost + (extra < most ? extra : most), 2, [
      unsignedCost + 1n,
      0n,
    ]),
    relayFee: dice.pick([0n, 0n, 12_345n]),
  };
}
