import { existsSync } from 'node:fs';
import type { AgentConfig } from '../config/config.ts';
import { agentKey, keyFile, keystoreFile, passphraseOf } from '../key/key.ts';
import { dialAddresses } from './addresses.ts';
import { addressOfKey } from './key.ts';
import { isPowerMissing, powerMissing, withGivenPower } from './learn-power.ts';
import { forwardProposals } from './new-forward.ts';
import { type Command, configFileOf, parseFlags, usageError } from './options.ts';
import { demandPort } from './port.ts';
import { Asker, askHidden } from './questions.ts';
import { waitForChargePoint } from './wait-for-charge-point.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const FLAGS = {
  network: text,
  api: text,
  rpc: text,
  market: text,
  'deploy-block': text,
  data: text,
  listen: text,
  port: text,
  id: text,
  'power-w': text,
  password: text,
  forward: text,
  'forward-password': text,
  'owner-tags': text,
  'only-owner-tags': text,
  'hint-after': { type: 'string', default: '60' },
  encrypt: flag,
  yes: flag,
  'no-wait': flag,
} as const;

/** Sets up everything until a wallbox waits to be listed: asks, writes the configuration, makes the key, listens. */
export const init: Command = async (args, surroundings) => {
  const { values } = parseFlags(args, FLAGS);
  const file = configFileOf(values);
  const isAsking = !values.yes && process.stdin.isTTY === true;
  const asker = new Asker(values, isAsking ? { input: process.stdin, output: process.stdout } : undefined);
  const isNobodyAsked = values['no-wait'] && !isAsking && values['power-w'] === undefined;
  if (!existsSync(file) && isNobodyAsked) throw powerMissing();
  if (existsSync(file)) console.log(`${file} exists already and is kept.`);
  else {
    const { writeNewConfig } = await import('./new-config.ts');
    await writeNewConfig(file, asker, surroundings);
    console.log(`Wrote ${file}: every key is described in it.`);
  }
  const config = withGivenPower(file, values['power-w']);
  await demandPort(config, file);
  if (values['no-wait'] && isPowerMissing(config)) throw powerMissing();
  for (const proposal of forwardProposals(config)) console.log(proposal);
  await ensureKey(config.dataDir, values.encrypt, isAsking);
  await printAddresses(config);
  if (values['no-wait']) return 0;
  return waitForChargePoint(file, asker, Number(values['hint-after']));
};

async function ensureKey(dataDir: string, isEncrypted: boolean, isAsking: boolean): Promise<void> {
  const isThere = existsSync(keyFile(dataDir)) || existsSync(keystoreFile(dataDir));
  if (isThere) console.log('The key exists already and is kept.');
  else if (isEncrypted) await encryptNewKey(dataDir, isAsking);
  else agentKey(dataDir);
  if (!isThere)
    console.log(`Made the agent key in ${dataDir}. Back this folder up: your listing names this key.`);
}

async function encryptNewKey(dataDir: string, isAsking: boolean): Promise<void> {
  const given = passphraseOf(process.env);
  const passphrase = given ?? (isAsking ? await newPassphrase() : undefined);
  if (passphrase === undefined || passphrase === '') {
    const remedy = 'Set PLUGPACT_AGENT_PASSPHRASE_FILE or PLUGPACT_AGENT_PASSPHRASE.';
    throw usageError('--encrypt needs a passphrase.', remedy);
  }
  // Later steps in this process need it again.
  process.env.PLUGPACT_AGENT_PASSPHRASE ??= passphrase;
  const { makeEncryptedKey } = await import('./make-key.ts');
  await makeEncryptedKey(dataDir, passphrase);
}

async function newPassphrase(): Promise<string> {
  for (;;) {
    const passphrase = await askHidden('New passphrase of the agent key: ');
    if (passphrase !== '' && passphrase === (await askHidden('The same again: '))) return passphrase;
    console.log('  It was empty, or the two differ.');
  }
}

async function printAddresses({ dataDir, ocpp }: AgentConfig): Promise<void> {
  const address = addressOfKey(dataDir);
  const { default: qrcode } = await import('qrcode');
  console.log(`\nThe agent's address, which the listing names: ${address}`);
  console.log(await qrcode.toString(address, { type: 'terminal', small: true }));
  console.log(
    "Enter this in the wallbox as the address of its central system (OCPP 1.6J or 2.0.1, 'WebSocket'):",
  );
  for (const url of dialAddresses(ocpp.host, ocpp.port, ocpp.tls !== undefined)) console.log(`  ${url}`);
  console.log('The wallbox adds its charge-point id by itself; if it does not, add it: …/ID.\n');
}
