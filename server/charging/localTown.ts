import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Router } from 'express';
import { z } from 'zod';
import { local, shownCharge } from '../../protocol/api/relay.ts';
import type { ServerConfig } from '../config.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';

/** The demonstration's town leaves its address here, beside the file of the simulated wallboxes. */
const TOWN_FILE = 'town.json';
const TIMEOUT_MS = 5_000;

const townSchema = z.strictObject({ controlUrl: z.url({ protocol: /^http$/ }) });
/** An object all the same: another site can post a form from the browser, but no JSON. */
const nothing = z.strictObject({});

/** Charges that are shown to those who watch: on the local ledger alone, by the town of `npm start`. */
export function localTownRoutes({ config }: Services): Router {
  const router = Router();
  operate(router, local.beginShownCharge, [], async ({ req }) => {
    parseBody(nothing, req);
    return shownCharge.parse(await ask(config, 'POST'));
  });
  operate(router, local.readShownCharge, [], async () =>
    shownCharge.nullable().parse(await ask(config, 'GET')),
  );
  return router;
}

async function ask({ localWallboxesFile }: ServerConfig, method: 'GET' | 'POST'): Promise<unknown> {
  if (localWallboxesFile === undefined) throw noTown();
  try {
    const text = await readFile(join(dirname(localWallboxesFile), TOWN_FILE), 'utf8');
    const { controlUrl } = townSchema.parse(JSON.parse(text));
    const answer = await fetch(controlUrl, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return await answer.json();
  } catch {
    throw noTown();
  }
}

const noTown = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'town.unreachable',
    rule: 'The town of the demonstration must be running on this computer.',
    remedy: 'Start it with npm start, and wait until its homes are on the map.',
    retry: 'later',
  });
