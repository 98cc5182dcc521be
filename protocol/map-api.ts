/** Shapes of the HTTP API that the map is drawn from, by its operations in `api/`. */
export type { ChargerPage, MapEvent, QuoteJson, QuotesResponse } from './api/chargers.ts';
export type {
  ForeignConnector,
  ForeignFeedStatus,
  ForeignFeedsResponse,
  ForeignLocationResponse,
  ForeignStatus,
  RefusedRow,
  SearchResponse,
  TileJson,
  TownJson,
} from './api/tiles.ts';
