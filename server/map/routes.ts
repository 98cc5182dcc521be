import { type Request, type Response, Router } from 'express';
import { chargers } from '../../protocol/api/chargers.ts';
import { HOST_CURSOR, type ListQuery } from '../../protocol/api/queries.ts';
import { tiles } from '../../protocol/api/tiles.ts';
import type { ChargerSummary } from '../../protocol/api.ts';
import type { ChargerPage } from '../../protocol/map-api.ts';
import { operate } from '../http/operate.ts';
import { sendPrepared } from '../http/prepared.ts';
import { HttpProblem } from '../http/problem.ts';
import { sendTile } from '../http/tile.ts';
import type { Services } from '../services.ts';
import { type ChargerTiles, createChargerTiles, etagOf } from './charger-tiles.ts';
import { createChargerDetails } from './details.ts';
import type { MapFeed } from './feed.ts';
import { findInBox } from './find.ts';
import { createMapStreams } from './map-streams.ts';
import { cursorOf, filtersOf, positionOf } from './query.ts';
import { chargersOfHost, summariesOf } from './store.ts';

/** The public map: chargers, one charger, and live changes. */
export function mapRoutes(services: Services, feed: MapFeed): Router {
  const { db, streams } = services;
  const router = Router();
  const mapStreams = createMapStreams(db, feed);
  const details = createChargerDetails(services);
  operate(router, chargers.listChargers, [], async ({ query, req, res }) => {
    sendPage(
      req,
      res,
      query.bbox === undefined ? await ofHost(services, query) : await inBox(services, query),
    );
  });
  operate(router, chargers.getCharger, [], async ({ params: { listingId }, req, res }) => {
    const detail = await details.get(listingId);
    if (detail === undefined) throw unknownCharger(listingId);
    sendPrepared(req, res, detail);
  });
  operate(router, chargers.watchMap, [], async ({ query, req, res }) => {
    const stream = streams.open(req, res, () => mapStreams.remove(stream));
    mapStreams.add(stream, query.bbox);
  });
  return router;
}

/** `/tiles/chargers`: the map's chargers as vector tiles. A client asks each time whether its copy still holds. */
export function chargerTileRoutes({ db }: Pick<Services, 'db'>, feed: MapFeed): Router {
  const router = Router();
  const made: ChargerTiles = createChargerTiles(db, feed);
  operate(router, tiles.getChargerTile, [], async ({ params, req, res }) => {
    const bytes = await made.get(params);
    await sendTile(req, res, { etag: etagOf(bytes), cacheControl: 'no-cache', bytes: () => bytes });
  });
  return router;
}

/** A page with its chargers as JSON: lists by box have it ready. */
interface JsonPage {
  summaries: readonly string[];
  cursor: string | null;
}

async function inBox({ db, now }: Services, query: ListQuery): Promise<JsonPage> {
  const { bbox: box, cursor, limit } = query;
  const after = positionOf(cursor);
  const { chargers, next } = await findInBox(db, box!, filtersOf(query, now()), { limit, after });
  return { summaries: chargers.map(({ summary }) => summary), cursor: next === null ? null : cursorOf(next) };
}

async function ofHost({ db, now }: Services, { host, cursor, limit }: ListQuery): Promise<JsonPage> {
  const lower = host!.toLowerCase() as NonNullable<typeof host>;
  const rows = await chargersOfHost(db, lower, limit + 1, cursor?.length === 1 ? cursor[0] : undefined);
  const chargers = await summariesOf(db, rows.slice(0, limit), now());
  return {
    summaries: chargers.map((charger) => JSON.stringify(charger)),
    cursor: rows.length > limit ? HOST_CURSOR.text(chargers.at(-1)!.listingId) : null,
  };
}

const GEOJSON = 'application/geo+json';

/** Sends a ChargerPage; as GeoJSON (RFC 7946) where the client prefers it. */
function sendPage(req: Request, res: Response, { summaries, cursor }: JsonPage): void {
  res.vary('accept');
  const rest: Omit<ChargerPage, 'chargers'> = { cursor, truncated: cursor !== null };
  if (req.accepts(['application/json', GEOJSON]) !== GEOJSON) {
    // Joined, not parsed and written again: that would take longer than to find them.
    res.type('json').send(`{"chargers":[${summaries.join()}],${JSON.stringify(rest).slice(1)}`);
    return;
  }
  const features = summaries.map((summary) => featureOf(JSON.parse(summary) as ChargerSummary));
  res.type(GEOJSON).send(JSON.stringify({ type: 'FeatureCollection', features, ...rest }));
}

const featureOf = (charger: ChargerSummary) => ({
  type: 'Feature',
  id: charger.listingId,
  geometry: { type: 'Point', coordinates: [Number(charger.longitude), Number(charger.latitude)] },
  properties: charger,
});

const unknownCharger = (listingId: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'charger.unknown',
    value: listingId,
    rule: 'The listing must be in the index, with a valid cell.',
    remedy: 'Check the id. A listing appears a few seconds after its transaction is mined.',
    retry: 'later',
  });
