import { ask, type Kept, keyOf } from './lying-api.ts';

/** Another answer in place of a true one, by its path without `/api/v1`. */
export type ApiLie = (answer: Kept, path: string) => Kept;

interface Sent {
  method?: string;
  headers?: { accept?: string };
  body?: string;
}

/** A server and a node of a ledger that stands still, each asked the same thing once; `fetch` answers in this process. */
export class RecordedApi {
  lie: ApiLie | undefined;
  readonly answers = new Map<string, Promise<Kept>>();
  readonly #ofNode = new Map<string, Promise<object>>();
  readonly #apiUrl: string;
  readonly #rpcUrl: string;

  constructor(apiUrl: string, rpcUrl: string) {
    this.#apiUrl = apiUrl;
    this.#rpcUrl = rpcUrl;
  }

  readonly fetch = (async (url: string, { headers, body = '' }: Sent = {}) =>
    url.startsWith(this.#apiUrl)
      ? this.#ofApi(url, headers?.accept ?? '')
      : this.#node(body)) as typeof fetch;

  async #ofApi(url: string, accept: string): Promise<Response> {
    const key = keyOf(url.slice(this.#apiUrl.length), accept);
    const known = this.answers.get(key) ?? ask(url, accept);
    this.answers.set(key, known);
    const answer = await known;
    const { status, headers, body } = this.lie?.(answer, key) ?? answer;
    return new Response(Buffer.from(body, 'latin1'), { status, headers });
  }

  async #node(body: string): Promise<Response> {
    const { id, ...call } = JSON.parse(body) as { id: number };
    const key = JSON.stringify(call);
    const known = this.#ofNode.get(key) ?? askNode(this.#rpcUrl, body);
    this.#ofNode.set(key, known);
    return Response.json({ ...(await known), id });
  }
}

async function askNode(url: string, body: string): Promise<object> {
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(url, { method: 'POST', headers, body })).json()) as object;
}
