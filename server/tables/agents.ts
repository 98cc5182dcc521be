import type { Generated } from 'kysely';
import type { Address, Hex } from 'viem';
import type { AssuranceLevel, SessionState } from '../../protocol/link.ts';
import type { Notice } from '../../protocol/notices.ts';

/** What agents report and are connected by, and what drivers send them. */
export interface AgentTables {
  agents: { agentKey: Address; publicKey: Hex; seenAt: number };
  /** `health`: JSON as the agent reported it; shown to the host only. */
  connectors: {
    listingId: Hex;
    agentKey: Address;
    /** To whom the agent gave its consent; null while it has not said. */
    host: Address | null;
    status: string;
    health: string | null;
    sentAt: number;
    receivedAt: number;
    /** 1 where the last report changed what the map shows. */
    isChange: Generated<number>;
  };
  readings: ReadingsTable;
  /** One row per booking: the state that its agent reported last. */
  sessions: {
    bookingId: Hex;
    state: SessionState;
    powerW: number;
    /** JSON of a code with its parameters. */
    detail: string | null;
    assuranceLevel: AssuranceLevel;
    neededCost: string | null;
    at: number;
  };
  /** The newest raise of each booking; `acceptedAt` is null until its agent has taken it. */
  allowances: { bookingId: Hex; cost: string; signature: Hex; acceptedAt: number | null };
  /** `noticeId` is a hash of the other fields as they were sent; `params` is JSON. */
  notices: Omit<Notice, 'params'> & { noticeId: Hex; params: string };
  /** Deleted when the booking ends. */
  handovers: { bookingId: Hex; sealed: Hex };
  /** Which process holds an agent's connection, and which one held it before. */
  agentLinks: {
    agentKey: Address;
    processId: string;
    linkId: string;
    linkedAt: number;
    previousProcessId: string | null;
    previousLinkId: string | null;
  };
  /** Connectors of connected agents that wait to be listed; `offer` is JSON. */
  pairingOffers: { agentKey: Address; code: string; linkId: string; offer: string };
}

interface ReadingsTable {
  bookingId: Hex;
  seq: number;
  /** JSON text of a ReadingJson. */
  reading: string;
  agentSignature: Hex;
  sessionSignature: Hex | null;
  receivedAt: number;
}
