import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { init } from '../../../meter-agent/cli/init.ts';
import { demandPort } from '../../../meter-agent/cli/port.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** A port that another program has. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

test('a taken port is said before a key is made', async () => {
  const folder = scope.dir();
  const file = join(folder, 'agent.yaml');
  const dataDir = join(folder, 'data');
  const config = {
    ...{ rpcUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1', market: `0x${'11'.repeat(20)}` },
    ...{ ocpp: { host: '127.0.0.1', port: await takenPort() }, dataDir },
  };
  writeFileSync(file, JSON.stringify(config));
  const started = init(['--yes', '--no-wait', '--config', file], {});
  await expect(started).rejects.toMatchObject({ code: 'agent.portTaken' });
  expect(existsSync(dataDir)).toBe(false);
});

test('a port that the agent of this folder has is not taken', async () => {
  const config = testConfig({ dataDir: scope.dir() });
  const { port } = await startAgent(scope, config);
  const own = { ...config, ocpp: { ...config.ocpp, port } };
  await expect(demandPort(own, 'agent.yaml')).resolves.toBeUndefined();
  const other = { ...own, dataDir: scope.dir() };
  await expect(demandPort(other, 'agent.yaml')).rejects.toMatchObject({ code: 'agent.portTaken' });
});
