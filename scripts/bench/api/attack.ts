// Floods a server from some addresses of its own, until it is ended: live streams that are opened again and again and not
// read, and links that send long heartbeats with false signatures as fast as the server takes them. Takes its options as
// JSON on standard input; prints a port that means nothing once all of it runs.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { linkUrl } from '../../../protocol/link.ts';
import { whenParentGone } from '../../lib/parent.ts';
import { connectAgent } from '../generated/agents.ts';
import type { HistoryOptions } from '../generated/history.ts';
import { identityOf } from '../generated/listings.ts';

export interface AttackOptions {
  port: number;
  history: HistoryOptions;
  streams: number;
  links: number;
}

const ADDRESS = '192.0.2.66';
/** As many as one may name: 8.8 kB. */
const CONNECTORS = 64;
const PAUSE_MS = 20;

whenParentGone(() => process.exit(1));
const { port, history, streams, links } = JSON.parse(await text(process.stdin)) as AttackOptions;

const hex = (bytes: number): string => `0x${randomBytes(bytes).toString('hex')}`;

/** One that stays open is never read. One that is refused is tried again. */
function openStream(): void {
  const headers = { 'x-forwarded-for': ADDRESS };
  const asked = request({ host: '127.0.0.1', port, path: '/api/v1/map/events', headers, agent: false });
  const again = () => void delay(PAUSE_MS).then(openStream);
  asked.on('response', (response) => {
    if (response.statusCode === 200) return;
    response.resume().once('end', again);
  });
  asked.once('error', again);
  asked.end();
}

/** A listed agent of its own, that sends what nobody signed. */
async function flood(listing: number): Promise<void> {
  const { agentKey } = identityOf(history, listing);
  const connectors = Array.from({ length: CONNECTORS }, () => ({
    ...{ connector: hex(6), listingId: hex(32), status: 'AVAILABLE' },
  }));
  const heartbeat = { agentKey, sentAt: Math.floor(Date.now() / 1_000), connectors };
  const message = JSON.stringify({ type: 'heartbeat', heartbeat, signature: `0x${'11'.repeat(65)}` });
  for (;;) {
    const socket = await connectAgent(history, port, listing).catch(() => undefined);
    while (socket?.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount < 1e6) socket.send(message);
      await new Promise(setImmediate);
    }
    await delay(PAUSE_MS);
  }
}

for (let i = 0; i < streams; i++) openStream();
for (let i = 0; i < links; i++) void flood(i);
const probe = new WebSocket(linkUrl(`http://127.0.0.1:${port}`));
await once(probe, 'message');
probe.terminate();
console.log(JSON.stringify({ port: 0 }));
