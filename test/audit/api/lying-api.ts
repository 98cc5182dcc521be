import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Changes an answer of the API: its body with a character for each byte, by its path without `/api/v1`. */
export type Lie = (body: string, path: string) => string;

/** An answer as its reader got it; a character of the body for each byte. */
export interface Kept {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const HEADERS = ['content-type', 'date', 'link', 'x-total-count'];

/** Stands in front of the API; remembers its answers, as their readers got them, while it does not lie. */
export class LyingApi {
  lie: Lie | undefined;
  readonly answers = new Map<string, Kept>();
  readonly #server: Server;

  private constructor(origin: string) {
    this.#server = createServer(async ({ url = '', headers: { accept = '' } }, response) => {
      const key = keyOf(url, accept);
      const known = this.answers.get(key) ?? (await ask(`${origin}${url}`, accept));
      this.answers.set(key, known);
      const body = this.lie?.(known.body, key) ?? known.body;
      const status = body === known.body ? known.status : 200;
      response.writeHead(status, known.headers).end(Buffer.from(body, 'latin1'));
    });
  }

  static async start(origin: string): Promise<LyingApi> {
    const api = new LyingApi(origin);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Runs something while every answer goes through the lie. */
  async through<T>(lie: Lie, use: () => Promise<T>): Promise<T> {
    this.lie = lie;
    try {
      return await use();
    } finally {
      this.lie = undefined;
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The path of an answer without `/api/v1`, and whether it is GeoJSON. */
export function keyOf(pathname: string, accept: string): string {
  const path = pathname.replace('/api/v1', '');
  return accept.includes('geo+json') ? `${path}#geojson` : path;
}

export async function ask(url: string, accept: string): Promise<Kept> {
  const answer = await fetch(url, { headers: { accept } });
  const headers = HEADERS.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const body = Buffer.from(await answer.arrayBuffer()).toString('latin1');
  return { status: answer.status, headers: Object.fromEntries(headers), body };
}
