import { Router } from 'express';
import type { Hex } from 'viem';
import { z } from 'zod';
import type { LocalWallbox } from '../../protocol/api.ts';
import { connectorHash, LISTING_STATUS } from '../../protocol/listing.ts';
import { RFID_UID } from '../../protocol/rfid.ts';
import type { LocalWallbox as ConfiguredWallbox } from '../config.ts';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody, parseInput } from '../http/validate.ts';
import type { Services } from '../services.ts';

/** Simulated wallboxes have one connector. */
const CONNECTOR_ID = 1;

const CONTROL_TIMEOUT_MS = 5_000;

const path = z.object({ connector: z.string(), act: z.enum(['plug', 'unplug', 'present']) });
/** The card that is held to the reader. */
const card = z.strictObject({ idTag: z.string().regex(RFID_UID) });

/** The hand at the cable of a simulated car, and at its wallbox's card reader. Real wallboxes are nobody's to reach from here. */
export function localWallboxRoutes({ config }: Services): Router {
  const router = Router();
  router.post('/local/wallboxes/:connector/:act', async (req, res) => {
    const { connector, act } = parseInput(path, req.params, 'path');
    const wallbox = config.localWallboxes.find((box) => connectorOf(box) === connector);
    if (wallbox === undefined) throw unknownWallbox(connector);
    await control(wallbox, act, act === 'present' ? parseBody(card, req) : {});
    res.status(202).json({});
  });
  return router;
}

/** The simulated wallboxes with the newest listing of each. */
export async function localWallboxesOf(db: Db, boxes: ConfiguredWallbox[]): Promise<LocalWallbox[]> {
  if (boxes.length === 0) return [];
  const listings = await db
    .selectFrom('listings')
    .select(['connector', 'listingId'])
    .where('untilBlock', 'is', null)
    .where('status', '=', LISTING_STATUS.OPEN)
    .where('connector', 'in', boxes.map(connectorOf))
    .orderBy('updatedAt', 'desc')
    .execute();
  return boxes.map((box) => {
    const connector = connectorOf(box);
    const listing = listings.find((row) => row.connector === connector);
    return { chargePointId: box.chargePointId, connector, ...(listing && { listingId: listing.listingId }) };
  });
}

const connectorOf = ({ chargePointId }: ConfiguredWallbox): Hex => connectorHash(chargePointId, CONNECTOR_ID);

async function control(
  { chargePointId, controlUrl }: ConfiguredWallbox,
  act: string,
  body: object,
): Promise<void> {
  const url = `${controlUrl.replace(/\/$/, '')}/${act}`;
  const signal = AbortSignal.timeout(CONTROL_TIMEOUT_MS);
  const answer = await fetch(url, { method: 'POST', signal, body: JSON.stringify(body) }).catch(
    () => undefined,
  );
  if (answer?.ok) return;
  throw new HttpProblem(503, {
    code: 'wallbox.unreachable',
    value: answer === undefined ? chargePointId : `status ${answer.status} of ${chargePointId}`,
    rule: 'The simulated wallbox must run and accept this.',
    remedy: 'Start it again with npm start.',
    retry: 'later',
  });
}

const unknownWallbox = (connector: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'wallbox.notFound',
    value: connector,
    rule: 'Only simulated wallboxes of this machine are plugged in from the page.',
    remedy: 'Plug in the cable of a real wallbox by hand.',
  });
