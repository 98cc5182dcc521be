import { Router } from 'express';
import { z } from 'zod';
import { address, hex32 } from '../../protocol/schemas.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { contestedNoShows, takenSlots } from '../booking/store.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseInput } from '../http/validate.ts';
import { agentPublicKey, readCharger } from '../listing/store.ts';
import type { Services } from '../services.ts';
import type { MapAnnouncer } from './announce.ts';
import { type BoundingBox, chargersInBox, chargersOfHost, summariesOf } from './store.ts';
import { toChargerDetail } from './toCharger.ts';

const MAX_LIMIT = 1_000;

const BBOX_RULE = 'must be west,south,east,north in degrees: 5.9,47.2,15.1,55.1';

const bbox = z
  .string()
  .regex(/^-?\d{1,3}(\.\d{1,15})?(,-?\d{1,3}(\.\d{1,15})?){3}$/, BBOX_RULE)
  .transform((text): BoundingBox => {
    const [west = 0, south = 0, east = 0, north = 0] = text.split(',').map(Number);
    return { west, south, east, north };
  })
  .refine(({ west, south, east, north }) => {
    const inRange =
      Math.max(Math.abs(west), Math.abs(east)) <= 180 && Math.max(Math.abs(south), Math.abs(north)) <= 90;
    return inRange && south <= north;
  }, BBOX_RULE);

const limit = z
  .string()
  .regex(/^\d{1,4}$/, `must be a whole number from 1 to ${MAX_LIMIT}`)
  .transform(Number)
  .refine((n) => n >= 1 && n <= MAX_LIMIT, `must be a whole number from 1 to ${MAX_LIMIT}`)
  .default(500);

const query = z
  .strictObject({ bbox: bbox.optional(), host: address.optional(), limit })
  .refine((q) => (q.bbox === undefined) !== (q.host === undefined), 'give either bbox or host');

const path = z.object({ listingId: hex32 });

/** The public map: chargers, one charger, and live changes. */
export function mapRoutes(services: Services, announcer: MapAnnouncer): Router {
  const { db, now, streams } = services;
  const router = Router();
  router.get('/chargers', async (req, res) => {
    const { bbox, host, limit: most } = parseInput(query, req.query, 'query');
    const rows =
      bbox === undefined
        ? await chargersOfHost(db, host!.toLowerCase() as typeof host & string, most + 1)
        : await chargersInBox(db, bbox, most + 1);
    const chargers = await summariesOf(db, rows.slice(0, most), now());
    res.json({ chargers, truncated: rows.length > most });
  });
  router.get('/chargers/:listingId', async (req, res) => {
    const { listingId } = parseInput(path, req.params, 'path');
    const row = await readCharger(db, listingId);
    if (row === undefined) throw unknownCharger(listingId);
    const [summary] = await summariesOf(db, [row], now());
    const live = {
      agentPublicKey: await agentPublicKey(db, row.agentKey),
      takenSlots: await takenSlots(db, listingId, Math.floor(now() / SLOT_SEC)),
      contestedNoShows: await contestedNoShows(db, listingId),
    };
    res.json(toChargerDetail(row, summary!, live));
  });
  router.get('/map/events', (req, res) => {
    const stream = streams.open(req, res, () => announcer.remove(stream));
    announcer.add(stream);
  });
  return router;
}

const unknownCharger = (listingId: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'charger.unknown',
    value: listingId,
    rule: 'The listing must be in the index, with a valid cell.',
    remedy: 'Check the id. A listing appears a few seconds after its transaction is mined.',
    retry: 'later',
  });
