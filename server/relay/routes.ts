import { Router } from 'express';
import { z } from 'zod';
import { RELAY_MAX_DATA_BYTES } from '../../protocol/api.ts';
import { address, hexBytes } from '../../protocol/schemas.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { readCall } from './relayCall.ts';
import { sendCall } from './sendCall.ts';

const relayBody = z.strictObject({ to: address, data: hexBytes(RELAY_MAX_DATA_BYTES) });

/** Sends signed calls to the ledger and pays their gas. */
export function relayRoutes(services: Services): Router {
  const router = Router();
  router.post('/relay', limitTo(services.limits.relay), async (req, res) => {
    const { to, data } = parseBody(relayBody, req);
    const call = readCall(services.config, to, data);
    if (services.relayer === undefined) throw noRelayer();
    const transactionHash = await sendCall(services, services.relayer, call);
    req.log.info({ functionName: call.functionName, transactionHash }, 'relayed');
    res.json({ transactionHash });
  });
  return router;
}

const noRelayer = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'relay.unavailable',
    rule: 'A server relays calls only where RELAYER_PRIVATE_KEY is set.',
    remedy: 'Send the call from your own account.',
  });
