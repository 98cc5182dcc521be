import { zeroHash } from 'viem';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../protocol/booking.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import {
  forget,
  load,
  parseStored,
  save,
  storedKeys,
  stringifyStored,
} from '../../server/web/app/storage.ts';
import { type KeptBooking, listBookings } from '../../server/web/booking/storedBookings.ts';
import { longer } from '../../server/web/charging/cosigner.ts';
import { pageTerms } from './pageTerms.ts';

/** The part of the browser's storage that the page uses, with a limit on its size. */
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

function kept(number: number): KeptBooking {
  const booking: Booking = {
    listingId: zeroHash,
    connector: '0x0123456789ab',
    driver: '0x4444444444444444444444444444444444444444',
    purse: 0,
    generation: (1n << 63n) + 1n,
    sessionKey: '0x5555555555555555555555555555555555555555',
    firstSlot: 2_000_000,
    slotCount: 4,
    money: { cap: 5_000_000n, unsignedCost: 1n, firstUnsignedCost: 0n, relayFee: 0n },
    startHash: zeroHash,
    terms: toTermsStruct(pageTerms()),
  };
  const bookingId = `0x${String(number).padStart(64, '0')}` as const;
  const secrets = { sessionPrivateKey: `0x${'11'.repeat(32)}`, secret: `0x${'22'.repeat(32)}` } as const;
  return { bookingId, ref: REF, booking, ...secrets, needWh: 20_000, createdAt: number };
}

describe('what is kept on the device', () => {
  it('comes back just as it was, integers of any size included', () => {
    expect(parseStored(stringifyStored(kept(1)))).toEqual(kept(1));
    save('booking:x', kept(1));
    expect(load('booking:x')).toEqual(kept(1));
  });

  it('is not there when it was forgotten or cannot be read', () => {
    save('told:driver', true);
    forget('told:driver');
    expect(load('told:driver')).toBeUndefined();
    storage.items.set('plugpact:need', '{broken');
    expect(load('need')).toBeUndefined();
  });

  it('is listed by the beginning of its name, others’ keys left alone', () => {
    storage.items.set('somebody else', '1');
    save('booking:a', 1);
    save('wallet:driver', 2);
    expect(storedKeys('booking:')).toEqual(['booking:a']);
  });

  it('is refused loudly when the browser has no room: a booking without its keys would be lost', () => {
    storage.limit = 10;
    expect(() => save('booking:a', kept(1))).toThrow(expect.objectContaining({ code: 'storage.refused' }));
  });
});

describe('kept bookings', () => {
  it('are those of this market, newest first', () => {
    for (const number of [1, 3, 2]) save(`booking:${kept(number).bookingId}`, kept(number));
    const other = { ...kept(9), ref: { ...REF, chainId: 1 } };
    save(`booking:${other.bookingId}`, other);
    expect(listBookings(REF).map((b) => b.createdAt)).toEqual([3, 2, 1]);
  });
});

describe('the course of a charge', () => {
  it('stays short in a long charge and keeps its first and last point', () => {
    let curve: [number, number][] = [];
    for (let at = 0; at < 5_000; at += 1) curve = longer(curve, { endedAt: at, energyWh: at * 3 } as never);
    expect(curve.length).toBeLessThanOrEqual(600);
    expect([curve[0], curve.at(-1)]).toEqual([
      [0, 0],
      [4_999, 14_997],
    ]);
  });
});
