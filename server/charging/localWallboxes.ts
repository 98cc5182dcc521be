import { readFile } from 'node:fs/promises';
import { Router } from 'express';
import type { Hex } from 'viem';
import { z } from 'zod';
import { local } from '../../protocol/api/relay.ts';
import type { LocalWallbox } from '../../protocol/api.ts';
import { connectorHash, LISTING_STATUS } from '../../protocol/listing.ts';
import { RFID_UID } from '../../protocol/rfid.ts';
import type { ServerConfig } from '../config.ts';
import type { Db } from '../db.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';

/** Simulated wallboxes have one connector. */
const CONNECTOR_ID = 1;

const CONTROL_TIMEOUT_MS = 5_000;

const wallboxSchema = z.strictObject({
  chargePointId: z.string().min(1).max(48),
  /** Of its control interface (`scripts/wallbox/control.ts`). */
  controlUrl: z.url({ protocol: /^http$/ }),
});
type RunningWallbox = z.infer<typeof wallboxSchema>;

/** The RFID card that is held to the reader. */
const card = z.strictObject({ idTag: z.string().regex(RFID_UID) });
/** An object all the same: another site can post a form from the browser, but no JSON. */
const nothing = z.strictObject({});

/** Controls simulated wallboxes: their cable and card reader. Real wallboxes cannot be reached by these routes. */
export function localWallboxRoutes({ config }: Services): Router {
  const router = Router();
  operate(router, local.moveWallbox, [], async ({ params: { connector, act }, req }) => {
    const wallbox = (await runningWallboxes(config)).find((one) => connectorOf(one) === connector);
    if (wallbox === undefined) throw unknownWallbox(connector);
    await control(wallbox, act, parseBody(act === 'present' ? card : nothing, req));
    return {};
  });
  return router;
}

/** The file is written when the wallboxes have started, after the server: until then there are none. */
async function runningWallboxes({ localWallboxesFile }: ServerConfig): Promise<RunningWallbox[]> {
  if (localWallboxesFile === undefined) return [];
  const text = await readFile(localWallboxesFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  return z.array(wallboxSchema).parse(JSON.parse(text));
}

/** The simulated wallboxes, each with its newest listing. */
export async function localWallboxesOf(db: Db, config: ServerConfig): Promise<LocalWallbox[]> {
  const wallboxes = await runningWallboxes(config);
  if (wallboxes.length === 0) return [];
  const listings = await db
    .selectFrom('listings')
    .select(['connector', 'listingId'])
    .where('untilBlock', 'is', null)
    .where('status', '=', LISTING_STATUS.OPEN)
    .where('connector', 'in', wallboxes.map(connectorOf))
    .orderBy('updatedAt', 'desc')
    .execute();
  return wallboxes.map((wallbox) => {
    const connector = connectorOf(wallbox);
    const listing = listings.find((row) => row.connector === connector);
    return {
      chargePointId: wallbox.chargePointId,
      connector,
      ...(listing && { listingId: listing.listingId }),
    };
  });
}

const connectorOf = ({ chargePointId }: RunningWallbox): Hex => connectorHash(chargePointId, CONNECTOR_ID);

async function control(
  { chargePointId, controlUrl }: RunningWallbox,
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
    rule: 'The simulated wallbox must be running and accept this action.',
    remedy: 'Start it with npm start.',
    retry: 'later',
  });
}

const unknownWallbox = (connector: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'wallbox.notFound',
    value: connector,
    rule: 'Only the simulated wallboxes of this computer can be plugged in from the page.',
    remedy: 'At a real wallbox, plug in the cable by hand.',
  });
