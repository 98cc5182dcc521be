/** What we use of one of ocpp-rpc's connections; its own typings ask for more than it needs. */
export interface Peer {
  readonly handshake: { identity: string };
  readonly protocol: string;
  call(action: string, params: object): Promise<unknown>;
  handle(action: string, handler: (call: PeerCall) => Promise<object>): void;
  on(event: string, listener: (detail: { method?: string; error: Error }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  close(how: { code: number; reason: string; force: boolean }): Promise<unknown>;
}

export interface PeerCall {
  messageId: string;
  /** Checked against the schema of the line's OCPP version by ocpp-rpc's strict mode. */
  params: Record<string, unknown>;
}
