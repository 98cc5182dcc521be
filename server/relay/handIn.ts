import { size } from 'viem';
import { describeLedgerError } from '../chain/client.ts';
import type { Tx } from '../db.ts';
import { HttpProblem, ledgerUnreachable } from '../http/problem.ts';
import { isAnswered } from '../outbox/calls-store.ts';
import { canSpend, gasLimitOf } from '../outbox/gas-fees.ts';
import type { NewCall, Outbox, OutboxCall } from '../outbox/types.ts';
import type { Services } from '../services.ts';
import { type Means, type Need, paymentOf, safeCost } from './price.ts';
import { gweiOf } from './quotas.ts';
import { type RelayedCall, refusedByLedger } from './relayCall.ts';
import { estimateCall } from './rules.ts';

export type RelayServices = Pick<Services, 'client' | 'config' | 'db' | 'log' | 'marketInfo' | 'now'>;

/** Who pays for a call, and what is counted when it is taken in. */
export interface Terms {
  means: Means;
  /** Name of the allowance that pays where the fee does not; undefined for the operator's own calls. */
  allowance: string | undefined;
  /** Counts the call. @throws HttpProblem where it is not taken in. */
  admit(tx: Tx, reserved: bigint): Promise<void>;
}

/** The operator's own calls have deadlines: gas may get dearer by so much. */
const OWN_COVER = 4n;

/**
 * Takes in a call: it is kept before it is sent. The same call gets the same answer, also while it is on its way, and
 * after a crash.
 *
 * @throws HttpProblem 422 `relay.reverted`; 402 `relay.feeTooLow`; 429 `relay.quota`; 503 `relay.unpaid`,
 * `relay.outOfGas`, `ledger.unreachable`.
 */
export async function handIn(
  services: RelayServices,
  relayer: Outbox,
  call: RelayedCall,
  termsOf: () => Promise<Terms>,
): Promise<OutboxCall> {
  const known = await relayer.find(call.callId);
  const isNew = known === undefined || !isAnswered(known);
  if (isNew) await takeIn(services, relayer, call, termsOf);
  if (isNew || known.status === 'QUEUED') await flush(services, relayer);
  const answer = await relayer.find(call.callId);
  return answer!;
}

/** What cannot be sent now is kept, and sent later. */
const flush = ({ log }: RelayServices, relayer: Outbox): Promise<void> =>
  relayer
    .flush()
    .catch((error) => log.warn({ reason: describeLedgerError(error) }, 'outbox: kept, and sent later'));

async function takeIn(
  services: RelayServices,
  relayer: Outbox,
  call: RelayedCall,
  termsOf: () => Promise<Terms>,
): Promise<void> {
  const estimate = await estimateCall(services.client, relayer.address, call).catch(() => {
    throw ledgerUnreachable();
  });
  if ('error' in estimate) {
    // The same call may have been handed in, sent and mined in the meantime.
    const known = await relayer.find(call.callId);
    if (known !== undefined && isAnswered(known)) return;
    throw refusedByLedger(estimate.error);
  }
  const [price, dataFee, terms] = await Promise.all([
    relayer.price(),
    relayer.dataFee(size(call.data)),
    termsOf(),
  ]);
  const need: Need = { gas: gasLimitOf(estimate.gas), dataFee, price };
  const payment = paymentOf(need, terms.means);
  if (payment.by === undefined) throw unpaid(call, terms.means.fee, payment.needed);
  await requireRoom(relayer, payment.cover < safeCost(need) ? payment.cover : safeCost(need));
  const { callId, target, data, functionName } = call;
  const to = target.address.toLowerCase() as NewCall['to'];
  const cover = terms.allowance === undefined ? OWN_COVER * payment.cover : payment.cover;
  const kept = { callId, to, data, functionName, gas: estimate.gas, dataFee, cover };
  const reserved = payment.by === 'allowance' && terms.allowance !== undefined ? payment.cover : 0n;
  const paid =
    reserved > 0n ? { allowance: terms.allowance!, reservedGwei: gweiOf(reserved) } : { reservedGwei: 0n };
  await relayer.submit({ ...kept, ...paid }, (tx) => terms.admit(tx, reserved));
}

/** @throws HttpProblem 503 `relay.outOfGas` where the balance could fall below what has to stay. */
async function requireRoom(relayer: Outbox, cost: bigint): Promise<void> {
  const purse = await relayer.purse();
  if (canSpend(purse, cost)) return;
  throw new HttpProblem(503, {
    code: 'relay.outOfGas',
    value: `${purse.balance} wei, of which ${purse.outstanding} are promised`,
    rule: `The relayer keeps at least ${purse.stopBelow} wei for what it has promised, and this call may cost ${cost}.`,
    remedy:
      'Try again later, or send the call from your own account. The operator has to send ether to the relayer.',
    retry: 'later',
  });
}

function unpaid({ functionName }: RelayedCall, fee: bigint, needed: bigint | undefined): HttpProblem {
  if (needed === undefined) {
    return new HttpProblem(503, {
      code: 'relay.unpaid',
      value: functionName,
      rule: 'The relayer sends calls that bring a fee, and those that its operator pays for; today nothing is left for this one.',
      remedy: 'Send the call from your own account, or try again tomorrow.',
      retry: 'later',
    });
  }
  return new HttpProblem(
    402,
    {
      code: 'relay.feeTooLow',
      value: `${fee} token units`,
      rule: `The relay fee of ${functionName} must cover its gas: ${needed} token units at present.`,
      remedy: 'Ask GET /relay/fee, sign the call with that relay fee, and hand it in within five minutes.',
    },
    { needed: String(needed) },
  );
}
