import { BaseError, type Hex, InsufficientFundsError } from 'viem';
import { describeLedgerError } from '../chain/client.ts';
import type { Sender } from '../chain/sender.ts';
import { HttpProblem, ledgerUnreachable } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { type RelayedCall, refusedByLedger, revertOf } from './relayCall.ts';

/**
 * Sends a call, and pays its gas.
 *
 * @throws HttpProblem 422 `relay.reverted`, 503 `relay.outOfGas`, `relay.notSent`, `ledger.unreachable`.
 */
export async function sendCall(
  services: Pick<Services, 'client' | 'log'>,
  relayer: Sender,
  call: RelayedCall,
): Promise<Hex> {
  await simulate(services, relayer, call);
  try {
    return await relayer.send({ to: call.target.address, data: call.data });
  } catch (error) {
    services.log.error({ relayer: relayer.address, reason: describeLedgerError(error) }, 'relay failed');
    throw notSent(error);
  }
}

/** Simulates the call on the ledger's present state, so that the relayer pays for no call that fails. */
async function simulate(
  { client }: Pick<Services, 'client'>,
  relayer: Sender,
  { target: { address, abi }, functionName, args }: RelayedCall,
): Promise<void> {
  try {
    await client.simulateContract({ address, abi, functionName, args, account: relayer.address });
  } catch (error) {
    const reverted = revertOf(error);
    throw reverted === undefined ? ledgerUnreachable() : refusedByLedger(reverted);
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
