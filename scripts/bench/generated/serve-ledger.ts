// A ledger of generated events behind JSON-RPC, in a process of its own. Takes its options as JSON; prints its port.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { whenParentGone } from '../../lib/parent.ts';
import { GeneratedChain } from './chain.ts';
import { type HistoryOptions, historyOf } from './history.ts';
import { answer, RpcError } from './rpc.ts';

export interface LedgerOptions extends HistoryOptions {
  /** Before each answer. */
  latencyMs: number;
  /** So many blocks stay encoded: all of them where many programs read them, so that the ledger is not the slowest. */
  keptBlocks: number;
}

interface Asked {
  id: number;
  method: string;
  params?: never[];
}

const INTERNAL_ERROR = -32_603;

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function answerOne(chain: GeneratedChain, { id, method, params = [] }: Asked): object {
  try {
    return { jsonrpc: '2.0', id, result: answer(chain, method, params) };
  } catch (error) {
    const { message } = error as Error;
    return {
      jsonrpc: '2.0',
      id,
      error: { code: error instanceof RpcError ? error.code : INTERNAL_ERROR, message },
    };
  }
}

function serve({ latencyMs, keptBlocks, ...options }: LedgerOptions): void {
  const chain = new GeneratedChain(historyOf(options), keptBlocks);
  const server = createServer(async (request, response) => {
    // A page asks the ledger from another origin, and beforehand whether it may.
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (request.method !== 'POST') return void response.writeHead(204).end();
    const asked = JSON.parse(await textOf(request)) as Asked | Asked[];
    if (latencyMs > 0) await delay(latencyMs);
    const answered = Array.isArray(asked)
      ? asked.map((one) => answerOne(chain, one))
      : answerOne(chain, asked);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answered));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
  });
}

whenParentGone(() => process.exit(0));
serve(JSON.parse(process.argv[2]!) as LedgerOptions);
