/** An answer of the API. */
export interface ApiAnswer {
  status: number;
  body: Buffer<ArrayBuffer>;
}

/** Another answer in place of a true one, by its path without `/api/v1`. */
export type ApiLie = (answer: ApiAnswer, path: string) => ApiAnswer;

interface Sent {
  method?: string;
  body?: string;
}

/** A server and a node of a ledger that stands still, each asked the same thing once; `fetch` answers in this process. */
export class RecordedApi {
  lie: ApiLie | undefined;
  readonly answers = new Map<string, Promise<ApiAnswer & { date: string }>>();
  readonly #ofNode = new Map<string, Promise<object>>();
  readonly #apiUrl: string;
  readonly #rpcUrl: string;

  constructor(apiUrl: string, rpcUrl: string) {
    this.#apiUrl = apiUrl;
    this.#rpcUrl = rpcUrl;
  }

  readonly fetch = (async (url: string, sent: Sent = {}) =>
    url.startsWith(this.#apiUrl) ? this.#ofApi(url) : this.#node(sent.body ?? '')) as typeof fetch;

  async #ofApi(url: string): Promise<Response> {
    const path = url.slice(this.#apiUrl.length).replace('/api/v1', '');
    const known = this.answers.get(path) ?? ask(url);
    this.answers.set(path, known);
    const { date, ...answer } = await known;
    const { status, body } = this.lie?.(answer, path) ?? answer;
    return new Response(body, { status, headers: { date } });
  }

  async #node(body: string): Promise<Response> {
    const { id, ...call } = JSON.parse(body) as { id: number };
    const key = JSON.stringify(call);
    const known = this.#ofNode.get(key) ?? askNode(this.#rpcUrl, body);
    this.#ofNode.set(key, known);
    return Response.json({ ...(await known), id });
  }
}

async function ask(url: string): Promise<ApiAnswer & { date: string }> {
  const response = await fetch(url);
  const { status, headers } = response;
  return { status, body: Buffer.from(await response.arrayBuffer()), date: headers.get('date') ?? '' };
}

async function askNode(url: string, body: string): Promise<object> {
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(url, { method: 'POST', headers, body })).json()) as object;
}
