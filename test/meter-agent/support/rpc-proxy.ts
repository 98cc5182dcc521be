import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from './start-agent.ts';

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** Stands between an agent and its node: counts what is asked, and answers for the node where `answer` says so. */
export class RpcProxy {
  readonly asked: { method: string; params: unknown[] }[] = [];
  /** A result in place of the node's; an Error is answered as the node's own; undefined asks the node. */
  answer: (method: string, params: unknown[]) => unknown = () => undefined;
  /** The line to the node is cut: who connects is hung up on. */
  isCut = false;
  readonly #server = createServer(
    (request, response) =>
      void this.#serve(request).then(
        (text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text),
        () => response.destroy(),
      ),
  );
  readonly #nodeUrl: string;

  private constructor(nodeUrl: string) {
    this.#nodeUrl = nodeUrl;
  }

  static async start(scope: Scope, nodeUrl: string): Promise<{ proxy: RpcProxy; url: string }> {
    const proxy = new RpcProxy(nodeUrl);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    scope.onEnd(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return { proxy, url: `http://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}` };
  }

  /** How often this was asked. */
  count(method: string): number {
    return this.asked.filter((asked) => asked.method === method).length;
  }

  async #serve(request: IncomingMessage): Promise<string> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method, params } = JSON.parse(text) as Call;
    this.asked.push({ method, params });
    if (this.isCut) throw new Error('cut');
    const own = this.answer(method, params);
    if (own instanceof Error) {
      return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message: own.message } });
    }
    if (own !== undefined) return JSON.stringify({ jsonrpc: '2.0', id, result: own });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.#nodeUrl, { method: 'POST', headers, body: text });
    return answer.text();
  }
}
