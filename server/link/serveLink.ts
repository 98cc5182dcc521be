import { randomBytes } from 'node:crypto';
import { type Address, bytesToHex, type Hex, isAddressEqual } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { RawData, WebSocket } from 'ws';
import type { ZodType } from 'zod';
import { type FromAgent, fromAgent, LINK_VERSION, type ToAgent } from '../../protocol/link.ts';
import { fromAgentVersion1, toAgentVersion1 } from '../../protocol/linkVersion1.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';

/** Time that a peer has to authenticate itself. */
const HELLO_TIMEOUT_MS = 10_000;

/** WebSocket close code for a peer that breaks the protocol (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1_008;

/** An authenticated connection. */
export interface AgentLink {
  agentKey: Address;
  publicKey: Hex;
  send(message: ToAgent): void;
  /** Closes the connection with a reason of at most 120 bytes. */
  refuse(reason: string): void;
}

export type AgentMessage = Exclude<FromAgent, { type: 'hello' }>;

export interface LinkOptions {
  ref: MarketRef;
  /** The host that the agent dialled; the hello must name it. */
  audience: string;
  /** The version of the link that the agent dialled with. */
  version: number;
  onOpen(link: AgentLink): void;
  onMessage(link: AgentLink, message: AgentMessage): Promise<void>;
  onClose(link: AgentLink): void;
  onError(error: unknown): void;
}

/** Serves one agent's socket: challenge, hello, welcome, then its messages one at a time. */
export function serveLink(socket: WebSocket, options: LinkOptions): void {
  const nonce = bytesToHex(randomBytes(32));
  const isOld = !(options.version >= LINK_VERSION);
  const send = (message: ToAgent) => socket.send(JSON.stringify(isOld ? toAgentVersion1(message) : message));
  const refuse = (reason: string) => socket.close(POLICY_VIOLATION, reason.slice(0, 120));
  const timer = setTimeout(() => refuse('link.noHello: say hello within 10 s'), HELLO_TIMEOUT_MS);
  let link: AgentLink | undefined;
  const handle = async (data: RawData) => {
    const message = parse(data, isOld ? fromAgentVersion1 : fromAgent);
    if (message === undefined) return refuse('link.malformed: not a message of protocol/link.ts');
    if (link !== undefined && message.type !== 'hello') return options.onMessage(link, message);
    if (link !== undefined) return refuse('link.helloTwice: say hello once');
    if (message.type !== 'hello') return refuse('link.noHello: say hello first');
    if (!(await isAuthentic(options, nonce, message))) {
      return refuse('link.notAuthentic: hello does not prove the key');
    }
    clearTimeout(timer);
    link = {
      agentKey: message.agentKey.toLowerCase() as Address,
      publicKey: message.publicKey,
      send,
      refuse,
    };
    options.onOpen(link);
    send({ type: 'welcome' });
  };
  inTurn(socket, handle, options.onError);
  socket.on('error', options.onError);
  socket.on('close', () => {
    clearTimeout(timer);
    if (link !== undefined) options.onClose(link);
  });
  send({ type: 'challenge', nonce });
}

/** Handles messages one at a time, in the order in which the agent sent them. */
function inTurn(
  socket: WebSocket,
  handle: (data: RawData) => Promise<void>,
  onError: (error: unknown) => void,
): void {
  let last: Promise<void> = Promise.resolve();
  socket.on('message', (data) => {
    last = last.then(() => (socket.readyState === socket.OPEN ? handle(data) : undefined)).catch(onError);
  });
}

function parse(data: RawData, schema: ZodType<FromAgent>): FromAgent | undefined {
  try {
    return schema.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}

/** Whether the key that the hello names signed it, over this server's nonce and for the host that was dialled. */
async function isAuthentic(
  { ref, audience }: LinkOptions,
  nonce: Hex,
  { agentKey, publicKey, signature }: Extract<FromAgent, { type: 'hello' }>,
): Promise<boolean> {
  try {
    const signer = await signerOf(ref, 'AgentHello', { agentKey, nonce, audience }, signature);
    return isAddressEqual(signer, agentKey) && isAddressEqual(publicKeyToAddress(publicKey), agentKey);
  } catch {
    return false;
  }
}
