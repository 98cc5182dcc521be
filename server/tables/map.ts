import type { Generated } from 'kysely';
import type { Hex } from 'viem';
import type { ChargerStatus, Freshness } from '../../protocol/api.ts';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { ConnectorStandard, PowerType } from '../../protocol/listing.ts';

/** What the map shows, made from the index and the agents' reports. */
export interface MapTables {
  mapChargers: MapChargersTable;
  mapCells: MapCellsTable;
  /** Listings whose row on the map is to be made again; a listing may stand here more than once. */
  mapDirty: { listingId: Hex };
  /** Chargers that left the map, or a position on it, for clients that were away for a while. */
  mapRemoved: {
    listingId: Hex;
    m: number;
    changeNumber: number;
    latitudeE6: number;
    longitudeE6: number;
    removedAt: number;
  };
  /** A single row: see MapStateTable. */
  mapState: MapStateTable;
}

/** An open listing as the map shows it, by Morton key `m`. */
interface MapChargersTable {
  m: number;
  listingId: Hex;
  /** Number of the change that wrote the row: later changes have greater numbers. */
  changeNumber: number;
  /** Unix seconds of that change. */
  changedAt: Generated<number>;
  status: ChargerStatus;
  freshness: Freshness;
  h3Cell: string;
  latitudeE6: number;
  longitudeE6: number;
  connectorStandard: ConnectorStandard;
  powerType: PowerType;
  maxPowerW: number;
  /** Token units. */
  pricePerKwh: number;
  pricePerHour: number;
  flatFee: number;
  /** The highest that a session there can reach by the listing's terms. */
  assuranceLevel: AssuranceLevel;
  /** JSON of a ChargerSummary, as lists send it. */
  summary: string;
  /** As in `listings` and `terms`: when it can be booked. */
  weeklyHours: Hex;
  bookingTerms: Hex;
  /** 0 where its agent gave its consent to another host: nobody could charge. */
  isBookable: 0 | 1;
}

/** The chargers of a cell, an eighth of the side of a tile of zoom `z`: from 0 to 14, cells without chargers left out. */
interface MapCellsTable {
  z: number;
  /** The first bits of the Morton keys in it: `m` divided by 4^(21 - z). */
  cell: number;
  chargerCount: number;
  liveCount: number;
  /** Token units. */
  cheapestPerKwh: number | null;
  /** Sums of the chargers' coordinates in cells of the finest grid: divided by the count they are the middle. */
  sumX: number;
  sumY: number;
}

interface MapStateTable {
  id: number;
  /** Number of the newest change. */
  changeNumber: number;
  /** Removals up to this change number are forgotten. */
  forgottenTo: number;
  /** Unix seconds up to which statuses that time alone changes were looked at. */
  seenTo: number;
  /** While all listings are drawn: the id of the last one that was, empty before the first. Null once all are. */
  redrawFrom: Generated<string | null>;
}
