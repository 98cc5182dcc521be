import type { Logger } from 'pino';
import { type Answer, type MadeCall, madeCalls } from '../driver.ts';
import type { Peer } from './peer.ts';

export interface CommandTarget {
  peer: Pick<Peer, 'call'>;
  chargePointId: string;
  log: Logger;
}

/** Statuses that mean accepted; `any`: every answer means accepted. */
export type Wanted = readonly string[] | 'any';

const UNKNOWN_TO_BOX = new Set(['NotImplemented', 'NotSupported']);

/**
 * Makes a call that is answered with a status. A status that is not `wanted` and an error of the protocol are
 * refusals; silence is neither. `isUnknown`: the charge point does not have the action at all.
 */
export async function askFully(
  { peer, chargePointId, log }: CommandTarget,
  action: string,
  params: object,
  wanted: Wanted = ['Accepted'],
): Promise<{ answer: Answer; isUnknown: boolean; result: object }> {
  const call: MadeCall = { action, params, result: null };
  madeCalls.getStore()?.push(call);
  try {
    const result = ((await peer.call(action, params)) ?? {}) as { status?: string };
    call.result = result;
    const { status = '' } = result;
    log.debug({ chargePointId, action, status }, 'asked');
    const answer = wanted === 'any' || wanted.includes(status) ? 'accepted' : 'refused';
    return { answer, isUnknown: status === 'NotSupported', result };
  } catch (error) {
    const { rpcErrorCode } = error as { rpcErrorCode?: string };
    call.result = rpcErrorCode ?? null;
    log.info({ chargePointId, action, rpcErrorCode, detail: String(error) }, 'wallbox did not do it');
    const answer = rpcErrorCode === undefined ? 'unreachable' : 'refused';
    return { answer, isUnknown: UNKNOWN_TO_BOX.has(rpcErrorCode ?? ''), result: {} };
  }
}

/** `onAnswer` gets the answer if it means accepted. */
export async function ask(
  connection: CommandTarget,
  action: string,
  params: object,
  wanted: Wanted = ['Accepted'],
  onAnswer: (answer: object) => void = () => {},
): Promise<Answer> {
  const { answer, result } = await askFully(connection, action, params, wanted);
  if (answer === 'accepted') onAnswer(result);
  return answer;
}
