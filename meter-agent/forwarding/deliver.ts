import { TimeoutError } from 'ocpp-rpc/lib/errors.js';
import { usableAnswer } from './answers.ts';
import type { Dialler } from './dialler.ts';
import type { Outcome, Params } from './outbox.ts';

/** Sends a message to the other central system; resolves to its answer, as far as it is of use. */
export async function deliver(
  dialler: Pick<Dialler, 'call'>,
  protocol: string,
  action: string,
  params: Params,
): Promise<Outcome> {
  try {
    const answer = usableAnswer(protocol, action, await dialler.call(action, params));
    return answer === undefined ? { is: 'away', why: 'invalid' } : { is: 'answer', result: answer };
  } catch (error) {
    if (error instanceof TimeoutError) return { is: 'away', why: 'silent' };
    const isError = (error as { rpcErrorCode?: string }).rpcErrorCode !== undefined;
    return isError ? { is: 'error', error: error as Error } : { is: 'away' };
  }
}
