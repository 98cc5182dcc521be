import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface Message {
  topic: string;
  message: string;
  publishedAt: number;
  attestation?: string;
}

interface Call {
  id: number;
  method?: string;
  params: Record<string, string> & { topics?: string[] };
}

/** A client is who it says by its token, whichever socket it comes with. */
interface Client {
  id: string;
  socket: WebSocket;
}

export interface WalletRelay {
  url: string;
  /** Project ids that clients came with. */
  projects: ReadonlySet<string>;
  /** Text of all that it carried. */
  carried: readonly string[];
  /** Ends each connection, as a network does that fails. */
  cut(): void;
  stop(): Promise<void>;
}

interface Kept {
  deliveryId: number;
  from: string;
  data: Message;
}

/** Who listens to which topic, and what is kept for whom: a message stays until another than its sender says that it came. */
class Mailboxes {
  readonly carried: string[] = [];
  readonly #kept = new Map<number, Kept>();
  readonly #subscribers = new Map<string, Set<Client>>();
  #lastId = Date.now() * 1_000;

  subscribe(client: Client, topic: string): string {
    this.#subscribers.set(topic, (this.#subscribers.get(topic) ?? new Set()).add(client));
    for (const kept of this.#kept.values()) if (kept.data.topic === topic) deliver(kept, client);
    return topic;
  }

  unsubscribe(client: Client, topic: string): boolean {
    return this.#subscribers.get(topic)?.delete(client) ?? false;
  }

  leave(client: Client): void {
    for (const clients of this.#subscribers.values()) clients.delete(client);
  }

  publish(from: Client, topic: string, message: string, attestation?: string): true {
    const data = { topic, message, publishedAt: Date.now(), ...(attestation && { attestation }) };
    this.#lastId += 1;
    const kept = { deliveryId: this.#lastId, from: from.id, data };
    this.carried.push(message);
    this.#kept.set(kept.deliveryId, kept);
    for (const client of this.#subscribers.get(topic) ?? []) deliver(kept, client);
    return true;
  }

  received(deliveryId: number): void {
    this.#kept.delete(deliveryId);
  }
}

function deliver({ deliveryId, from, data }: Kept, to: Client): void {
  if (to.id === from) return;
  const params = { id: data.topic, data };
  to.socket.send(JSON.stringify({ id: deliveryId, jsonrpc: '2.0', method: 'irn_subscription', params }));
}

function answer(boxes: Mailboxes, from: Client, { method, params }: Call): unknown {
  const { topic = '', pairingTopic = '', sessionTopic = '', attestation } = params;
  switch (method) {
    case 'irn_subscribe':
      return boxes.subscribe(from, topic);
    case 'irn_batchSubscribe':
      return params.topics?.map((one) => boxes.subscribe(from, one));
    case 'irn_unsubscribe':
      return boxes.unsubscribe(from, topic);
    case 'irn_batchFetchMessages':
      return { messages: [], hasMore: false };
    case 'irn_publish':
      return boxes.publish(from, topic, params.message!, attestation);
    case 'wc_proposeSession':
      boxes.subscribe(from, pairingTopic);
      return boxes.publish(from, pairingTopic, params.sessionProposal!, attestation);
    case 'wc_approveSession':
      boxes.publish(from, pairingTopic, params.sessionProposalResponse!);
      boxes.subscribe(from, sessionTopic);
      return boxes.publish(from, sessionTopic, params.sessionSettlementRequest!);
    default:
      return undefined;
  }
}

/** @returns what a client's token says of it: its issuer, the client's own key. */
function clientIdOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    iss: string;
  };
  return claims.iss;
}

/** A client in Node ends a connection on which nothing came for 35 s. */
const PING_MS = 15_000;

/** A relay of WalletConnect, as far as two clients of it need one: JSON-RPC over WebSocket. It reads none of what it carries. */
export async function startWalletRelay(): Promise<WalletRelay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const boxes = new Mailboxes();
  const projects = new Set<string>();
  const pings = setInterval(() => {
    for (const socket of server.clients) socket.ping();
  }, PING_MS);
  server.on('connection', (socket, request) => {
    const asked = new URL(request.url ?? '', 'ws://relay').searchParams;
    projects.add(asked.get('projectId') ?? '');
    const client: Client = { id: clientIdOf(asked.get('auth') ?? ''), socket };
    socket.on('message', (text) => {
      const call = JSON.parse(String(text)) as Call;
      if (call.method === undefined) return boxes.received(call.id);
      const result = answer(boxes, client, call);
      const error = { code: -32_601, message: `no ${call.method}` };
      const given = result === undefined ? { error } : { result };
      socket.send(JSON.stringify({ id: call.id, jsonrpc: '2.0', ...given }));
    });
    socket.on('close', () => boxes.leave(client));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of server.clients) socket.terminate();
  };
  const stop = async () => {
    clearInterval(pings);
    cut();
    server.close();
    await once(server, 'close');
  };
  return { url: `ws://127.0.0.1:${port}`, projects, carried: boxes.carried, cut, stop };
}
