import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { ChargePoints } from '../drivers/charge-points.ts';
import type { Answer } from '../drivers/driver.ts';
import type { Journal } from '../journal/journal.ts';
import { toJson } from '../journal/json.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { entryWithFormerNames, withFormerNames } from './former-names.ts';
import { historyOf } from './history.ts';
import { bodyOf, sendJson } from './http.ts';
import { setLending } from './lending.ts';
import type { Snapshot } from './snapshot.ts';
import { waiveBooking } from './waiver.ts';

const url = z.url({ protocol: /^(https?|ftps?|sftp)$/ });
const chargePointId = z.string().min(1).max(48);

/** Commands of the owner to a wallbox. */
export const chargePointCommand = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('unlock'), chargePointId, connectorId: z.int().min(1).max(99) }),
  z.strictObject({ do: z.literal('reset'), chargePointId, isHard: z.boolean() }),
  z.strictObject({ do: z.literal('diagnostics'), chargePointId, url }),
  z.strictObject({ do: z.literal('firmware'), chargePointId, url, retrieveAt: z.int().min(0) }),
]);
export type ChargePointCommand = z.infer<typeof chargePointCommand>;

const copyRequest = z.strictObject({ file: z.string().min(1) });

export interface ControlParts {
  dataDir: string;
  journal: Journal;
  sessions: SessionStore;
  chargePoints: ChargePoints;
  connectors: Connectors;
  nowSec: () => number;
  snapshot: () => Snapshot;
  /** Ends the agent; undefined where it may not be replaced. */
  onTakeover: (() => void) | undefined;
}

/** Where the running agent of a data folder listens for its owner's commands. */
export function controlPath(dataDir: string): string {
  if (process.platform !== 'win32') return join(dataDir, 'agent.sock');
  return `\\\\.\\pipe\\plugpact-agent-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`;
}

/**
 * The owner's commands: HTTP on a Unix socket in the data folder, so that only users who can read the key can command
 * the agent. The journal is locked by then: an existing socket was left by an agent that was killed.
 */
export async function startControl(dataDir: string, parts: ControlParts): Promise<Server> {
  const path = controlPath(dataDir);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof PlugpactError) {
        const { code, message, value, rule, remedy, details } = error;
        sendJson(response, 400, { code, detail: message, value, rule, remedy, details });
      } else sendJson(response, 500, { code: 'status.failed', detail: String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return server;
}

async function answer(
  parts: ControlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /status') sendJson(response, 200, withFormerNames(parts.snapshot()));
  else if (route === 'GET /sessions') sendHistory(parts.journal, response);
  else if (route === 'POST /waive') await waive(parts, await bodyOf(request), response);
  else if (route === 'POST /lending') {
    const set = setLending(parts.connectors, await bodyOf(request));
    await parts.journal.written();
    sendJson(response, 200, set);
  } else if (route === 'POST /takeover') {
    sendJson(response, 200, { isEnding: parts.onTakeover !== undefined });
    parts.onTakeover?.();
  } else if (route === 'POST /backup') {
    await parts.journal.copyTo(copyFileOf(parts.dataDir, await bodyOf(request)));
    sendJson(response, 200, {});
  } else if (route === 'POST /wallbox' || route === 'POST /box') {
    // The latter is the route of version 0.1.
    sendJson(response, 200, { answer: await command(parts.chargePoints, await bodyOf(request)) });
  } else sendJson(response, 404, { code: 'status.noRoute', detail: `There is no ${route}.` });
}

/** The agent writes where the command that asks it has made a folder for it: in the data folder. */
function copyFileOf(dataDir: string, body: string): string {
  const { data: asked } = copyRequest.safeParse(JSON.parse(body));
  if (asked !== undefined && dirname(dirname(asked.file)) === dataDir) return asked.file;
  throw new PlugpactError({
    code: 'status.copy',
    value: body.slice(0, 200),
    rule: 'A copy of the journal is written into a new folder of the data folder.',
    remedy: 'Make backups with "plugpact-agent backup".',
  });
}

async function waive(
  { journal, sessions, nowSec }: ControlParts,
  body: string,
  response: ServerResponse,
): Promise<void> {
  waiveBooking(sessions, body, nowSec());
  await journal.written();
  sendJson(response, 200, JSON.parse(body));
}

/** One session a line. */
function sendHistory(journal: Journal, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const lines = function* () {
    for (const entry of historyOf(journal)) yield `${toJson(entryWithFormerNames(entry))}\n`;
  };
  pipeline(Readable.from(lines()), response, () => {});
}

function command(chargePoints: ChargePoints, body: string): Promise<Answer> {
  const asked = commandOf(body);
  return chargePoints.command(asked.chargePointId, (connection) => {
    switch (asked.do) {
      case 'unlock':
        return connection.unlock?.(asked.connectorId);
      case 'reset':
        return connection.reset?.(asked.isHard);
      case 'diagnostics':
        return connection.uploadDiagnostics?.(asked.url);
      case 'firmware':
        return connection.updateFirmware?.(asked.url, asked.retrieveAt);
    }
  });
}

function commandOf(body: string): ChargePointCommand {
  try {
    return chargePointCommand.parse(JSON.parse(body));
  } catch (error) {
    throw new PlugpactError({
      code: 'status.command',
      value: body.slice(0, 200),
      rule: 'A command for a wallbox is unlock, reset, diagnostics or firmware, with what it needs.',
      remedy: error instanceof Error ? error.message : String(error),
    });
  }
}
