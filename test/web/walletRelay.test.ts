import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWalletRelay, type WalletRelay } from '../support/wallet-relay.ts';

interface Frame {
  id: number;
  method?: string;
  params?: { data: { message: string } };
}

let relay: WalletRelay;
beforeAll(async () => {
  relay = await startWalletRelay();
});
afterAll(() => relay.stop());

/** A client with this name, and all that the relay sends it. */
async function clientOf(name: string, isHonest = true) {
  const claims = Buffer.from(JSON.stringify({ iss: name })).toString('base64url');
  const socket = new WebSocket(`${relay.url}/?projectId=p&auth=e30.${claims}.s`);
  const came: string[] = [];
  const answers = new Map<number, () => void>();
  let lastId = 0;
  socket.on('message', (text) => {
    const { id, method, params } = JSON.parse(String(text)) as Frame;
    if (method === undefined) return answers.get(id)?.();
    came.push(params!.data.message);
    if (isHonest) socket.send(JSON.stringify({ id, jsonrpc: '2.0', result: true }));
  });
  await once(socket, 'open');
  const ask = (method: string, params: Record<string, string>) => {
    lastId += 1;
    const answered = new Promise<void>((resolve) => answers.set(lastId, resolve));
    socket.send(JSON.stringify({ id: lastId, jsonrpc: '2.0', method, params }));
    return answered;
  };
  return { came, ask, end: () => socket.terminate(), closed: () => once(socket, 'close') };
}

it('keeps a message for the other side, whichever sockets the two come with', async () => {
  const wallet = await clientOf('wallet');
  await wallet.ask('irn_publish', { topic: 'a', message: 'settle' });
  const cut = wallet.closed();
  relay.cut();
  await cut;
  const again = await clientOf('wallet');
  await again.ask('irn_subscribe', { topic: 'a' });
  expect(again.came).toEqual([]);
  const page = await clientOf('page');
  await page.ask('irn_subscribe', { topic: 'a' });
  expect(page.came).toEqual(['settle']);
  for (const client of [again, page]) client.end();
});

it('delivers once more what a client did not say it received, and nothing else', async () => {
  const wallet = await clientOf('wallet');
  const lost = await clientOf('page', false);
  await lost.ask('irn_subscribe', { topic: 'b' });
  await wallet.ask('irn_publish', { topic: 'b', message: 'event' });
  await lost.ask('irn_subscribe', { topic: 'other' });
  expect(lost.came).toEqual(['event']);
  lost.end();
  const back = await clientOf('page');
  await back.ask('irn_subscribe', { topic: 'b' });
  await back.ask('irn_subscribe', { topic: 'b' });
  expect(back.came).toEqual(['event']);
  for (const client of [wallet, back]) client.end();
});
