import type { Logger } from 'pino';
import type { Answer } from '../driver.ts';
import type { Peer } from './peer.ts';

/**
 * Asks a box for something that it answers with a status. Another status than `wanted` is a refusal, and so is the
 * protocol's error; silence is neither.
 */
export async function ask(
  { peer, chargePointId, log }: { peer: Peer; chargePointId: string; log: Logger },
  action: string,
  params: object,
  wanted: string | undefined = 'Accepted',
): Promise<Answer> {
  try {
    const { status } = (await peer.call(action, params)) as { status?: string };
    log.debug({ chargePointId, action, status }, 'asked');
    return status === wanted ? 'accepted' : 'refused';
  } catch (error) {
    const { rpcErrorCode } = error as { rpcErrorCode?: string };
    log.info({ chargePointId, action, rpcErrorCode, detail: String(error) }, 'wallbox did not do it');
    return rpcErrorCode === undefined ? 'unreachable' : 'refused';
  }
}
