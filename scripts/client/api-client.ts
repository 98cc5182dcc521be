import type { Hex } from 'viem';
import { type AnswerOf, type OperationId, type RequestOf, requestOf } from '../../protocol/api/client.ts';
import { IdempotencyKeys } from '../../protocol/api/idempotency.ts';
import type { LiveEvent, Problem } from '../../protocol/api.ts';

/** An operation that takes nothing needs no request. */
type Arguments<Id extends OperationId> =
  Record<never, never> extends RequestOf<Id> ? [request?: RequestOf<Id>] : [request: RequestOf<Id>];

/** A client of a Plugpact server's API; it uses only HTTP. */
export class ApiClient {
  readonly #origin: string;
  readonly #keys = new IdempotencyKeys();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Calls an operation. Throws an error with the problem's status, code and text. */
  async call<Id extends OperationId>(id: Id, ...[request]: Arguments<Id>): Promise<AnswerOf<Id>> {
    const made = requestOf(id, request ?? ({} as RequestOf<Id>));
    const { method, path, body } = made;
    const typed: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(this.#origin + path, {
      method,
      headers: { ...typed, ...this.#keys.headersOf(made) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    // An answer that is cut off has not come: the same action is tried again under the same key.
    const text = await response.text();
    this.#keys.answered(made, response.status);
    if (!response.ok) throw problemOf(response, text);
    return (text === '' ? undefined : JSON.parse(text)) as AnswerOf<Id>;
  }

  /** Follows a booking until the caller stops reading or the server ends the stream. */
  async *live(bookingId: Hex, watch: string): AsyncGenerator<LiveEvent> {
    const { path } = requestOf('watchBooking', { params: { bookingId } });
    const response = await fetch(this.#origin + path, {
      headers: { authorization: `Plugpact-Watch ${watch}`, accept: 'text/event-stream' },
    });
    if (!response.ok || response.body === null) throw problemOf(response, await response.text());
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

function problemOf(response: Response, body: string): Error {
  const problem = parseProblem(body);
  const text = `${problem.detail ?? response.statusText} ${problem.remedy ?? ''}`.trim();
  return new Error(`${response.status} ${problem.code ?? response.url}: ${text}`);
}

function parseProblem(text: string): Partial<Problem> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Problem>;
  } catch {
    return {};
  }
}
