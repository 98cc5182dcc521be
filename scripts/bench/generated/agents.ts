import { once } from 'node:events';
import * as secp256k1 from 'tiny-secp256k1';
import { type Hex, hashTypedData, hexToBytes, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { WebSocket } from 'ws';
import {
  type ConnectorHealth,
  connectorsHash,
  type FromAgent,
  type Heartbeat,
  linkUrl,
  type ToAgent,
} from '../../../protocol/link.ts';
import { type SignedTypeName, typedData } from '../../../protocol/signedTypes.ts';
import { CHAIN_ID, MARKET } from './chain.ts';
import type { HistoryOptions } from './history.ts';
import { agentKeyOf, identityOf } from './listings.ts';

const REF = { chainId: CHAIN_ID, market: MARKET };

/** As viem signs, in a tenth of its time. */
function sign(key: Hex, type: SignedTypeName, message: Record<string, unknown>): Hex {
  const hash = hexToBytes(hashTypedData(typedData(REF, type, message) as never));
  const { signature, recoveryId } = secp256k1.signRecoverable(hash, hexToBytes(key));
  return `${toHex(signature)}${(27 + recoveryId).toString(16)}`;
}

export const say = (message: FromAgent): string => JSON.stringify(message);

/** A heartbeat of the agent of a generated listing. */
export function signedHeartbeat(
  history: HistoryOptions,
  listing: number,
  sentAt: number,
  status: Heartbeat['connectors'][number]['status'],
  health?: ConnectorHealth,
): string {
  const key = agentKeyOf(history.seed, listing);
  const { agentKey, connector, host, listingId } = identityOf(history, listing);
  const connectors: Heartbeat['connectors'] = [
    { connector, listingId, host, status, ...(health && { health }) },
  ];
  const signed = { agentKey, sentAt, connectorsHash: connectorsHash(connectors) };
  const signature = sign(key, 'Heartbeat', signed);
  return say({ type: 'heartbeat', heartbeat: { agentKey, sentAt, connectors }, signature });
}

/** Connects the agent of a generated listing, and answers the server's challenge. */
export async function connectAgent(
  history: HistoryOptions,
  port: number,
  listing: number,
): Promise<WebSocket> {
  const socket = new WebSocket(linkUrl(`http://127.0.0.1:${port}`));
  const key = agentKeyOf(history.seed, listing);
  const { publicKey, address: agentKey } = privateKeyToAccount(key);
  for await (const [data] of onMessages(socket)) {
    const message = JSON.parse(String(data)) as ToAgent;
    if (message.type === 'welcome') return socket;
    if (message.type !== 'challenge') throw new Error(`The server said ${message.type} before its welcome.`);
    const hello = { agentKey, nonce: message.nonce, audience: `127.0.0.1:${port}` };
    socket.send(say({ type: 'hello', agentKey, publicKey, signature: sign(key, 'AgentHello', hello) }));
  }
  throw new Error('The server closed the connection of an agent.');
}

async function* onMessages(socket: WebSocket): AsyncGenerator<unknown[]> {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  for (;;) yield await once(socket, 'message', { signal: closed.signal });
}
