// Agents of a generated ledger, all in this process: they connect, sign their heartbeats beforehand, and send them at
// a fixed rate when told to, whatever the servers do with them. Takes its options as JSON; speaks over IPC.
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { connectAgent, signedHeartbeat } from '../generated/agents.ts';
import type { HistoryOptions } from '../generated/history.ts';

export interface SenderOptions {
  history: HistoryOptions;
  /** Ports of the servers; agents dial them in turn. */
  ports: number[];
  agents: number;
  /** Heartbeats of each agent; the last one says that its connector is charging. */
  rounds: number;
  /** The first of them, which are sent before; the last one of these says that its connector is blocked. */
  warmUpRounds: number;
  perSecond: number;
}

/** Seconds between the times that an agent's heartbeats name: each is newer than the one before. */
const APART_SEC = 1;
const TICK_MS = 10;
const WARMEST = 30;

interface Agent {
  socket: WebSocket;
  heartbeats: string[];
}

function signedHeartbeats({ history, rounds, warmUpRounds }: SenderOptions, listing: number): string[] {
  const nowSec = Math.floor(Date.now() / 1_000);
  return Array.from({ length: rounds }, (_unused, round) => {
    const isLast = round === rounds - 1;
    const status = isLast ? 'CHARGING' : round === warmUpRounds - 1 ? 'BLOCKED' : 'AVAILABLE';
    // The same words within some seconds would not be written again.
    const health = { temperatureC: 20 + (round % WARMEST) };
    return signedHeartbeat(history, listing, nowSec + APART_SEC * (round - rounds), status, health);
  });
}

/** Each agent's first heartbeat of these rounds, then each one's second, and so on, at the rate asked for. */
async function send(agents: readonly Agent[], perSecond: number, from: number, to: number): Promise<void> {
  const began = performance.now();
  const [first, end] = [from * agents.length, to * agents.length];
  for (let sent = first; sent < end; ) {
    const due = Math.min(end, first + Math.ceil(((performance.now() - began) * perSecond) / 1_000));
    for (; sent < due; sent++) {
      const { socket, heartbeats } = agents[sent % agents.length]!;
      socket.send(heartbeats[Math.floor(sent / agents.length)]!);
    }
    await delay(TICK_MS);
  }
}

const options = JSON.parse(process.argv[2]!) as SenderOptions;
const { history, ports, rounds, warmUpRounds, perSecond } = options;
const sockets: WebSocket[] = [];
for (let listing = 0; listing < options.agents; listing++)
  sockets.push(await connectAgent(history, ports[listing % ports.length]!, listing));
const agents = sockets.map((socket, listing) => ({ socket, heartbeats: signedHeartbeats(options, listing) }));
process.once('disconnect', () => process.exit(0));
process.on('message', (part) => {
  const [from, to] = part === 'warmUp' ? [0, warmUpRounds] : [warmUpRounds, rounds];
  void send(agents, perSecond, from, to);
});
process.send?.('ready');
