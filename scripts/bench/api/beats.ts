// Agents of a generated ledger that send signed heartbeats at a fixed rate to a server, or to the floor. Behind some of
// them an agent sends a notice that is refused and acknowledged: its answer shows when the heartbeat before it was done.
// Takes its options as JSON on standard input; prints the figures as JSON.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { connectAgent, say, signedHeartbeat } from '../generated/agents.ts';
import type { HistoryOptions } from '../generated/history.ts';
import { identityOf } from '../generated/listings.ts';

export interface BeatsOptions {
  history: HistoryOptions;
  port: number;
  /** Takes connections and messages without a handshake. */
  isFloor: boolean;
  agents: number;
  /** Heartbeats of each agent. */
  rounds: number;
  perSecond: number;
  /** Behind each so many rounds, and the last, comes a notice. */
  askEach: number;
}

export type BeatsFigures = { heartbeats: number; p99Ms: number };

/** Heartbeats are signed beforehand: by their clock a little in the future, so that they are not old when they are sent. */
const AHEAD_SEC = 60;
const TICK_MS = 2;
/** No booking has it, and a notice so old is acknowledged all the same. */
const NO_BOOKING = `0x${'00'.repeat(32)}` as const;

interface Agent {
  socket: WebSocket;
  heartbeats: string[];
  ask: string;
  /** When its unanswered notices were due. */
  askedMs: number[];
}

async function newAgent(options: BeatsOptions, listing: number, delaysMs: number[]): Promise<Agent> {
  const { history, port, isFloor, rounds } = options;
  const socket = isFloor
    ? new WebSocket(`ws://127.0.0.1:${port}`)
    : await connectAgent(history, port, listing);
  if (isFloor) await once(socket, 'open');
  const { listingId } = identityOf(history, listing);
  const nowSec = Math.floor(Date.now() / 1_000);
  const content = { to: 'driver', code: 'RESUMED', params: {}, at: nowSec - 86_400 } as const;
  const agent: Agent = {
    socket,
    heartbeats: Array.from({ length: rounds }, () =>
      signedHeartbeat(history, listing, nowSec + AHEAD_SEC, 'AVAILABLE'),
    ),
    ask: say({ type: 'notice', number: 1, notice: { ...content, listingId, bookingId: NO_BOOKING } }),
    askedMs: [],
  };
  socket.on('message', (data) => {
    if (!String(data).includes('"noticed"')) return;
    delaysMs.push(performance.now() - agent.askedMs.shift()!);
  });
  socket.on('close', (code, why) => {
    if (agent.askedMs.length > 0) throw new Error(`A link was closed: ${code} ${String(why)}`);
  });
  return agent;
}

async function send(agents: readonly Agent[], { rounds, perSecond, askEach }: BeatsOptions): Promise<void> {
  const began = performance.now();
  const total = rounds * agents.length;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) * perSecond) / 1_000));
    for (; sent < due; sent++) {
      const agent = agents[sent % agents.length]!;
      const round = Math.floor(sent / agents.length);
      agent.socket.send(agent.heartbeats[round]!);
      if ((round + 1) % askEach !== 0 && round !== rounds - 1) continue;
      agent.askedMs.push(began + (sent * 1_000) / perSecond);
      agent.socket.send(agent.ask);
    }
    await delay(TICK_MS);
  }
  while (agents.some(({ askedMs }) => askedMs.length > 0)) await delay(TICK_MS);
}

const options = JSON.parse(await text(process.stdin)) as BeatsOptions;
const delaysMs: number[] = [];
const agents: Agent[] = [];
for (let listing = 0; listing < options.agents; listing++)
  agents.push(await newAgent(options, listing, delaysMs));
await send(agents, options);
for (const { socket } of agents) socket.terminate();
const sorted = delaysMs.sort((a, b) => a - b);
const figures: BeatsFigures = {
  heartbeats: options.rounds * agents.length,
  p99Ms: Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))]! * 100) / 100,
};
console.log(JSON.stringify(figures));
