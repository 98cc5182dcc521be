import type { Hex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { UNUSABLE_REASONS } from '../../protocol/notices.ts';
import { BLOCK_REASONS, PAUSE_REASONS, STOP_CAUSES } from '../../protocol/session.ts';
import { NO_ORDER } from '../session/own-order.ts';
import type { Session } from '../session/types.ts';

const hex = z.custom<Hex>((v) => typeof v === 'string' && v.startsWith('0x'), {
  error: 'must be hex with 0x',
});
const sec = z.number();
const wh = z.number();
const answer = z.enum(['accepted', 'refused', 'unreachable']);
const tariff = z.object({
  ...{ pricePerKwh: z.bigint(), pricePerHour: z.bigint(), overstayPerHour: z.bigint() },
  ...{ flatFee: z.bigint(), overstayReserve: z.bigint(), discountBp: z.bigint() },
});
const limits = z.object({
  ...{ tariff, cap: z.bigint(), unsignedCost: z.bigint(), allowedCost: z.bigint() },
  firstTrustMax: z.bigint(),
});
const times = z.object({
  ...{ opens: sec, start: sec, end: sec, closes: sec },
  ...{ freeUntil: sec, noShowFrom: sec, reportBy: sec },
});
const plan = z.object({
  ...{ bookingId: hex, listingId: hex, chargePointId: z.string(), connectorId: z.int() },
  ...{ driver: hex, sessionKey: hex, limits, maxPowerW: z.number(), fullCurrentA: z.number() },
  ...{ sampleSec: z.number(), times },
});
const suspect = z.object({ registerWh: wh, creditWh: wh });
const order = z.object({
  ...{ ownAt: sec.nullable(), isClockWrong: z.boolean(), seqNo: z.number().nullable() },
  numbering: z.enum(['unproven', 'rising', 'broken']),
});
const register = z.object({
  ...{ startWh: wh, lastWh: wh, creditedWh: wh, suspect: suspect.nullable() },
  order: order.default(NO_ORDER),
  hasRestarted: z.boolean().default(false),
});
const earlier = z.object({ transactionId: z.int(), lastWh: wh, nextStartWh: wh });
const transaction = z.object({
  ...{ transactionId: z.int(), beganAt: sec, beganOwnAt: sec.nullable().default(null), register },
  earlier: z.array(earlier).default([]),
});
const signed = z.object({ seq: z.int(), energyWh: wh, endedAt: sec, overstaySec: sec, cost: z.bigint() });
const pauseReason = z.enum(PAUSE_REASONS);
const connectorStatus = z.enum([
  ...(['Available', 'Preparing', 'Charging', 'SuspendedEVSE', 'SuspendedEV'] as const),
  ...(['Finishing', 'Reserved', 'Unavailable', 'Faulted'] as const),
]);

/**
 * A session as the journal keeps it. A new field gets its default here; a field that is renamed, or follows from
 * others, gets a migration.
 */
const session: z.ZodType<Session> = z.object({
  plan,
  phase: z.enum(['BOOKED', 'STARTING', 'CHARGING', 'STOPPING', 'UNPLUGGING', 'FINAL', 'ENDED']),
  idTag: z.string().nullable(),
  startSecretReceivedAt: sec.nullable(),
  cableSeenAt: sec.nullable(),
  isWaived: z.boolean(),
  authorizedStart: z.object({ idTag: z.string(), rfidUid: z.string().nullable() }).nullable().default(null),
  connected: z.boolean(),
  connectedAt: sec.default(0),
  connectorStatus: connectorStatus.nullable(),
  connectorStatusAt: sec.default(0),
  transaction: transaction.nullable(),
  doneWh: wh,
  aboveStopWh: wh.default(0),
  beganAt: sec.nullable(),
  registers: z.object({ beginWh: wh, endWh: wh }).nullable(),
  billedUntil: sec,
  powerW: z.number(),
  flowedAt: sec,
  meteredAt: sec,
  // Nothing is known: the charge point sends its meter value when it connects after the update.
  unmetered: z.object({ carriedWs: z.number(), from: sec }).default({ carriedWs: 0, from: 0 }),
  unusable: z
    .object({ reason: z.enum(UNUSABLE_REASONS), value: z.string() })
    .nullable()
    .default(null),
  current: z.object({
    ...{ shareA: z.number().nullable(), acceptedA: z.number().nullable() },
    ...{ isUnsure: z.boolean(), isRefused: z.boolean(), isPausedByStop: z.boolean() },
    drawnA: z.number().nullable().default(null),
    over: z.object({ since: sec, values: z.int(), mostA: z.number() }).nullable().default(null),
  }),
  pause: z.object({ reason: pauseReason, since: sec }).nullable(),
  adjacentBookingUntil: sec.nullable().default(null),
  reservation: z
    .object({
      ...{ reservationId: z.int(), idTag: z.string(), expiresAt: sec },
      state: z.enum(['asked', 'held', 'cancelling', 'over']),
    })
    .nullable()
    .default(null),
  blocked: z
    .object({ reason: z.enum(BLOCK_REASONS), since: sec, until: sec.nullable() })
    .nullable()
    .default(null),
  isFollowed: z.boolean().default(false),
  stopCause: z.enum(STOP_CAUSES).nullable(),
  unpluggedAt: sec.nullable(),
  nextSeq: z.int(),
  lastReading: signed.nullable(),
  isFinalMade: z.boolean(),
  endedSince: sec.nullable(),
  cosigned: signed.nullable(),
  raisedCost: z.bigint(),
  askedAt: z.object({
    ...{ start: sec, limit: sec, limitA: z.number().nullable().default(null) },
    ...{ stop: sec, reservation: sec.default(0), meter: sec.default(0) },
  }),
  startAnswer: answer.nullable(),
  starting: z
    .object({ since: sec, refusals: z.int(), answer: z.string().nullable(), aborted: z.int() })
    .default({ since: 0, refusals: 0, answer: null, aborted: 0 }),
  stopRefusedAt: sec.nullable(),
  stoppedAt: sec.nullable(),
  // Before this field existed, only confirmed bookings were served.
  finality: z.enum(['confirmed', 'unconfirmed', 'missing']).default('confirmed'),
  randomDelayMaxSec: sec.default(0),
  randomDelay: z
    .object({ since: sec, latestAt: sec, isSeen: z.boolean(), isNotified: z.boolean() })
    .nullable()
    .default(null),
  unbilledSec: sec.default(0),
  recovery: z
    .object({
      ...{ backupAt: sec, waitsSince: sec.nullable(), isNotified: z.boolean() },
      ...{ seq: z.int().nullable(), energyWh: wh, overstaySec: sec },
    })
    .nullable()
    .default(null),
  notified: z.object({
    pause: pauseReason.exclude(['BOOKING_MISSING', 'RECOVERING']).nullable().default(null),
    ...{
      noPower: z.boolean().default(false),
      startDelayed: z.boolean().default(false),
      reminders: z.int().default(0),
      connectorBusy: z.int().default(0),
      startRefused: z.boolean().default(false),
      startNotBegun: z.boolean().default(false),
      aboveListed: z.int().default(0),
    },
  }),
});

/** Throws PlugpactError `journal.session`. */
export function sessionOf(state: unknown): Session {
  const { success, data, error } = session.safeParse(state);
  if (success) return data;
  throw new PlugpactError({
    code: 'journal.session',
    value: String((state as Partial<Session> | null)?.plan?.bookingId ?? 'a session'),
    rule: `A session in the journal is as this version or an older one wrote it: ${z.prettifyError(error)}`,
    remedy: 'Run the version that wrote it until its booking is settled, and report this.',
  });
}
