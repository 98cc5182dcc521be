import { type Hex, numberToHex, type PublicClient } from 'viem';
import { callFrame } from '../calldata/trace.ts';
import { refusalOf } from '../ledger/refusals.ts';
import { hexBytes } from '../lib/schemas.ts';
import type { LedgerAnswers } from './ledger-answers.ts';

type Ask = (method: string, params: unknown[]) => Promise<unknown>;

/** Asks each thing once. That a node cannot know is an answer, and no error of the audit. */
export function nodeAnswers(client: PublicClient): LedgerAnswers {
  const ask: Ask = (method, params) => client.request({ method, params } as never);
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(method: string, params: unknown[], read: (ask: Ask) => Promise<T>): Promise<T> => {
    const key = `${method} ${JSON.stringify(params)}`;
    const answer = answers.get(key) ?? read(ask);
    answers.set(key, answer);
    return answer as Promise<T>;
  };
  return {
    async trace(tx) {
      const traced = await ask('debug_traceTransaction', [tx, { tracer: 'callTracer' }]).catch(cannotKnow);
      const parsed = callFrame.safeParse(traced);
      return parsed.success ? parsed.data : undefined;
    },
    codeAt(account, blockNumber) {
      const params = [account, numberToHex(blockNumber)];
      return once('eth_getCode', params, async () =>
        bytesOf(await ask('eth_getCode', params).catch(cannotKnow)),
      );
    },
    callAt(to, data, blockNumber) {
      const params = [{ to, data }, numberToHex(blockNumber)];
      return once('eth_call', params, async () => {
        const answer = await ask('eth_call', params).catch(refusedOrUnknown);
        return answer === 'refused' ? answer : bytesOf(answer);
      });
    },
  };
}

function bytesOf(answer: unknown): Hex | undefined {
  const parsed = hexBytes.safeParse(answer);
  return parsed.success ? parsed.data : undefined;
}

/** What JSON-RPC answers to a call that the code itself ends. */
const REVERTED = 3;
const FAILED = /revert|out of gas|gas uint|invalid opcode|stack (?:under|over)flow|vm exception|evm error/i;

function refusedOrUnknown(error: unknown): 'refused' | undefined {
  const refusal = refusalOf(error);
  const isOfCode = refusal?.kind === 'refused' && (refusal.code === REVERTED || FAILED.test(refusal.message));
  return isOfCode ? 'refused' : cannotKnow(error);
}

/** A node that gave no answer at all ends the audit. */
function cannotKnow(error: unknown): undefined {
  const kind = refusalOf(error)?.kind;
  if (kind !== 'noState' && kind !== 'refused') throw error;
  return undefined;
}
