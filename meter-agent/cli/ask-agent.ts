import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Hex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { type ChargePointCommand, controlPath } from '../status/control.ts';
import { withPresentNames } from '../status/former-names.ts';
import { type LendingCommand, lendingCommand } from '../status/lending.ts';
import { type Snapshot, snapshotSchema } from '../status/snapshot.ts';
import { say } from './speech.ts';

/** An agent of an earlier version says the detail alone. */
const problem = z.object({
  code: z.string(),
  detail: z.string(),
  value: z.string().optional(),
  rule: z.string().optional(),
  remedy: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
const commandAnswer = z.object({ answer: z.enum(['accepted', 'refused', 'unreachable']) });

const ANSWER_MS = 15_000;
/** A slow disk takes a while for a large journal. */
const COPY_MS = 600_000;

const takenOver = z.object({ isEnding: z.boolean() });

const waived = z.object({ bookingId: z.string() });

const NOT_RUNNING = new Set(['ENOENT', 'ECONNREFUSED']);

/** The response of the agent that uses this folder; undefined when none does. */
function ask(
  dataDir: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  timeout = ANSWER_MS,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: controlPath(dataDir), method, path, timeout }, resolve);
    sent.once('timeout', () => sent.destroy(new Error(say('cli.noAnswer'))));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (NOT_RUNNING.has(error.code ?? '')) resolve(undefined);
      else reject(error.code === 'EACCES' ? otherOwner(dataDir, error) : error);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const otherOwner = (dataDir: string, cause: Error): PlugpactError =>
  new PlugpactError(
    {
      code: 'status.otherOwner',
      value: dataDir,
      rule: 'Only the user that the agent runs as may command it.',
      remedy: 'Run this command as that user, for instance with sudo -u.',
    },
    { cause },
  );

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const body: unknown = JSON.parse(text);
  if (response.statusCode === 200) return body;
  const { data: said } = problem.safeParse(body);
  if (said?.rule !== undefined)
    throw new PlugpactError({ ...said, rule: said.rule, remedy: said.remedy ?? '' });
  throw new Error(said?.detail ?? say('cli.badAnswer', { status: response.statusCode ?? 0 }));
}

/** The running agent's state; undefined when none uses this folder. */
export async function askStatus(dataDir: string): Promise<Snapshot | undefined> {
  const response = await ask(dataDir, 'GET', '/status');
  return response && snapshotSchema.parse(withPresentNames(await jsonOf(response)));
}

/** Lines of JSON, one per session; undefined when no agent uses this folder. */
export async function askSessions(dataDir: string): Promise<AsyncIterable<string> | undefined> {
  const response = await ask(dataDir, 'GET', '/sessions');
  return response && createInterface({ input: response });
}

/** The wallbox's answer to a command; undefined when no agent uses this folder. */
export async function askChargePoint(dataDir: string, command: ChargePointCommand) {
  const response = await ask(dataDir, 'POST', '/wallbox', command);
  return response && commandAnswer.parse(await jsonOf(response)).answer;
}

/** The booking that was waived; undefined when no agent uses this folder. */
export async function askWaiver(dataDir: string, bookingId: Hex): Promise<string | undefined> {
  const response = await ask(dataDir, 'POST', '/waive', { bookingId });
  return response && waived.parse(await jsonOf(response)).bookingId;
}

/** What was set; undefined when no agent uses this folder. */
export async function askLending(
  dataDir: string,
  command: LendingCommand,
): Promise<LendingCommand | undefined> {
  const response = await ask(dataDir, 'POST', '/lending', command);
  return response && lendingCommand.parse(await jsonOf(response));
}

/** Has the running agent write a copy of its journal; false when none uses this folder. */
export async function askJournalCopy(dataDir: string, file: string): Promise<boolean> {
  const response = await ask(dataDir, 'POST', '/backup', { file }, COPY_MS);
  if (response === undefined) return false;
  await jsonOf(response);
  return true;
}

/** Whether the agent that uses this folder ends to make room; undefined when none uses it. */
export async function askTakeover(dataDir: string): Promise<boolean | undefined> {
  const response = await ask(dataDir, 'POST', '/takeover');
  // An older agent does not know the route.
  if (response?.statusCode === 404) return false;
  return response && takenOver.parse(await jsonOf(response)).isEnding;
}
