import type { Logger } from 'pino';
import type { Answer } from '../driver.ts';
import type { Peer } from './peer.ts';

/**
 * Asks a box for something that it answers with a status. A status that is not `wanted` is a refusal, and so is the
 * protocol's error; silence is neither. `any`: that there is an answer is a yes.
 */
export async function ask(
  { peer, chargePointId, log }: { peer: Peer; chargePointId: string; log: Logger },
  action: string,
  params: object,
  wanted: readonly string[] | 'any' = ['Accepted'],
  onAnswer: (answer: object) => void = () => {},
): Promise<Answer> {
  try {
    const answer = (await peer.call(action, params)) as { status?: string };
    const { status } = answer;
    log.debug({ chargePointId, action, status }, 'asked');
    if (wanted !== 'any' && !wanted.includes(status ?? '')) return 'refused';
    onAnswer(answer);
    return 'accepted';
  } catch (error) {
    const { rpcErrorCode } = error as { rpcErrorCode?: string };
    log.info({ chargePointId, action, rpcErrorCode, detail: String(error) }, 'wallbox did not do it');
    return rpcErrorCode === undefined ? 'unreachable' : 'refused';
  }
}
