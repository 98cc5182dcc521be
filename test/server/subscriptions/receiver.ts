import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Takes webhooks and push messages as their receivers do. */
export interface Receiver {
  host: string;
  received: Received[];
  /** The events among them, by the path that they were sent to. */
  eventsAt(path: string): { type: string; [name: string]: unknown }[];
  /** How it answers instead. */
  answer: ((res: ServerResponse, received: Received) => void) | undefined;
  stop(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (req, res) => {
    const one = { path: req.url ?? '', headers: req.headers, body: await buffer(req) };
    receiver.received.push(one);
    if (receiver.answer !== undefined) return receiver.answer(res, one);
    const isConfirm = one.body.includes('subscription.confirm');
    res.end(isConfirm ? (JSON.parse(String(one.body)) as { challenge: string }).challenge : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: undefined,
    eventsAt: (path) =>
      receiver.received.filter((one) => one.path === path).map((one) => JSON.parse(String(one.body))),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
