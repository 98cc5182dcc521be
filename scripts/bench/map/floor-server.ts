// The floor of the map: a bare Express route that sends the bytes which another server gave for the same paths. Takes that
// server's port and the paths as JSON on standard input; prints its own port.
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { whenParentGone } from '../../lib/parent.ts';

interface Answer {
  type: string;
  body: Buffer;
}

whenParentGone(() => process.exit(1));
const { port, paths } = JSON.parse(await text(process.stdin)) as { port: number; paths: string[] };
const answers = new Map<string, Answer>();
for (const path of paths) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const type = response.headers.get('content-type') ?? 'application/octet-stream';
  answers.set(path, { type, body: Buffer.from(await response.arrayBuffer()) });
}
const app = express();
app.get('/{*path}', (req, res) => {
  const { type, body } = answers.get(req.originalUrl)!;
  res.type(type).send(body);
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
