import type { Address, Hex } from 'viem';
import type { ReadingJson } from '../../protocol/api.ts';
import type { Booking } from '../../protocol/booking.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';
import { openBookings } from '../booking/store.ts';
import { toTermsStruct } from '../chain/terms.ts';
import type { Db } from '../db.ts';

/** A reading that agent and driver signed. */
export interface Cosigned {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex;
}

/** An open booking that has begun, with what was left here for it. */
export interface WatchedBooking {
  bookingId: Hex;
  booking: Booking;
  state: BookingStateStruct;
  bookedAt: number;
  /** The final co-signed reading, else the newest one. */
  cosigned: Cosigned | undefined;
}

/** The open bookings that have begun at `now` (unix seconds). */
export async function watchedBookings(db: Db, now: number): Promise<WatchedBooking[]> {
  const rows = await openBookings(db, now);
  return Promise.all(
    rows.map(async (row) => ({
      bookingId: row.bookingId,
      booking: {
        ...{ listingId: row.listingId, connector: row.connector, driver: row.driver, purse: row.purse },
        generation: BigInt(row.generation),
        ...{ sessionKey: row.sessionKey, firstSlot: row.firstSlot, slotCount: row.slotCount },
        money: {
          cap: BigInt(row.cap),
          unsignedCost: BigInt(row.unsignedCost),
          allowedCost: BigInt(row.allowedCost),
          relayFee: BigInt(row.relayFee),
        },
        startHash: row.startHash,
        terms: toTermsStruct(row),
      },
      state: { head: BigInt(row.stateHead), claim: BigInt(row.stateClaim) },
      bookedAt: row.bookedAt,
      cosigned: await newestCosigned(db, row.bookingId),
    })),
  );
}

/** As `isFinal` stands in the JSON of a reading. */
const FINAL = '%"isFinal":true%';

/** Nearly always the newest one is the final one, or there is none: a charge has thousands of readings. */
async function newestCosigned(db: Db, bookingId: Hex): Promise<Cosigned | undefined> {
  const newest = await cosigned(db, bookingId).executeTakeFirst();
  if (newest === undefined) return undefined;
  const final = await cosigned(db, bookingId).where('reading', 'like', FINAL).executeTakeFirst();
  const { reading, agentSignature, sessionSignature } = final ?? newest;
  return {
    reading: JSON.parse(reading) as ReadingJson,
    agentSignature,
    sessionSignature: sessionSignature!,
  };
}

/** The newest reading that both signed. */
const cosigned = (db: Db, bookingId: Hex) =>
  db
    .selectFrom('readings')
    .select(['reading', 'agentSignature', 'sessionSignature'])
    .where('bookingId', '=', bookingId)
    .where('sessionSignature', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1);

/** When an agent sent its last heartbeat, unix seconds; undefined where it never did. */
export async function agentSeenAt(db: Db, agentKey: Address): Promise<number | undefined> {
  const row = await db
    .selectFrom('agents')
    .select('seenAt')
    .where('agentKey', '=', agentKey)
    .executeTakeFirst();
  return row?.seenAt;
}
