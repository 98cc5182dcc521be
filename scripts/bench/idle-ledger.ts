import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numberToHex } from 'viem';

interface Asked {
  id: number;
  method: string;
}

const hashOf = (number: number): string => numberToHex(number, { size: 32 });

function blockAfter(genesisSec: number) {
  const nowSec = Math.floor(Date.now() / 1_000);
  const number = nowSec - genesisSec;
  const [hash, parentHash] = [hashOf(number), hashOf(number - 1)];
  return { number: numberToHex(number), hash, parentHash, timestamp: numberToHex(nowSec), transactions: [] };
}

/** A ledger with a block each second and no events of the market, for an idle agent to follow. */
export async function serveIdleLedger(): Promise<{ url: string; end: () => void }> {
  const genesisSec = Math.floor(Date.now() / 1_000) - 1;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method } = JSON.parse(text) as Asked;
    const result = method === 'eth_getLogs' ? [] : blockAfter(genesisSec);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, end };
}
