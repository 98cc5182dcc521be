import { BaseError, createPublicClient, http, type PublicClient } from 'viem';

/** Time one call may take before the ledger counts as unreachable. */
const TIMEOUT_MS = 10_000;

export type LedgerClient = PublicClient;

/** A JSON-RPC client of the ledger. It does not retry: the caller decides whether to try again. */
export function createLedgerClient(rpcUrl: string): LedgerClient {
  return createPublicClient({ transport: http(rpcUrl, { retryCount: 0, timeout: TIMEOUT_MS }) });
}

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
