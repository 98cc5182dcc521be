import type { ForeignStatus } from '../../protocol/map-api.ts';

/** Charging locations of other operators, from their feeds. */
export interface ForeignTables {
  foreignFeeds: ForeignFeedsTable;
  foreignLocations: ForeignLocationsTable;
}

/** A feed of foreign charging locations, and how its last read went. */
export interface ForeignFeedsTable {
  name: string;
  /** When it is read next. */
  dueAt: number;
  /** Number of its last read. */
  generation: number;
  /** Grows when its locations change. */
  version: number;
  etag: string | null;
  lastModified: string | null;
  /** When it was read to its end; null before that. */
  readAt: number | null;
  locationCount: number;
  /** Locations that their operator does not publish, or has removed. */
  hiddenCount: number;
  refusedCount: number;
  /** JSON: the first refused rows with the rule that each breaks. */
  refused: string;
  /** Why the last read failed; null where it did not. */
  error: string | null;
}

/** A charging location of another operator, which cannot be booked here. */
export interface ForeignLocationsTable {
  id: string;
  feed: string;
  /** The read of its feed that saw it last. */
  generation: number;
  /** Morton key, as in `mapChargers`. */
  m: number;
  latitudeE6: number;
  longitudeE6: number;
  status: ForeignStatus;
  maxPowerW: number | null;
  /** JSON of what is shown of it alone. */
  details: string;
  updatedAt: number | null;
}
