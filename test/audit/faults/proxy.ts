import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A question of JSON-RPC. */
export interface Question {
  method: string;
  params: readonly unknown[];
}

/** Another answer in place of the true one. */
export type Lie = (question: Question, result: unknown) => unknown;

interface Request extends Question {
  id: number;
}

interface Answer {
  id: number;
  result?: unknown;
}

/** Puts what `lie` says in place of each answer of a node. */
export async function behindProxy<T>(target: string, lie: Lie, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = await answered(target, text, lie);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

async function answered(target: string, text: string, lie: Lie): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const honest = await (await fetch(target, { method: 'POST', headers, body: text })).json();
  const asked = JSON.parse(text) as Request | Request[];
  const answers = new Map([honest].flat().map((answer: Answer) => [answer.id, answer]));
  const changed = [asked].flat().map(({ id, method, params = [] }) => {
    const answer = answers.get(id);
    if (answer === undefined || !('result' in answer)) return answer;
    return { ...answer, result: lie({ method, params }, answer.result) };
  });
  return JSON.stringify(Array.isArray(asked) ? changed : changed[0]);
}
