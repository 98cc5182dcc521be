import type { IncomingMessage } from 'node:http';

export type Handler<Call> = (call: Call) => Promise<object>;

/** The connection to a charge point as its driver uses it. */
export interface Peer {
  /** The subprotocol that was agreed on. */
  readonly protocol: string;
  call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown>;
  handle(action: string, handler: Handler<PeerCall>): void;
  once(event: 'close', listener: () => void): unknown;
}

/** A peer whose calls without a handler can be passed on. */
export interface ForwardablePeer extends Peer {
  handle(action: string, handler: Handler<PeerCall>): void;
  /** Calls of actions that have no handler. */
  handle(handler: Handler<RpcCall & { method: string }>): void;
}

/** The part of ocpp-rpc's connection that is used; its own typings ask for more than it needs. */
export interface RpcPeer {
  readonly protocol: string;
  readonly handshake: { identity: string; request: IncomingMessage };
  /** What the handshake found out. */
  readonly session: { protocol?: string };
  call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown>;
  handle(action: string, handler: Handler<RpcCall>): void;
  handle(handler: Handler<RpcCall & { method: string }>): void;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'badMessage', listener: (bad: BadMessage) => void): unknown;
  on(event: 'strictValidationFailure', listener: (bad: { method?: string; error: Error }) => void): unknown;
  on(event: 'call' | 'response', listener: (message: { outbound: boolean }) => void): unknown;
  on(event: 'socketError', listener: (error: Error) => void): unknown;
  close(how: { code: number; reason: string; force: boolean }): Promise<unknown>;
}

export interface BadMessage {
  /** The message as it came. */
  buffer: Buffer;
  error: Error;
  /** The error that will be sent after the listeners have seen it. */
  response: [type: 4, messageId: string, code: string, text: string, details: object] | null;
}

/** A call as it was sent. */
export interface RpcCall {
  messageId: string;
  params: Record<string, unknown>;
}

/** A call as it was read. */
export interface PeerCall extends RpcCall {
  /** The payload as it came, for the evidence. */
  sent: unknown;
}
