import { createPublicClient, custom, type PublicClient } from 'viem';
import { AuditError } from '../lib/errors.ts';
import { PatientNode } from './patient-node.ts';
import { type RefusalKind, refusalOf } from './refusals.ts';

/** A client of one node that waits when the node is busy, and says by NodeRefusal why it has no answer. */
export function ledgerClient(rpcUrl: string): PublicClient {
  const node = PatientNode.at(rpcUrl);
  const provider = { request: (call: { method: string; params?: unknown }) => node.request(call) };
  return createPublicClient({ transport: custom(provider, { retryCount: 0 }) });
}

interface Words {
  code: string;
  remedy: string;
}

const WORDS: Record<RefusalKind, Words> = {
  rateLimited: {
    code: 'node.rateLimited',
    remedy: 'The node takes no more requests for now: wait, or name a node that allows more after --rpc.',
  },
  tooMany: {
    code: 'node.answerTooLarge',
    remedy: 'The node refuses even the smallest request of this kind: name another node after --rpc.',
  },
  noState: {
    code: 'node.noState',
    remedy: 'The node has no state of that block any more: name one with older states after --rpc.',
  },
  unreachable: {
    code: 'audit.unreadable',
    remedy: 'Check the address after --rpc and the node behind it, then run the audit again.',
  },
  refused: {
    code: 'audit.unreadable',
    remedy: 'Check the address after --rpc and what the node allows, then run the audit again.',
  },
};

/** The error when the audit cannot run because of what a node refused; undefined for an error of another cause. */
export function nodeError(what: string, error: unknown): AuditError | undefined {
  const refusal = refusalOf(error);
  if (refusal === undefined) return undefined;
  const { code, remedy } = WORDS[refusal.kind];
  const value = refusal.message.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 200);
  const detail = { code, value, rule: `The audit has to read ${what}.`, remedy, retry: 'later' as const };
  return new AuditError(detail, { cause: error });
}

/** The error for a `null` or another answer that is not what was asked for. */
export const notAnAnswer = (what: string, answer: unknown): AuditError =>
  new AuditError({
    code: answer === null || answer === undefined ? 'node.nullAnswer' : 'node.malformed',
    value: JSON.stringify(answer ?? null).slice(0, 100),
    rule: `The node has to answer with ${what}.`,
    remedy:
      'It may still be syncing, or not keep this: run the audit again later, or name another node after --rpc.',
    retry: 'later',
  });
