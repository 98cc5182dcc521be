import { once } from 'node:events';
import type { Address, Hex } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { WebSocket } from 'ws';
import {
  connectorsHash,
  type FromAgent,
  type Heartbeat,
  LINK_PATH,
  linkUrl,
  type ToAgent,
  toAgent,
} from '../../protocol/link.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { waitFor } from './support.ts';

/** The agent's end of the link, by protocol/link.ts alone. */
export interface AgentPeer {
  account: PrivateKeyAccount;
  received: ToAgent[];
  /** The same as the server sent it. */
  frames: string[];
  /** Close code and reason, once the server has closed the connection. */
  closed(): { code: number; reason: string } | undefined;
  send(message: FromAgent | Record<string, unknown> | string): void;
  heartbeat(connectors: Heartbeat['connectors'], change?: Partial<Heartbeat>): Promise<void>;
  reading(reading: Reading): Promise<Hex>;
  /** Answers every request with the result of `reply`. */
  answer(reply: Reply): void;
  stop(): Promise<void>;
}

type Reply = (request: ToAgent) => Partial<Extract<FromAgent, { type: 'reply' }>>;

export interface PeerOptions {
  /** Answers every request from the first one on. */
  reply?: Reply;
  account?: PrivateKeyAccount;
  /** False fields of the hello, where a test needs them. */
  hello?: Partial<{ agentKey: Address; publicKey: Hex; audience: string; nonce: Hex }>;
  /** Sends no hello. */
  isSilent?: boolean;
  headers?: Record<string, string>;
  /** Dials as agents of the link's first version do. */
  isVersion1?: boolean;
}

/** Connects to the server and sends the hello. */
export async function connectAgent(
  host: string,
  ref: MarketRef,
  options: PeerOptions = {},
): Promise<AgentPeer> {
  const account = options.account ?? privateKeyToAccount(generatePrivateKey());
  const url = options.isVersion1 ? `ws://${host}${LINK_PATH}` : linkUrl(`http://${host}`);
  const socket = new WebSocket(url, { headers: options.headers ?? {} });
  const received: ToAgent[] = [];
  const frames: string[] = [];
  let closed: { code: number; reason: string } | undefined;
  let reply = options.reply;
  const send = (message: object | string) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  socket.on('message', (data) => {
    const { type, ...rest } = JSON.parse(String(data)) as { type: string };
    const message = toAgent.parse({ ...rest, type: type === 'place' ? 'location' : type });
    frames.push(String(data));
    received.push(message);
    if (reply !== undefined && 'requestId' in message) {
      send({ type: 'reply', requestId: message.requestId, ...reply(message) });
    }
  });
  socket.on('close', (code, reason) => {
    closed = { code, reason: String(reason) };
  });
  await once(socket, 'open');
  const challenge = await waitFor('the challenge', () => received.find((m) => m.type === 'challenge'));
  if (!options.isSilent)
    send(await helloOf(account, ref, { audience: host, nonce: challenge.nonce, ...options.hello }));
  return {
    ...{ account, received, frames, send, closed: () => closed },
    async heartbeat(connectors, change = {}) {
      const heartbeat = {
        agentKey: account.address,
        sentAt: Math.floor(Date.now() / 1000),
        connectors,
        ...change,
      };
      const message = { ...heartbeat, connectorsHash: connectorsHash(heartbeat.connectors) };
      const signature = await signMessageOf(account, ref, 'Heartbeat', message);
      send({ type: 'heartbeat', heartbeat, signature });
    },
    async reading(reading) {
      const signature = await signMessageOf(account, ref, 'Reading', reading);
      send({ type: 'reading', reading, signature });
      return signature;
    },
    answer(how) {
      reply = how;
    },
    async stop() {
      if (socket.readyState === socket.CLOSED) return;
      socket.close();
      await once(socket, 'close');
    },
  };
}

async function helloOf(
  account: PrivateKeyAccount,
  ref: MarketRef,
  { agentKey, publicKey, audience, nonce }: NonNullable<PeerOptions['hello']>,
): Promise<object> {
  const key = agentKey ?? account.address;
  const signature = await signMessageOf(account, ref, 'AgentHello', { agentKey: key, nonce, audience });
  return { type: 'hello', agentKey: key, publicKey: publicKey ?? account.publicKey, signature };
}

/** Connects and waits for the welcome message. */
export async function connectedAgent(
  host: string,
  ref: MarketRef,
  options: PeerOptions = {},
): Promise<AgentPeer> {
  const peer = await connectAgent(host, ref, options);
  await waitFor('the welcome', () => peer.received.some((message) => message.type === 'welcome'));
  return peer;
}
