import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express, { type Response } from 'express';
import { afterEach, expect, test } from 'vitest';
import { createEventStreams, type EventStream } from '../../server/http/sse.ts';
import { openSse, waitFor } from './support.ts';

const streams = createEventStreams({ heartbeatMs: 20 });
let open: EventStream[] = [];
let closed = 0;
let stop: () => void = () => undefined;

async function serve(prepare: (res: Response) => Promise<unknown> = async () => undefined): Promise<string> {
  open = [];
  closed = 0;
  const app = express();
  app.get('/events', async (req, res) => {
    await prepare(res);
    open.push(
      streams.open(req, res, () => {
        closed += 1;
      }),
    );
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
}

afterEach(() => stop());

test('events arrive separately, and comments keep a silent stream open', async () => {
  const reader = await openSse(await serve());
  open[0]!.send({ event: 'a', data: { text: 'two\nlines' } });
  open[0]!.send({ event: 'b', data: 1n.toString() });
  await waitFor('events and heartbeats', () => reader.events.length === 2 && reader.comments.length > 3);
  expect(reader.events).toEqual([
    { event: 'a', data: { text: 'two\nlines' } },
    { event: 'b', data: '1' },
  ]);
  reader.close();
  await waitFor('the server to notice', () => closed === 1);
});

test('the server ends all streams when it stops', async () => {
  const url = await serve();
  const readers = [await openSse(url), await openSse(url)];
  streams.closeAll();
  await Promise.all(readers.map((reader) => reader.ended));
  await waitFor('both to be closed', () => closed === 2);
});

test('a client that disconnects before the stream opens is forgotten', async () => {
  const url = new URL(await serve((res) => once(res, 'close')));
  const socket = connect(Number(url.port), url.hostname);
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'connect');
  socket.destroy();
  await waitFor('the stream to be closed', () => closed === 1);
  expect(open).toHaveLength(1);
});

test('a client that reads nothing is disconnected', async () => {
  const url = new URL(await serve());
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor('the stream', () => open.length === 1);
  const data = 'x'.repeat(200_000);
  await waitFor('the disconnection', () => {
    open[0]!.send({ event: 'much', data });
    return closed === 1;
  });
  socket.destroy();
});
