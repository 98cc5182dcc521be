import { Router } from 'express';
import { erasure } from '../../protocol/api/erasure.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import type { Services } from '../services.ts';
import { countRowsOf, eraseRowsOf } from './erase.ts';
import { ON_LEDGER } from './onLedger.ts';
import { clearToken, signedIn } from './session.ts';

/** What people can have deleted, and what nobody can delete. */
export function erasureRoutes(services: Services): Router {
  const { db } = services;
  const router = Router();
  operate(router, erasure.listOnLedger, [], async () => ({ events: ON_LEDGER }));
  operate(router, erasure.countMyData, [], async ({ req, res }) => ({
    rows: await countRowsOf(db, await signedIn(services, req, res)),
  }));
  operate(router, erasure.eraseMyData, [], async ({ req, res }) => {
    const rows = await eraseRowsOf(db, await signedIn(services, req, res));
    await forgetDeleted(db);
    clearToken(req, res);
    return { rows };
  });
  return router;
}
