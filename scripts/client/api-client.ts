import type { Hex } from 'viem';
import type { LiveEvent, Problem } from '../../protocol/api.ts';

/** A client of a Plugpact server's API; it uses only HTTP. */
export class ApiClient {
  readonly base: string;

  constructor(origin: string) {
    this.base = `${origin}/api/v1`;
  }

  get<T>(path: string): Promise<T> {
    return this.#request<T>(path, {});
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#request<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Follows a booking until the caller stops reading or the server ends the stream. */
  async *live(bookingId: Hex, watch: string): AsyncGenerator<LiveEvent> {
    const response = await fetch(`${this.base}/bookings/${bookingId}/live`, {
      headers: { authorization: `Plugpact-Watch ${watch}`, accept: 'text/event-stream' },
    });
    if (!response.ok || response.body === null) throw await problemOf(response);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event !== undefined) yield event;
      }
    }
  }

  async #request<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(this.base + path, { ...init, signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as T;
  }
}

/** One block of a server-sent event stream; undefined for a comment. */
function parseEvent(block: string): LiveEvent | undefined {
  const field = (name: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
      .join('\n');
  const data = field('data');
  return data === '' ? undefined : ({ event: field('event'), data: JSON.parse(data) } as LiveEvent);
}

async function problemOf(response: Response): Promise<Error> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const text = `${problem.detail ?? response.statusText} ${problem.remedy ?? ''}`.trim();
  return new Error(`${response.status} ${problem.code ?? response.url}: ${text}`);
}
