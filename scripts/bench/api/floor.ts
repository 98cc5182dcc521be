// The floor of the API: a bare Express route that sends the bytes of one answer of another server, and a bare `ws` server
// that takes the same messages and answers those that ask. Takes the address of that answer as an argument.
import type { AddressInfo } from 'node:net';
import express from 'express';
import { WebSocketServer } from 'ws';

const response = await fetch(process.argv[2]!);
const body = Buffer.from(await response.arrayBuffer());
const app = express();
app.get('/{*path}', (_req, res) => {
  res.type('application/json').send(body);
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
const asks = Buffer.from('{"type":"notice"');
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    if (data.subarray(0, asks.length).equals(asks)) socket.send('{"type":"noticed","number":1}');
  });
});
