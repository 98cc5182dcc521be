import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxyOptions {
  /** Log queries over more blocks than this are refused. */
  maxBlocks?: number;
  /** A false chain id to answer with. */
  chainId?: number;
}

/** Forwards JSON-RPC while `gate.isOpen`, otherwise destroys the connection. Its path looks like an access key. */
export async function startProxy(target: string, { maxBlocks, chainId }: ProxyOptions = {}) {
  const gate = { isOpen: true, requests: 0, refused: 0 };
  const answer = async (body: string): Promise<string> => {
    const { id, method, params } = JSON.parse(body);
    if (method === 'eth_chainId' && chainId !== undefined) {
      return JSON.stringify({ jsonrpc: '2.0', id, result: `0x${chainId.toString(16)}` });
    }
    const blocks = method === 'eth_getLogs' ? Number(params[0].toBlock) - Number(params[0].fromBlock) + 1 : 0;
    if (maxBlocks !== undefined && blocks > maxBlocks) {
      gate.refused += 1;
      return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_005, message: 'range too long' } });
    }
    const headers = { 'content-type': 'application/json' };
    return (await fetch(target, { method: 'POST', headers, body })).text();
  };
  const proxy: Server = createServer((req, res) => {
    gate.requests += 1;
    if (!gate.isOpen) return void req.socket.destroy();
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', async () => res.setHeader('content-type', 'application/json').end(await answer(body)));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v3/secret-access-key`;
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { gate, url, close };
}
