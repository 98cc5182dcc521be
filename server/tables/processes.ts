import type { Address, Hex } from 'viem';

/** How requests are counted and answered once, who is signed in, and what processes tell each other. */
export interface ProcessTables {
  /** JSON by `Idempotency-Key`; `status` is null while the first request is answered. */
  answeredRequests: {
    requestKey: string;
    account: string;
    requestHash: string;
    startedAt: number;
    status: number | null;
    body: string | null;
  };
  signInNonces: { nonce: string; expiresAt: number };
  /** `renewAt`: when the token is replaced; null once it was, and the row is about to end. */
  signIns: { tokenHash: Hex; address: Address; expiresAt: number; renewAt: number | null };
  /** The processes on this PostgreSQL; `seenAt` by the database's clock. */
  processes: { processId: string; seenAt: number };
  /** Messages between processes that are too long for a notification. */
  clusterMessages: { messageId: string; body: string; sentAt: number };
  /** The nonce that a sender's next transaction must not fall below, while it is new. */
  senderNonces: { account: Address; nextNonce: number; sentAt: number };
  /** Requests of an address within a window of time that ends at `resetAtMs`. */
  requestCounts: { countKey: string; hits: number; resetAtMs: number };
}
