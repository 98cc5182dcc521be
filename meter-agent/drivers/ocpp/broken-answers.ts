import { createRPCError } from 'ocpp-rpc';
import { isSilence } from './calls.ts';
import type { RpcPeer } from './peer.ts';

/** A message of the kinds CALLRESULT and CALLERROR, as far as it can be read. */
const ANSWER = /^\s*\[\s*[34]\s*,/;

/** Whether a text names the call that it answers. */
function namesItsCall(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as unknown[])[1] === 'string';
  } catch {
    return false;
  }
}

/**
 * Ends a call whose answer cannot be read: no JSON, or without the call's id as text. ocpp-rpc would wait for another
 * answer, and the charge point would count as silent. One call is made at a time, so that the answer is the oldest
 * one's, as long as no earlier call was left without an answer, which may still come.
 */
export function endAtBrokenAnswers(peer: RpcPeer): void {
  const underWay = new Set<AbortController>();
  let isAnswerMissing = false;
  const call = peer.call.bind(peer);
  peer.call = async (action, params, options) => {
    const broken = new AbortController();
    underWay.add(broken);
    const signal = options === undefined ? broken.signal : AbortSignal.any([broken.signal, options.signal]);
    try {
      return await call(action, params, { signal });
    } catch (error) {
      if (broken.signal.aborted) throw createRPCError('FormationViolation', 'The answer cannot be read.', {});
      isAnswerMissing ||= isSilence(error);
      throw error;
    } finally {
      underWay.delete(broken);
    }
  };
  peer.on('badMessage', ({ buffer }) => {
    const text = buffer.toString('utf8');
    const [oldest] = underWay;
    if (!isAnswerMissing && ANSWER.test(text) && !namesItsCall(text)) oldest?.abort();
  });
}
