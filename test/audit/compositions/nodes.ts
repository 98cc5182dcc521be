import type { Lie, Question } from '../faults/proxy.ts';
import type { RecordedNode } from '../ledger/recorded-node.ts';

interface Request extends Question {
  id: number;
}

/** What a node answers that does not lie. */
export const honest: Lie = (_, result) => result;

/** Nodes of one ledger that an audit asks by their addresses, each of which may lie. */
export class Nodes {
  readonly #node: () => RecordedNode;
  readonly #texts = new Map<string, Promise<string>>();
  #lies: Readonly<Record<string, Lie>> = {};

  constructor(node: () => RecordedNode) {
    this.#node = node;
  }

  /** The nodes that answer from now on, by their names. */
  answer(lies: Readonly<Record<string, Lie>>): void {
    this.#lies = lies;
  }

  fetch = (async (url: string, { body }: { body: string }) => {
    const lie = this.#lies[new URL(url).hostname];
    if (lie === undefined) throw new Error('no node has this address');
    const asked = JSON.parse(body) as Request | Request[];
    const answers = await Promise.all([asked].flat().map((question) => this.#answerTo(question, lie)));
    return new Response(Array.isArray(asked) ? `[${answers}]` : answers[0]);
  }) as unknown as typeof fetch;

  async #answerTo({ id, method, params = [] }: Request, lie: Lie): Promise<string> {
    const text = await this.#textOf({ method, params });
    if (lie === honest) return `{"id":${id},"result":${text}}`;
    try {
      return JSON.stringify({ id, result: await lie({ method, params }, JSON.parse(text)) });
    } catch (error) {
      return JSON.stringify({ id, error: { code: -32_000, message: (error as Error).message } });
    }
  }

  #textOf(question: Question): Promise<string> {
    const key = JSON.stringify(question);
    const known =
      this.#texts.get(key) ??
      this.#node()
        .ask(question)
        .then((answer) => JSON.stringify(answer));
    this.#texts.set(key, known);
    return known;
  }
}
