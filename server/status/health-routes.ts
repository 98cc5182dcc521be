import { Router } from 'express';
import { status } from '../../protocol/api/status.ts';
import { operate } from '../http/operate.ts';
import type { Services } from '../services.ts';
import { createRelayerBalance } from './balance.ts';
import { healthOf, isSound } from './health.ts';
import { readinessOf } from './readiness.ts';

/** `/healthz`: whether everything works. `/readyz`: whether this process shall get requests. */
export function healthRoutes(services: Services): Router {
  const router = Router();
  const balance = createRelayerBalance(services);
  operate(router, status.getHealth, [], async ({ res }) => {
    const health = await healthOf(services);
    const isWell = isSound(health);
    res.status(isWell ? 200 : 503).json({ status: isWell ? 'ok' : 'degraded', ...health });
  });
  operate(router, status.getReadiness, [], async ({ res }) => {
    const readiness = await readinessOf({ ...services, balance });
    res.status(readiness.status === 'ready' ? 200 : 503).json(readiness);
  });
  return router;
}
