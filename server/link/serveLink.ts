import { randomBytes } from 'node:crypto';
import { type Address, bytesToHex, type Hex, hexToBytes } from 'viem';
import type { RawData, WebSocket } from 'ws';
import type { ZodType } from 'zod';
import {
  type FromAgent,
  fromAgent,
  LINK_VERSION,
  NEWEST_SINCE_VERSION,
  type ToAgent,
} from '../../protocol/link.ts';
import { fromAgentVersion1, isLinkVersion1, toAgentVersion1 } from '../../protocol/linkVersion1.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { helloDigest, keyAddress } from './digests.ts';
import { inTurn } from './in-turn.ts';
import { isSignedByKey } from './knownKey.ts';
import { createLinkPace } from './pace.ts';
import type { ShutOuts } from './shut-out.ts';

/** Time that a peer has to authenticate itself. */
const HELLO_TIMEOUT_MS = 10_000;

/** A peer that is refused and does not end the connection within this time is cut off. */
const REFUSED_MS = 1_000;

/** A peer that leaves so much unread is cut off. */
const MAX_UNREAD_BYTES = 1_048_576;

/** WebSocket close code for a peer that breaks the protocol (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1_008;

/** An authenticated connection. */
export interface AgentLink {
  agentKey: Address;
  publicKey: Hex;
  send(message: ToAgent): void;
  /** The IP address that it comes from, as one key. */
  address: string;
  /** Closes the connection with a reason of at most 120 bytes. */
  refuse(reason: string): void;
  /** The same for one that floods: what it has sent is not read any more, and its key may not connect for some time. */
  shutOut(reason: string): void;
}

export type AgentMessage = Exclude<FromAgent, { type: 'hello' }>;

export interface LinkOptions {
  address: string;
  shutOuts: ShutOuts;
  ref: MarketRef;
  /** The host that the agent dialled; the hello must name it. */
  audience: string;
  /** The version of the link that the agent dialled with. */
  version: number;
  /** Whether the ledger has a listing of this key. */
  isListed(agentKey: Address): Promise<boolean>;
  onOpen(link: AgentLink): void;
  onMessage(link: AgentLink, message: AgentMessage): Promise<void>;
  onClose(link: AgentLink): void;
  onError(error: unknown): void;
}

/** Serves one agent's socket: challenge, hello, welcome, then its messages one at a time. */
export function serveLink(socket: WebSocket, options: LinkOptions): void {
  const nonce = bytesToHex(randomBytes(32));
  const isOld = isLinkVersion1(options.version);
  const send = (message: ToAgent) => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) return socket.terminate();
    socket.send(JSON.stringify(isOld ? toAgentVersion1(message) : message));
  };
  const refuse = (reason: string) => refuseLink(socket, reason);
  const shutOut = (reason: string) => {
    if (link !== undefined) options.shutOuts.add(link.agentKey);
    refuseUnread(socket, reason);
  };
  const timer = setTimeout(() => refuse('link.noHello: say hello within 10 s'), HELLO_TIMEOUT_MS);
  let link: AgentLink | undefined;
  const isInPace = createLinkPace(async () => link !== undefined && options.isListed(link.agentKey));
  const handle = async (data: RawData) => {
    if (!(await isInPace())) return shutOut('link.tooFast: more messages than an agent may send');
    const message = parse(data, isOld ? fromAgentVersion1 : fromAgent);
    if (message === undefined) return refuse('link.malformed: not a message of protocol/link.ts');
    if (link !== undefined && message.type !== 'hello') return options.onMessage(link, message);
    if (link !== undefined) return refuse('link.helloTwice: say hello once');
    if (message.type !== 'hello') return refuse('link.noHello: say hello first');
    if (!(await mayConnect(socket, options.shutOuts, message.agentKey))) return;
    if (!isAuthentic(options, nonce, message)) {
      return refuse('link.notAuthentic: hello does not prove the key');
    }
    clearTimeout(timer);
    link = {
      agentKey: message.agentKey.toLowerCase() as Address,
      publicKey: message.publicKey,
      address: options.address,
      send,
      refuse,
      shutOut,
    };
    options.onOpen(link);
    // An older agent does not read a welcome that says more.
    const isTold = options.version >= NEWEST_SINCE_VERSION;
    send({ type: 'welcome', ...(isTold && { version: LINK_VERSION }) });
  };
  inTurn(socket, handle, options.onError);
  socket.on('error', options.onError);
  socket.on('close', () => {
    clearTimeout(timer);
    if (link !== undefined) options.onClose(link);
  });
  send({ type: 'challenge', nonce });
}

/** Whether a key may connect; before its signature is checked. One that is shut out is held, then refused. */
async function mayConnect(socket: WebSocket, shutOuts: ShutOuts, agentKey: Address): Promise<boolean> {
  socket.pause();
  const leftSec = Math.ceil((await shutOuts.held(agentKey.toLowerCase() as Address)) / 1_000);
  socket.resume();
  if (leftSec === 0) return socket.readyState === socket.OPEN;
  refuseLink(socket, `link.shutOut: it sent too much; connect again in ${leftSec} s`);
  return false;
}

/** Its peer reads the reason; what the peer has sent before it does is not worth reading. */
function refuseUnread(socket: WebSocket, reason: string): void {
  refuseLink(socket, reason);
  socket.pause();
}

function refuseLink(socket: WebSocket, reason: string): void {
  socket.resume();
  socket.close(POLICY_VIOLATION, reason.slice(0, 120));
  const timer = setTimeout(() => socket.terminate(), REFUSED_MS);
  socket.once('close', () => clearTimeout(timer));
}

function parse(data: RawData, schema: ZodType<FromAgent>): FromAgent | undefined {
  try {
    return schema.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}

/** Whether the key that the hello names signed it, over this server's nonce and for the host that was dialled. */
function isAuthentic(
  { ref, audience }: LinkOptions,
  nonce: Hex,
  { agentKey, publicKey, signature }: Extract<FromAgent, { type: 'hello' }>,
): boolean {
  try {
    const key = hexToBytes(publicKey);
    const isUncompressed = key.length === 65 && key[0] === 4;
    if (!isUncompressed || keyAddress(key) !== agentKey.toLowerCase()) return false;
    return isSignedByKey(key, helloDigest(ref, { agentKey, nonce, audience }), signature);
  } catch {
    return false;
  }
}
