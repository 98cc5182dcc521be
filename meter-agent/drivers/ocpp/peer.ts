import type { IncomingMessage } from 'node:http';

type Handler<Call> = (call: Call) => Promise<object>;

/** The connection to a charge point as its driver uses it. */
export interface Peer {
  /** The subprotocol that was agreed on. */
  readonly protocol: string;
  call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown>;
  handle(action: string, handler: Handler<PeerCall>): void;
  once(event: 'close', listener: () => void): unknown;
}

/** The part of ocpp-rpc's connection that is used; its own typings ask for more than it needs. */
export interface RpcPeer extends Peer {
  readonly handshake: { identity: string; request: IncomingMessage };
  handle(action: string, handler: Handler<PeerCall>): void;
  /** Calls of actions that have no handler. */
  handle(handler: Handler<PeerCall & { method: string }>): void;
  on(event: 'badMessage', listener: (bad: BadMessage) => void): unknown;
  on(event: 'strictValidationFailure', listener: (bad: { method?: string; error: Error }) => void): unknown;
  on(event: 'call' | 'response', listener: (message: { outbound: boolean }) => void): unknown;
  on(event: 'socketError', listener: (error: Error) => void): unknown;
  close(how: { code: number; reason: string; force: boolean }): Promise<unknown>;
}

export interface BadMessage {
  error: Error;
  /** The error that will be sent after the listeners have seen it. */
  response: [type: 4, messageId: string, code: string, text: string, details: object] | null;
}

export interface PeerCall {
  messageId: string;
  /** Checked against the schema of the connection's OCPP version by ocpp-rpc's strict mode. */
  params: Record<string, unknown>;
}
