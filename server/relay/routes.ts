import { Router } from 'express';
import { BaseError, type ContractFunctionParameters, type Hex, InsufficientFundsError } from 'viem';
import { z } from 'zod';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { RELAY_MAX_DATA_BYTES } from '../../protocol/api.ts';
import { address, hexBytes } from '../../protocol/schemas.ts';
import { describeLedgerError } from '../chain/client.ts';
import type { Sender } from '../chain/sender.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem, ledgerUnreachable } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { type RelayedCall, readCall, refusedByLedger, revertOf } from './relayCall.ts';

const relayBody = z.strictObject({ to: address, data: hexBytes(RELAY_MAX_DATA_BYTES) });

/** Sends signed calls to the ledger and pays their gas. */
export function relayRoutes(services: Services): Router {
  const router = Router();
  router.post('/relay', limitTo(services.limits.relay), async (req, res) => {
    const { to, data } = parseBody(relayBody, req);
    const call = readCall(services.config.market, to, data);
    if (services.relayer === undefined) throw noRelayer();
    await simulate(services, services.relayer, call);
    const transactionHash = await send(services, services.relayer, call);
    req.log.info({ functionName: call.functionName, transactionHash }, 'relayed');
    res.json({ transactionHash });
  });
  return router;
}

/** Simulates the call on the ledger's present state, so that the relayer pays for no call that fails. */
async function simulate({ client, config }: Services, relayer: Sender, call: RelayedCall): Promise<void> {
  const { functionName, args } = call;
  const parameters = { address: config.market, abi: plugpactMarketAbi, functionName, args };
  try {
    await client.simulateContract({
      ...(parameters as ContractFunctionParameters<typeof plugpactMarketAbi, 'nonpayable'>),
      account: relayer.address,
    });
  } catch (error) {
    const reverted = revertOf(error);
    throw reverted === undefined ? ledgerUnreachable() : refusedByLedger(reverted);
  }
}

async function send(services: Services, relayer: Sender, { data }: RelayedCall): Promise<Hex> {
  try {
    return await relayer.send({ to: services.config.market, data });
  } catch (error) {
    services.log.error({ relayer: relayer.address, reason: describeLedgerError(error) }, 'relay failed');
    throw notSent(error);
  }
}

function notSent(error: unknown): HttpProblem {
  const isBroke =
    error instanceof BaseError && error.walk((inner) => inner instanceof InsufficientFundsError) !== null;
  return new HttpProblem(503, {
    code: isBroke ? 'relay.outOfGas' : 'relay.notSent',
    rule: isBroke
      ? 'The relayer must have ether to pay for gas, and it has none left.'
      : 'The ledger must accept the transaction; it refused it although the simulation succeeded.',
    remedy: 'Try again later, or send the call from your own account.',
    retry: 'later',
  });
}

const noRelayer = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'relay.unavailable',
    rule: 'A server relays calls only where RELAYER_PRIVATE_KEY is set.',
    remedy: 'Send the call from your own account.',
  });
