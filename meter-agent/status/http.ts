import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlugpactError } from '../../protocol/errors.ts';

const MAX_BODY_BYTES = 4_096;

/** A request's body as text. Throws PlugpactError `status.tooLarge`. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new PlugpactError({
        code: 'status.tooLarge',
        rule: `A request has at most ${MAX_BODY_BYTES} bytes.`,
        remedy: 'Send less.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { 'content-type': type }).end(body);
}

export const sendJson = (response: ServerResponse, code: number, body: object): void =>
  send(response, code, 'application/json', JSON.stringify(body));
