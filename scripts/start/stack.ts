import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from 'viem';
import AGENT_FLAGS from '../../meter-agent/node-flags.json' with { type: 'json' };
import SERVER_FLAGS from '../../server/node-flags.json' with { type: 'json' };
import type { Deployment } from '../deploy/deploy-market.ts';
import { BASEMAP_DIR, ensureBasemapBuilt } from '../lib/basemap-build.ts';
import { localPrivateKey } from '../lib/local-accounts.ts';
import { LOCAL_RELAY } from '../lib/local-relay.ts';
import { ROOT } from '../lib/paths.ts';
import { isFree } from '../lib/port.ts';
import { ensureWebBuilt, WEB_DIR } from '../lib/web-build.ts';
import type { StartContext } from './child-spec.ts';
import { ensureDeployed } from './deployment.ts';
import { startLedger } from './ledger.ts';
import { requireKnownFormat } from './ledger-format.ts';
import { pushKeys } from './push-keys.ts';

const API_PORT = 4_600;
const OCPP_PORT = 9_220;
const STATUS_PORT = 8_181;

/** The two simulated wallboxes of a local run. */
const WALLBOXES = [
  { chargePointId: 'PLUGPACT-1', powerW: 11_000 },
  { chargePointId: 'PLUGPACT-2', powerW: 7_400 },
] as const;

/** The log line with the port on which server or agent listens. */
const LISTENING = /"port":(\d+),.*"msg":"listening"/;

/** A simulated wallbox and the URL of its controls, such as plugging in the car. */
export interface LocalWallbox {
  chargePointId: string;
  controlUrl: string;
}

/** A whole Plugpact on this machine. */
export interface Stack {
  origin: string;
  rpcUrl: string;
  deployment: Deployment;
  wallboxes: LocalWallbox[];
  /** The server reads here which simulated wallboxes a page may plug in. */
  wallboxesFile: string;
}

/** Starts everything; page and basemap are built beside it, since the server only reads their folders. */
export async function startStack(context: StartContext, options: { web: boolean }): Promise<Stack> {
  requireKnownFormat(context.dataDir);
  const webDir = options.web ? WEB_DIR : undefined;
  const builds = options.web ? [ensureWebBuilt(context.say), ensureBasemapBuilt(context.say)] : [];
  const [stack] = await Promise.all([startParts(context, webDir), ...builds]);
  return stack;
}

/** In the order in which one needs the other's port. */
async function startParts(context: StartContext, webDir: string | undefined): Promise<Stack> {
  const rpcUrl = await startLedger(context);
  const deployment = await ensureDeployed(context, rpcUrl);
  // The server reads the wallboxes' URLs on each request: they start after it and use any ports.
  const wallboxesFile = join(context.dataDir, 'wallboxes.json');
  rmSync(wallboxesFile, { force: true });
  const origin = await startServer(context, { rpcUrl, deployment, wallboxesFile, webDir });
  const ocppPort = await startAgent(context, { rpcUrl, deployment, origin });
  const wallboxes = await Promise.all(WALLBOXES.map((wallbox) => startWallbox(context, wallbox, ocppPort)));
  writeFileSync(`${wallboxesFile}.new`, JSON.stringify(wallboxes));
  renameSync(`${wallboxesFile}.new`, wallboxesFile);
  return { origin, rpcUrl, deployment, wallboxes, wallboxesFile };
}

interface ServerNeeds {
  rpcUrl: string;
  deployment: Deployment;
  wallboxesFile: string;
  webDir: string | undefined;
}

async function startServer(context: StartContext, needs: ServerNeeds): Promise<string> {
  const { port } = await context.startOnPort(API_PORT, 'the map', (port) => ({
    name: 'server',
    args: [...SERVER_FLAGS, join(ROOT, 'server/main.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      RPC_URL: needs.rpcUrl,
      PUBLIC_RPC_URL: needs.rpcUrl,
      MARKET_ADDRESS: needs.deployment.market,
      PASSKEY_VERIFIER_ADDRESS: needs.deployment.passkeyVerifier,
      DEPOSIT_ADDRESSES_ADDRESS: needs.deployment.depositAddresses,
      DEPLOY_BLOCK: String(needs.deployment.deployBlock),
      DATABASE_FILE: join(context.dataDir, 'index.sqlite'),
      RELAYER_PRIVATE_KEY: localPrivateKey('relayer'),
      ...LOCAL_RELAY,
      FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
      LOCAL_WALLBOXES_FILE: needs.wallboxesFile,
      ...pushKeys(context.dataDir),
      ...(needs.webDir === undefined ? {} : { WEB_DIR: needs.webDir, BASEMAP_DIR }),
    },
    ready: { line: LISTENING, http: '/healthz' },
  }));
  return `http://127.0.0.1:${port}`;
}

interface AgentNeeds {
  rpcUrl: string;
  deployment: Deployment;
  origin: string;
}

/** Starts the agent and returns the port that wallboxes dial. It makes its own key in its folder. */
async function startAgent(context: StartContext, needs: AgentNeeds): Promise<number> {
  const folder = join(context.dataDir, 'agent');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'config.json');
  const isStatusPortFree = await isFree(STATUS_PORT);
  const { port } = await context.startOnPort(OCPP_PORT, 'the wallboxes', (port) => {
    // Any port: the host finds the page by the agent's command "status".
    const statusPort = port === 0 || !isStatusPortFree ? 0 : STATUS_PORT;
    // Written again at each start, since ports may differ.
    writeFileSync(
      file,
      JSON.stringify(agentConfig(context.dataDir, folder, needs, [port, statusPort]), null, 2),
    );
    const args = [...AGENT_FLAGS, join(ROOT, 'meter-agent/launch.mjs'), 'run', '--config', file];
    // It keeps what is compiled in a folder of its own (launch.mjs).
    const env = { NODE_COMPILE_CACHE: '' };
    return { name: 'agent', args, env, ready: { line: LISTENING } };
  });
  return port;
}

function agentConfig(
  dataDir: string,
  folder: string,
  { rpcUrl, deployment, origin }: AgentNeeds,
  [port, statusPort]: [number, number],
) {
  const connectorOf = ({ chargePointId, powerW }: (typeof WALLBOXES)[number]) => ({
    maxPowerW: powerW,
    connectorStandard: 'IEC_62196_T2',
    powerType: powerW > 7_400 ? 'AC_3_PHASE' : 'AC_1_PHASE',
    meterKey: meterKeyOf(dataDir, chargePointId),
    meterAlgorithm: 'ECDSA-secp256r1-SHA256',
  });
  return {
    rpcUrl,
    market: deployment.market,
    deployBlock: deployment.deployBlock,
    apiUrl: origin,
    ocpp: { host: '127.0.0.1', port },
    status: { port: statusPort },
    dataDir: folder,
    confirmations: 1,
    chargePoints: Object.fromEntries(
      WALLBOXES.map((wallbox) => [wallbox.chargePointId, { connectors: { 1: connectorOf(wallbox) } }]),
    ),
    acceptUnknownChargePoints: true,
  };
}

async function startWallbox(
  context: StartContext,
  { chargePointId, powerW }: (typeof WALLBOXES)[number],
  ocppPort: number,
): Promise<LocalWallbox> {
  const options = {
    url: `ws://127.0.0.1:${ocppPort}`,
    id: chargePointId,
    'power-w': String(powerW),
    'state-file': join(wallboxDir(context.dataDir), `${chargePointId}.json`),
    'meter-key-file': meterKeyFile(context.dataDir, chargePointId),
    'control-port': '0',
  };
  const { port } = await context.start({
    name: `wallbox-${chargePointId}`,
    args: [
      join(ROOT, 'scripts/wallbox/main.ts'),
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    ready: { line: /"msg":"control".*"port":(\d+)/, http: '/state' },
  });
  return { chargePointId, controlUrl: `http://127.0.0.1:${port}` };
}

const wallboxDir = (dataDir: string): string => join(dataDir, 'wallbox');

const meterKeyFile = (dataDir: string, id: string): string => join(wallboxDir(dataDir), `${id}.pem`);

/** The public key (x ‖ y) of a simulated meter; makes the key at the first start. */
function meterKeyOf(dataDir: string, chargePointId: string): string {
  const file = meterKeyFile(dataDir, chargePointId);
  if (!existsSync(file)) {
    mkdirSync(wallboxDir(dataDir), { recursive: true });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const { x = '', y = '' } = createPublicKey(createPrivateKey(readFileSync(file, 'utf8'))).export({
    format: 'jwk',
  });
  return toHex(Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]));
}
