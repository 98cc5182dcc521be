import {
  type AnswerOf,
  type ApiRequest,
  type OperationId,
  type RequestOf,
  requestOf,
} from '../../../protocol/api/client.ts';
import { IdempotencyKeys } from '../../../protocol/api/idempotency.ts';
import type { Problem } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';

const TIMEOUT_MS = 30_000;
const keys = new IdempotencyKeys();

/** What an operation takes, headers, and what ends the call early; an operation that takes nothing needs none. */
type Arguments<Id extends OperationId> =
  Record<never, never> extends RequestOf<Id>
    ? [request?: RequestOf<Id>, headers?: Record<string, string>, stop?: AbortSignal]
    : [request: RequestOf<Id>, headers?: Record<string, string>, stop?: AbortSignal];

/**
 * Calls an operation of the API. What decides about money is read from the ledger instead.
 *
 * @throws PlugpactError with the problem document's code and remedy, or `api.unreachable`.
 */
export async function api<Id extends OperationId>(
  id: Id,
  ...[request, headers = {}, stop]: Arguments<Id>
): Promise<AnswerOf<Id>> {
  const made = requestOf(id, request ?? ({} as RequestOf<Id>));
  const { status, text } = await answerTo(made, headers, stop).catch((cause) => {
    throw unreachable(cause);
  });
  if (status < 200 || status > 299) throw problemOf(status, text);
  return (text === '' ? undefined : JSON.parse(text)) as AnswerOf<Id>;
}

/** An answer that is cut off has not come: the action is tried again under the same key. */
async function answerTo(made: ApiRequest, headers: Record<string, string>, stop?: AbortSignal) {
  const { method, path, body } = made;
  const typed: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(path, {
    method,
    headers: { ...typed, ...keys.headersOf(made), ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(stop ? [stop] : [])]),
  });
  const text = await response.text();
  keys.answered(made, response.status);
  return { status: response.status, text };
}

const INDEX_POLL_MS = 250;
const INDEX_WAIT_MS = 10_000;

/** Waits until the server has indexed a block, for at most 10 s. */
export async function indexed(blockNumber: bigint): Promise<void> {
  const giveUpAt = Date.now() + INDEX_WAIT_MS;
  while (Date.now() < giveUpAt) {
    const head = await api('getLedgerHead').catch(() => undefined);
    if (head !== undefined && BigInt(head.indexedTo) >= blockNumber) return;
    await new Promise((resolve) => setTimeout(resolve, INDEX_POLL_MS));
  }
}

export function unreachable(cause: unknown): PlugpactError {
  return new PlugpactError(
    {
      code: 'api.unreachable',
      rule: 'The Plugpact server does not answer.',
      remedy:
        'Check that it is running (npm start) and that you are online. This page tries again automatically.',
      retry: 'later',
    },
    { cause },
  );
}

/** Converts an RFC 9457 problem document into a PlugpactError; for other bodies only the status is known. */
export function problemOf(status: number, text: string): PlugpactError {
  const problem = parseProblem(text);
  return new PlugpactError({
    code: problem?.code ?? `api.status${status}`,
    rule: problem?.detail ?? problem?.title ?? `The server answered with status ${status}.`,
    remedy: problem?.remedy ?? (status >= 500 ? 'Try again in a moment.' : 'Reload the page and try again.'),
    retry: status >= 500 || status === 429 ? 'later' : 'never',
  });
}

function parseProblem(text: string): Partial<Problem> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
