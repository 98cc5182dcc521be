import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Address, getAddress } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { LINK_VERSION } from '../../protocol/link.ts';
import { serveLink } from '../../server/link/serveLink.ts';
import { REF } from './support/heartbeat-agents.ts';

const AGENT_KEY: Address = '0x90f8bf6a479f320ead074411a4b0e7944ea8c9c1';

/** Says a hello that its key has not signed, to a server that shuts out its key for so long. */
async function helloWhile(leftMs: number): Promise<{ reason: string; asked: Address[] }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  const asked: Address[] = [];
  server.on('connection', (socket) =>
    serveLink(socket, {
      ...{ address: '192.0.2.1', audience: 'host', ref: REF, version: LINK_VERSION },
      shutOuts: {
        add: () => undefined,
        held: async (agentKey) => {
          asked.push(agentKey);
          return leftMs;
        },
      },
      isListed: async () => false,
      onOpen: () => undefined,
      onMessage: async () => undefined,
      onClose: () => undefined,
      onError: () => undefined,
    }),
  );
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(peer, 'message');
  const agentKey = getAddress(AGENT_KEY);
  const signed = { publicKey: `0x04${'11'.repeat(64)}`, signature: `0x${'11'.repeat(65)}` };
  peer.send(JSON.stringify({ type: 'hello', agentKey, ...signed }));
  const [, reason] = await once(peer, 'close');
  return { reason: String(reason), asked };
}

test('a key that is shut out is refused before its signature is checked, and told for how long', async () => {
  const { reason, asked } = await helloWhile(6_001);
  expect(reason).toBe('link.shutOut: it sent too much; connect again in 7 s');
  expect(asked).toEqual([AGENT_KEY]);
});

test('a key that is not has its signature checked', async () => {
  expect((await helloWhile(0)).reason).toContain('link.notAuthentic');
});
