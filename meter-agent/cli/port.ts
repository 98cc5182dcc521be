import { createServer } from 'node:net';
import { PlugpactError } from '../../protocol/errors.ts';
import type { AgentConfig } from '../config/config.ts';
import { askStatus } from './ask-agent.ts';

/** Whether a program of this machine could listen there now. */
export const isFree = (port: number, host = '0.0.0.0'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Throws `agent.portTaken` unless the agent could listen for wallboxes, or one of this folder does already. */
export async function demandPort(
  { ocpp: { host, port }, dataDir }: AgentConfig,
  file: string,
): Promise<void> {
  if (port === 0 || (await isFree(port, host)) || (await askStatus(dataDir)) !== undefined) return;
  throw new PlugpactError({
    code: 'agent.portTaken',
    value: `${host}:${port}`,
    rule: 'The agent listens there for wallboxes: no other program may have the port, and the address is one of this machine.',
    remedy: `End the other program, or change ocpp in ${file}.`,
    details: { file },
  });
}
