import { zeroHash } from 'viem';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../protocol/booking.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { hasConfirmedPublic } from '../../server/web/app/PublicForever.tsx';
import {
  forget,
  keysSetAside,
  load,
  parseStored,
  save,
  storedKeys,
  storedText,
  stringifyStored,
} from '../../server/web/app/storage.ts';
import {
  listBookings,
  loadBooking,
  type StoredBooking,
  storeBooking,
  unreadableBookings,
  updateBooking,
} from '../../server/web/booking/storedBookings.ts';
import { extendedCurve } from '../../server/web/charging/signing.ts';
import { loadLocation, storeLocation } from '../../server/web/listing/storedLocation.ts';
import { pageTerms } from './pageTerms.ts';

/** The part of the browser's storage that the page uses, with a size limit. */
class MemoryStorage {
  readonly items = new Map<string, string>();
  limit = Number.POSITIVE_INFINITY;
  get length() {
    return this.items.size;
  }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  removeItem = (key: string) => void this.items.delete(key);
  setItem = (key: string, value: string) => {
    if (value.length > this.limit) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, value);
  };
}

const storage = new MemoryStorage();
Object.assign(globalThis, { localStorage: storage });

beforeEach(() => {
  storage.items.clear();
  storage.limit = Number.POSITIVE_INFINITY;
});

const REF = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;

function bookingOf(number: number): StoredBooking {
  const booking: Booking = {
    listingId: zeroHash,
    connector: '0x0123456789ab',
    driver: '0x4444444444444444444444444444444444444444',
    purse: 0,
    generation: (1n << 63n) + 1n,
    sessionKey: '0x5555555555555555555555555555555555555555',
    firstSlot: 2_000_000,
    slotCount: 4,
    money: { cap: 5_000_000n, unsignedCost: 1n, allowedCost: 0n, relayFee: 0n },
    startHash: zeroHash,
    terms: toTermsStruct(pageTerms()),
  };
  const bookingId = `0x${String(number).padStart(64, '0')}` as const;
  const secrets = { sessionPrivateKey: `0x${'11'.repeat(32)}`, secret: `0x${'22'.repeat(32)}` } as const;
  return { bookingId, ref: REF, booking, ...secrets, needWh: 20_000, createdAt: number };
}

describe('what is stored on the device', () => {
  it('is read back unchanged, integers of any size included', () => {
    expect(parseStored(stringifyStored(bookingOf(1)))).toEqual(bookingOf(1));
    save('booking:x', bookingOf(1));
    expect(load('booking:x')).toEqual(bookingOf(1));
  });

  it('is missing when it was deleted or cannot be read', () => {
    save('wallet:driver', true);
    forget('wallet:driver');
    expect(load('wallet:driver')).toBeUndefined();
    storage.items.set('plugpact:need', '{broken');
    expect(load('need')).toBeUndefined();
  });

  it('is listed by the beginning of its key, keys of others left alone', () => {
    storage.items.set('somebody else', '1');
    save('booking:a', 1);
    save('wallet:driver', 2);
    expect(storedKeys('booking:')).toEqual(['booking:a']);
  });

  it('is refused with an error when the browser has no room: a booking without its keys would be lost', () => {
    storage.limit = 10;
    expect(() => save('booking:a', bookingOf(1))).toThrow(
      expect.objectContaining({ code: 'storage.refused' }),
    );
  });
});

describe('stored bookings', () => {
  it('are those of this market, newest first', () => {
    for (const number of [1, 3, 2]) save(`booking:${bookingOf(number).bookingId}`, bookingOf(number));
    const other = { ...bookingOf(9), ref: { ...REF, chainId: 1 } };
    save(`booking:${other.bookingId}`, other);
    expect(listBookings(REF).map((b) => b.createdAt)).toEqual([3, 2, 1]);
  });
});

/** What browsers have stored under version 0.1.0: keys and names of fields were others. */
describe('what version 0.1.0 stored', () => {
  const handover = {
    ...{ listingId: zeroHash, salt: `0x${'33'.repeat(32)}`, place: '50.775300,6.083900' },
    ...{ instructions: 'Gate code 4711', contact: '' },
  };
  const put = (key: string, value: unknown) => storage.items.set(`plugpact:${key}`, stringifyStored(value));

  it('is read as a booking with its location, and with its outcome', () => {
    const { bookingId } = bookingOf(1);
    const ending = { reservationStatus: 'FULFILLED', settlementStatus: 'SETTLED', paid: '1', refunded: '2' };
    put(`booking:${bookingId}`, { ...bookingOf(1), sealedPlace: '0x5ea1' });
    expect(loadBooking(bookingId)).toEqual({ ...bookingOf(1), sealedLocation: '0x5ea1' });
    put(`booking:${bookingId}`, { ...bookingOf(1), ending });
    expect(listBookings(REF)).toEqual([{ ...bookingOf(1), outcome: ending }]);
    updateBooking(bookingId, { startedAt: 7 });
    const now = { ...bookingOf(1), outcome: ending, startedAt: 7, version: 1 };
    expect(load(`booking:${bookingId}`)).toEqual(now);
    expect(loadBooking(bookingId)).toEqual({ ...bookingOf(1), outcome: ending, startedAt: 7 });
  });

  it('is read as a booking whose relayer nobody paid', () => {
    const { booking, ...rest } = bookingOf(1);
    const { relayFee: _, ...money } = booking.money;
    put(`booking:${rest.bookingId}`, { ...rest, booking: { ...booking, money } });
    expect(loadBooking(rest.bookingId)).toEqual(bookingOf(1));
  });

  it('is read as a host’s location, and replaced by a newer one', () => {
    put(`place:${zeroHash}`, { told: handover, handedOverAt: 5 });
    const present = loadLocation(zeroHash)!;
    expect(present).toEqual({ handover, handedOverAt: 5 });
    const next = { ...present.handover, contact: '+49' };
    storeLocation(next, present.handover);
    expect(loadLocation(zeroHash)).toEqual({ handover, handedOverAt: 5, next });
  });

  it('is read as a confirmation that the ledger is public', () => {
    expect(hasConfirmedPublic('host')).toBe(false);
    put('told:host', true);
    expect(hasConfirmedPublic('host')).toBe(true);
    expect(hasConfirmedPublic('driver')).toBe(false);
  });
});

describe('what this page cannot read', () => {
  const { bookingId } = bookingOf(1);
  const key = `plugpact:booking:${bookingId}`;

  it('is told from nothing, and left as it is', () => {
    const { allowedCost: _, ...money } = bookingOf(1).booking.money;
    const foreign = { ...bookingOf(1), booking: { ...bookingOf(1).booking, money } };
    const cases = [
      ['{broken', 'BROKEN'],
      ['7', 'BROKEN'],
      [stringifyStored({ ...bookingOf(1), sessionPrivateKey: '0x12' }), 'BROKEN'],
      [stringifyStored({ ...bookingOf(1), version: 'x' }), 'BROKEN'],
      [stringifyStored(foreign), 'BROKEN'],
      [stringifyStored({ ...bookingOf(1), version: 2 }), 'NEWER'],
    ] as const;
    for (const [text, state] of cases) {
      storage.items.set(key, text);
      expect(loadBooking(bookingId), text).toBeUndefined();
      updateBooking(bookingId, { startedAt: 7 });
      expect(unreadableBookings()).toEqual([{ key: `booking:${bookingId}`, state }]);
      expect(storage.items.get(key)).toBe(text);
    }
    storage.items.set(key, stringifyStored(bookingOf(1)));
    expect(unreadableBookings()).toEqual([]);
  });

  it('is set aside where the page writes, under a key that says where it stood', () => {
    storage.items.set(key, '{broken');
    storeBooking(bookingOf(1));
    expect(loadBooking(bookingId)).toEqual(bookingOf(1));
    const [aside] = keysSetAside();
    expect(aside).toMatch(/^aside:\d+:booking:0x/);
    expect(storedText(aside!)).toBe('{broken');
    storage.items.set('plugpact:need', '{broken');
    save('need', 7);
    expect([load('need'), keysSetAside().length]).toEqual([7, 2]);
  });

  it('may have fields that only a newer page of the same version knows: they stay', () => {
    storage.items.set(key, stringifyStored({ ...bookingOf(1), mood: 'good' }));
    updateBooking(bookingId, { startedAt: 7 });
    expect(load(`booking:${bookingId}`)).toMatchObject({ mood: 'good', startedAt: 7 });
  });
});

describe('what may differ between two devices', () => {
  it('is stored with the time of the choice', () => {
    const { bookingId } = bookingOf(1);
    const since = Math.floor(Date.now() / 1_000);
    storeBooking(bookingOf(1));
    updateBooking(bookingId, { allow: 'STEP' });
    updateBooking(bookingId, { sealedLocation: '0x5ea1' });
    const { allowAt, locationAt, cardAt } = loadBooking(bookingId)!;
    const times = [since, allowAt!, locationAt!, Math.ceil(Date.now() / 1_000)];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(cardAt).toBeUndefined();
  });
});

describe('the energy curve', () => {
  it('stays short in a long charge and keeps its first and last point', () => {
    let curve: [number, number][] = [];
    for (let at = 0; at < 5_000; at += 1)
      curve = extendedCurve(curve, { endedAt: at, energyWh: at * 3 } as never);
    expect(curve.length).toBeLessThanOrEqual(600);
    expect([curve[0], curve.at(-1)]).toEqual([
      [0, 0],
      [4_999, 14_997],
    ]);
  });
});
