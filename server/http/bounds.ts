/** How much of what stays open a process holds at once. Beyond it the newest is refused; nobody else is cut off. */
export interface Bounds {
  /** Live streams (server-sent events), in all and of one IP address. */
  streams: number;
  streamsPerAddress: number;
  /** Bytes of live streams that their readers have not taken, of all and of one. */
  unreadBytes: number;
  unreadBytesPerStream: number;
  /** Connections of agents, in all and of one IP address. */
  links: number;
  linksPerAddress: number;
  /** Requests that wait for one agent's reply. */
  waitingPerAgent: number;
  /** Requests that wait for their turn, since their address was just refused the same, in all and of one address. */
  waiting: number;
  waitingPerAddress: number;
}

export const BOUNDS: Bounds = {
  streams: 20_000,
  streamsPerAddress: 100,
  unreadBytes: 268_435_456,
  unreadBytesPerStream: 1_048_576,
  links: 50_000,
  linksPerAddress: 2_000,
  waitingPerAgent: 32,
  waiting: 10_000,
  waitingPerAddress: 2_000,
};
