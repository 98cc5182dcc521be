import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from 'viem';
import NODE_FLAGS from '../../meter-agent/node-flags.json' with { type: 'json' };
import type { Deployment } from '../deploy.ts';
import { localPrivateKey } from '../lib/local-accounts.ts';
import { ROOT } from '../lib/paths.ts';
import { ensureWebBuilt } from '../lib/web-build.ts';
import type { StartContext } from './child-spec.ts';
import { ensureDeployed } from './deployment.ts';
import { startLedger } from './ledger.ts';

const API_PORT = 4_600;
const OCPP_PORT = 9_220;
const CONTROL_PORT = 4_700;
const STATUS_PORT = 8_181;

/** The two simulated wallboxes of a local run. */
const BOXES = [
  { chargePointId: 'PLUGPACT-1', powerW: 11_000 },
  { chargePointId: 'PLUGPACT-2', powerW: 7_400 },
] as const;

/** A simulated wallbox and where a hand can plug its car in. */
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
}

/** Starts everything in the order in which one needs the other. */
export async function startStack(context: StartContext, options: { web: boolean }): Promise<Stack> {
  const rpcUrl = await startLedger(context);
  const deployment = await ensureDeployed(context, rpcUrl);
  const webDir = options.web ? await ensureWebBuilt(context.say) : undefined;
  const wallboxes = await placeWallboxes(context);
  const origin = await startServer(context, { rpcUrl, deployment, wallboxes, webDir });
  const ocppPort = await startAgent(context, { rpcUrl, deployment, origin });
  for (const [index, box] of BOXES.entries()) await startWallbox(context, box, ocppPort, wallboxes[index]!);
  return { origin, rpcUrl, deployment, wallboxes };
}

async function placeWallboxes(context: StartContext): Promise<LocalWallbox[]> {
  const boxes: LocalWallbox[] = [];
  for (const [index, { chargePointId }] of BOXES.entries()) {
    const port = await context.port(CONTROL_PORT + index * 10, `the simulated wallbox ${chargePointId}`);
    boxes.push({ chargePointId, controlUrl: `http://127.0.0.1:${port}` });
  }
  return boxes;
}

interface ServerNeeds {
  rpcUrl: string;
  deployment: Deployment;
  wallboxes: LocalWallbox[];
  webDir: string | undefined;
}

async function startServer(context: StartContext, needs: ServerNeeds): Promise<string> {
  const port = await context.port(API_PORT, 'the map');
  const origin = `http://127.0.0.1:${port}`;
  await context.start({
    name: 'server',
    args: [join(ROOT, 'server/main.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      RPC_URL: needs.rpcUrl,
      PUBLIC_RPC_URL: needs.rpcUrl,
      MARKET_ADDRESS: needs.deployment.market,
      DEPLOY_BLOCK: String(needs.deployment.deployBlock),
      DATABASE_FILE: join(context.dataDir, 'index.sqlite'),
      RELAYER_PRIVATE_KEY: localPrivateKey('relayer'),
      FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
      LOCAL_WALLBOXES: JSON.stringify(needs.wallboxes),
      ...(needs.webDir === undefined ? {} : { WEB_DIR: needs.webDir }),
    },
    ready: { http: `${origin}/healthz` },
  });
  return origin;
}

interface AgentNeeds {
  rpcUrl: string;
  deployment: Deployment;
  origin: string;
}

/** The agent makes its own key in its folder; the configuration is written anew, since ports may differ. */
async function startAgent(
  context: StartContext,
  { rpcUrl, deployment, origin }: AgentNeeds,
): Promise<number> {
  const folder = join(context.dataDir, 'agent');
  mkdirSync(folder, { recursive: true });
  const port = await context.port(OCPP_PORT, 'the wallboxes');
  const chargePoints = Object.fromEntries(
    BOXES.map(({ chargePointId, powerW }) => [
      chargePointId,
      {
        connectors: {
          1: {
            maxPowerW: powerW,
            connectorStandard: 'IEC_62196_T2',
            powerType: powerW > 7_400 ? 'AC_3_PHASE' : 'AC_1_PHASE',
            meterKey: meterKeyOf(context.dataDir, chargePointId),
            meterAlgorithm: 'ECDSA-secp256r1-SHA256',
          },
        },
      },
    ]),
  );
  const config = {
    rpcUrl,
    market: deployment.market,
    deployBlock: deployment.deployBlock,
    apiUrl: origin,
    ocpp: { host: '127.0.0.1', port },
    status: { port: await context.port(STATUS_PORT, "the agent's status page") },
    dataDir: folder,
    confirmations: 1,
    chargePoints,
    acceptUnknownChargePoints: true,
  };
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config, null, 2));
  await context.start({
    name: 'agent',
    args: [...NODE_FLAGS, join(ROOT, 'meter-agent/launch.mjs'), 'run', '--config', file],
    ready: { line: /"msg":"listening"/ },
  });
  return port;
}

async function startWallbox(
  context: StartContext,
  box: (typeof BOXES)[number],
  ocppPort: number,
  { controlUrl }: LocalWallbox,
): Promise<void> {
  const options = {
    url: `ws://127.0.0.1:${ocppPort}`,
    id: box.chargePointId,
    'power-w': String(box.powerW),
    'state-file': join(wallboxDir(context.dataDir), `${box.chargePointId}.json`),
    'meter-key-file': meterKeyFile(context.dataDir, box.chargePointId),
    'control-port': new URL(controlUrl).port,
  };
  await context.start({
    name: `wallbox-${box.chargePointId}`,
    args: [
      join(ROOT, 'scripts/wallbox/main.ts'),
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    ready: { http: `${controlUrl}/state` },
  });
}

const wallboxDir = (dataDir: string): string => join(dataDir, 'wallbox');

const meterKeyFile = (dataDir: string, id: string): string => join(wallboxDir(dataDir), `${id}.pem`);

/** The public key (x ‖ y) of a simulated meter; makes the key at the first start, as a factory would. */
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
