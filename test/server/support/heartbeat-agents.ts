import { randomBytes } from 'node:crypto';
import { pointFromScalar, sign } from 'tiny-secp256k1';
import { type Address, bytesToHex, type Hex, hashTypedData, hexToBytes } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import { connectorsHash, type Heartbeat } from '../../../protocol/link.ts';
import { LISTING_STATUS, listingIdOf } from '../../../protocol/listing.ts';
import { type MarketRef, typedData } from '../../../protocol/signedTypes.ts';
import type { Db } from '../../../server/db.ts';
import type { AgentReport } from '../../../server/link/hub.ts';
import type { AgentLink } from '../../../server/link/serveLink.ts';

export const REF: MarketRef = { chainId: 31_337, market: '0x5fbdb2315678afecb367f032d93f642f64180aa3' };

const CONNECTOR: Hex = '0x000000000001';
const WORD: Hex = `0x${'00'.repeat(32)}`;

/** An agent with one connector, without a socket. */
export interface HeartbeatAgent {
  key: Uint8Array;
  link: AgentLink;
  listingId: Hex;
  /** Reasons for which the server closed its link. */
  refusals: string[];
}

export function newAgent(): HeartbeatAgent {
  const key = randomBytes(32);
  const publicKey = bytesToHex(pointFromScalar(key, false)!);
  const agentKey = publicKeyToAddress(publicKey).toLowerCase() as Address;
  const refusals: string[] = [];
  const link: AgentLink = {
    ...{ agentKey, publicKey, send: () => undefined, address: '192.0.2.1' },
    refuse: (reason) => void refusals.push(reason),
    shutOut: (reason) => void refusals.push(reason),
  };
  return { key, link, listingId: listingIdOf(agentKey, CONNECTOR), refusals };
}

type Connector = Heartbeat['connectors'][number];

/** A heartbeat, signed by the agent or by another key. */
export function signedHeartbeat(
  agent: HeartbeatAgent,
  sentAt: number,
  change: Partial<Connector> = {},
  key = agent.key,
): Extract<AgentReport, { type: 'heartbeat' }> {
  const { agentKey } = agent.link;
  const connectors: Connector[] = [
    { connector: CONNECTOR, listingId: agent.listingId, status: 'AVAILABLE', ...change },
  ];
  const message = { agentKey, sentAt, connectorsHash: connectorsHash(connectors) };
  const digest = hashTypedData(typedData(REF, 'Heartbeat', message) as never);
  const signature: Hex = `${bytesToHex(sign(hexToBytes(digest), key))}1b`;
  return { type: 'heartbeat', heartbeat: { agentKey, sentAt, connectors }, signature };
}

/** Lists the agents' connectors in the index, as the follower would. */
export async function listAll(db: Db, agents: HeartbeatAgent[]): Promise<void> {
  const words = { tariff: WORD, bookingTerms: WORD, metering: WORD, meterKeyHash: WORD };
  const rest = { weeklyHours: WORD, location: WORD, placeCommitment: WORD, meterKey: WORD };
  for (let at = 0; at < agents.length; at += 500) {
    const some = agents
      .slice(at, at + 500)
      .map(({ link: { agentKey }, listingId }) => ({ agentKey, listingId }));
    await db
      .insertInto('terms')
      .values(
        some.map(({ agentKey, listingId }) => ({
          ...{ termsHash: listingId, fromBlock: 1, host: agentKey, agentKey, ...words },
        })),
      )
      .execute();
    await db
      .insertInto('listings')
      .values(
        some.map(({ listingId }) => ({
          ...{
            listingId,
            termsHash: listingId,
            fromBlock: 1,
            untilBlock: null,
            connector: CONNECTOR,
            ...rest,
          },
          ...{ version: 1, status: LISTING_STATUS.OPEN, latitudeE6: 0, longitudeE6: 0, updatedAt: 1 },
        })),
      )
      .execute();
  }
}
