import type { Hex } from 'viem';
import { z } from 'zod';
import { forwardHealth, notice as noticeSchema } from '../../protocol/link.ts';
import { PAUSE_REASONS } from '../../protocol/session.ts';
import { FAILED_DIAL_REASONS } from '../drivers/charge-point-events.ts';
import { outageSchema } from './outages.ts';

const unixSec = z.int().min(0);
const hex = z.custom<Hex>((v) => typeof v === 'string' && v.startsWith('0x'));

const pauseReason = z.enum(PAUSE_REASONS);

const connector = z.object({
  connectorId: z.int(),
  status: z.string().nullable(),
  hasMeterKey: z.boolean(),
  listingId: hex.nullable(),
  /** Whether the host gave the exact location, for drivers who booked. */
  hasLocation: z.boolean(),
  /** Whether the host lends it at present. */
  isLent: z.boolean().default(true),
  /** What the ledger has paid for its bookings so far, in token units. */
  earned: z.string().default('0'),
  /**
   * The code that the owner types on the page to list it; null once listed, or while its charge point is
   * disconnected.
   */
  pairingCode: z.string().nullable(),
  health: z.object({
    temperatureC: z.number().optional(),
    voltageV: z.number().optional(),
    lastError: z.string().optional(),
    lastErrorAt: unixSec.optional(),
    clockOffsetSec: z.number().optional(),
    firmware: z.string().optional(),
    firmwareStatus: z.string().optional(),
    diagnosticsStatus: z.string().optional(),
    maxPowerW: z.number().optional(),
    randomDelayMaxSec: z.number().optional(),
    refusedSettings: z.array(z.string()).optional(),
    leftSettings: z.array(z.string()).optional(),
    isLimitEndRefused: z.boolean().optional(),
    unsupported: z.array(z.string()).optional(),
    brokenFrame: z.object({ at: unixSec, text: z.string(), count: z.int() }).optional(),
  }),
});

const chargePoint = z.object({
  id: z.string(),
  isOnline: z.boolean(),
  vendor: z.string(),
  model: z.string(),
  /** The other central system that it is forwarded to. */
  forward: forwardHealth.extend({ url: z.string() }).optional(),
  connectors: z.array(connector),
});

/** Who dialled in vain since the agent's start; newest first. */
const failedDial = z.object({
  reason: z.enum(FAILED_DIAL_REASONS),
  address: z.string(),
  chargePointId: z.string().nullable(),
  at: unixSec,
  count: z.int(),
});

/** A card that nobody here knows; newest first. */
const refusedCard = z.object({ chargePointId: z.string(), idTag: z.string(), at: unixSec, count: z.int() });

const session = z.object({
  bookingId: hex,
  chargePointId: z.string(),
  connectorId: z.int(),
  phase: z.string(),
  pauseReason: pauseReason.nullable(),
  /** What is believed of the metered energy. */
  energyWh: z.int(),
  /** What the register itself shows, believed or not. */
  meteredWh: z.int(),
  /** What is billed of it: no more than the listed power gives in that time. */
  billedWh: z.int(),
  /** Energy up to the newest reading that the driver co-signed. */
  cosignedWh: z.int(),
  powerW: z.number(),
  startsAt: unixSec,
  endsAt: unixSec,
  assuranceLevel: z.string(),
});

/** Stops that fit no charge, and stops that say less than was counted; an older agent does not report them. */
const oddStops = z.object({
  orphans: z.array(
    z.object({
      ...{ at: unixSec, chargePointId: z.string(), transactionNumber: z.string() },
      meterStopWh: z.int().nullable(),
    }),
  ),
  low: z.array(z.object({ at: unixSec, bookingId: hex, countedWh: z.int(), stopWh: z.int() })),
});

/** The agent's state, as its commands and its page show it. Times are unix seconds. */
export const snapshotSchema = z.object({
  at: unixSec,
  startedAt: unixSec,
  rssBytes: z.int(),
  agentKey: hex,
  ocpp: z.object({ host: z.string(), port: z.int(), isTls: z.boolean() }),
  /** The status page's address; null when there is none. */
  page: z.string().nullable(),
  ledger: z.object({
    rpcUrl: z.string(),
    market: hex,
    chainId: z.int().nullable(),
    /** Time of the newest block seen, and when it was seen; null before the first. */
    headAt: unixSec.nullable(),
    seenAt: unixSec.nullable(),
    outage: outageSchema,
  }),
  api: z.object({ url: z.string(), isLinked: z.boolean(), outage: outageSchema }),
  /**
   * What waits: readings for our signature, readings and notices for the API, sessions that are over for the ledger,
   * messages of charge points for other central systems.
   */
  queue: z.object({
    unsignedReadings: z.int(),
    unsentReadings: z.int(),
    notices: z.int(),
    unsettledSessions: z.int(),
    outboxMessages: z.int(),
  }),
  /** Evidence that was handed to the API; an older agent does not report it. `problem`: why the newest refused one was. */
  evidence: z
    .object({
      ...{ isUploaded: z.boolean(), waiting: z.int(), uploaded: z.int() },
      ...{ lastUploadedAt: unixSec.nullable(), problem: z.string().nullable() },
    })
    .nullable()
    .default(null),
  /** Of journal and evidence, in bytes, and of a year with two hours of booked charging a day; null before it is known. */
  room: z.object({ bytes: z.int(), yearBytes: z.int() }).nullable(),
  chargePoints: z.array(chargePoint),
  failedDials: z.array(failedDial).default([]),
  refusedCards: z.array(refusedCard).default([]),
  sessions: z.array(session),
  oddStops: oddStops.default({ orphans: [], low: [] }),
  /** Regular backups; null where none are configured. */
  backup: z
    .object({ newestAt: unixSec.nullable(), everyHours: z.int(), failure: z.string().nullable() })
    .nullable()
    .default(null),
  /** When a backup was made last, regularly or by hand; null: never. */
  lastBackupAt: unixSec.nullable().default(null),
  /** Since the last restore from a backup: how many bookings wait, and whether the API can answer; null without one. */
  restore: z
    .object({
      ...{ restoredAt: unixSec, backupAt: unixSec, waiting: z.int() },
      canApiAnswer: z.boolean().nullable(),
    })
    .nullable()
    .default(null),
  /** Newest first. */
  notices: z.array(z.object(noticeSchema.shape)),
  /** The market's token; null while that is not known. */
  token: z.object({ symbol: z.string(), decimals: z.int() }).nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
