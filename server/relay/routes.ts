import { Router } from 'express';
import { type RelayedCallResponse, relay } from '../../protocol/api/relay.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { errorOf } from '../outbox/calls-store.ts';
import type { Outbox, OutboxCall } from '../outbox/types.ts';
import type { Services } from '../services.ts';
import { handIn } from './handIn.ts';
import { readCall, refusedByLedger } from './relayCall.ts';
import { relayFees } from './relayFees.ts';
import { termsOf } from './terms.ts';

/** Sends signed calls to the ledger and pays their gas. */
export function relayRoutes(services: Services): Router {
  const router = Router();
  operate(router, relay.relayCall, [limitTo(services.limits.relay)], async ({ body, req, res }) => {
    const call = readCall(services.config, body.to, body.data);
    const relayer = relayerOf(services);
    const answer = await handIn(services, relayer, call, () => termsOf(services, call, req.ip ?? ''));
    const error = errorOf(answer);
    if ((answer.status === 'REVERTED' || answer.status === 'REFUSED') && error !== undefined) {
      throw refusedByLedger(error);
    }
    req.log.info({ functionName: call.functionName, callId: call.callId, status: answer.status }, 'relayed');
    if (answer.transactionHash !== null) return responseOf(answer);
    res.status(202).json(responseOf(answer));
    return undefined;
  });
  operate(router, relay.readRelayFees, [], async () => relayFees(services, relayerOf(services)));
  operate(router, relay.readRelayedCall, [], async ({ params: { callId } }) => {
    const call = await relayerOf(services).find(callId);
    if (call === undefined) throw unknownCall(callId);
    return responseOf(call);
  });
  return router;
}

const responseOf = (call: OutboxCall): RelayedCallResponse => ({
  id: call.callId,
  status: call.status,
  transactionHash: call.transactionHash,
  blockNumber: call.blockNumber,
  error: errorOf(call) ?? null,
});

function relayerOf({ relayer }: Services): Outbox {
  if (relayer !== undefined) return relayer;
  throw new HttpProblem(503, {
    code: 'relay.unavailable',
    rule: 'A server relays calls only where RELAYER_PRIVATE_KEY is set.',
    remedy: 'Send the call from your own account.',
    retry: 'later',
  });
}

const unknownCall = (callId: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'relay.unknown',
    value: callId,
    rule: 'Calls are remembered for a week after they were handed in.',
    remedy: 'Hand the call in by POST /relay, and use the id of its answer.',
  });
