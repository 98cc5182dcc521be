import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface Message {
  topic: string;
  message: string;
  publishedAt: number;
  tag?: number;
  attestation?: string;
}

interface Call {
  id: number;
  method?: string;
  params: Record<string, string> & { topics?: string[] };
}

export interface WalletRelay {
  url: string;
  /** Project ids that clients came with. */
  projects: ReadonlySet<string>;
  /** Text of all that it carried. */
  carried: readonly string[];
  stop(): Promise<void>;
}

/** Who waits for which topic, and what waits for whom: a message is kept until another than its sender has it. */
class Mailboxes {
  readonly carried: string[] = [];
  readonly #waiting = new Map<string, Message[]>();
  readonly #subscribers = new Map<string, Set<WebSocket>>();
  #lastId = Date.now() * 1_000;

  subscribe(socket: WebSocket, topic: string): string {
    this.#subscribers.set(topic, (this.#subscribers.get(topic) ?? new Set()).add(socket));
    const waiting = this.#waiting.get(topic) ?? [];
    this.#waiting.delete(topic);
    for (const message of waiting) this.#deliver(socket, message);
    return topic;
  }

  unsubscribe(socket: WebSocket, topic: string): boolean {
    return this.#subscribers.get(topic)?.delete(socket) ?? false;
  }

  leave(socket: WebSocket): void {
    for (const sockets of this.#subscribers.values()) sockets.delete(socket);
  }

  publish(from: WebSocket, topic: string, message: string, attestation?: string): true {
    const whole = { topic, message, publishedAt: Date.now(), ...(attestation && { attestation }) };
    this.carried.push(message);
    const others = [...(this.#subscribers.get(topic) ?? [])].filter((socket) => socket !== from);
    for (const socket of others) this.#deliver(socket, whole);
    if (others.length === 0) this.#waiting.set(topic, [...(this.#waiting.get(topic) ?? []), whole]);
    return true;
  }

  #deliver(socket: WebSocket, data: Message): void {
    this.#lastId += 1;
    const params = { id: data.topic, data };
    socket.send(JSON.stringify({ id: this.#lastId, jsonrpc: '2.0', method: 'irn_subscription', params }));
  }
}

function answer(boxes: Mailboxes, from: WebSocket, { method, params }: Call): unknown {
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

/** A relay of WalletConnect, as far as two clients of it need one: JSON-RPC over WebSocket. It reads none of what it carries. */
export async function startWalletRelay(): Promise<WalletRelay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const boxes = new Mailboxes();
  const projects = new Set<string>();
  server.on('connection', (socket, request) => {
    projects.add(new URL(request.url ?? '', 'ws://relay').searchParams.get('projectId') ?? '');
    socket.on('message', (text) => {
      const call = JSON.parse(String(text)) as Call;
      // The other ones are receipts of what was delivered.
      if (call.method === undefined) return;
      const result = answer(boxes, socket, call);
      const error = { code: -32_601, message: `no ${call.method}` };
      const given = result === undefined ? { error } : { result };
      socket.send(JSON.stringify({ id: call.id, jsonrpc: '2.0', ...given }));
    });
    socket.on('close', () => boxes.leave(socket));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await once(server, 'close');
  };
  return { url: `ws://127.0.0.1:${port}`, projects, carried: boxes.carried, stop };
}
