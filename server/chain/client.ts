import { BaseError, type PublicClient } from 'viem';
import { LedgerNodes } from '../../protocol/ledger/nodes.ts';

export type LedgerClient = PublicClient;

/** A JSON-RPC client of the ledger. It does not retry: the caller decides whether to try again. */
export const createLedgerClient = (rpcUrl: string): LedgerClient => new LedgerNodes([rpcUrl]).client;

/**
 * A short description of a ledger error. viem's full message repeats the endpoint, whose path often holds an access
 * key, so it must never reach a log or a response.
 */
export function describeLedgerError(error: unknown): string {
  if (error instanceof BaseError) {
    const cause = error.walk((inner) => !(inner instanceof BaseError));
    const code = (cause as { code?: unknown } | null)?.code;
    return typeof code === 'string' ? `${error.shortMessage} (${code})` : error.shortMessage;
  }
  return error instanceof Error ? error.message : String(error);
}
