// The baseline of the agent's measurements: a bare `ocpp-rpc` server in the same strict mode that only
// acknowledges. Prints its port.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { RPCServer } from 'ocpp-rpc';

const rpc = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true } as never);
rpc.on('client', (client: { handle(action: string, handler: () => object): void }) => {
  client.handle('MeterValues', () => ({}));
});
const http = createServer();
http.on('upgrade', (request, socket, head) => void rpc.handleUpgrade(request, socket as Socket, head));
http.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (http.address() as AddressInfo).port })),
);
