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
import { say } from './speech.ts';
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
  if (existsSync(file)) console.log(say('cli.init.kept', { file }));
  else {
    const { writeNewConfig } = await import('./new-config.ts');
    await writeNewConfig(file, asker, surroundings);
    console.log(say('cli.init.wrote', { file }));
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
  if (isThere) console.log(say('cli.init.keyKept'));
  else if (isEncrypted) await encryptNewKey(dataDir, isAsking);
  else agentKey(dataDir);
  if (!isThere) console.log(say('cli.init.keyMade', { folder: dataDir }));
}

async function encryptNewKey(dataDir: string, isAsking: boolean): Promise<void> {
  const given = passphraseOf(process.env);
  const passphrase = given ?? (isAsking ? await newPassphrase() : undefined);
  if (passphrase === undefined || passphrase === '') {
    throw usageError(say('cli.init.encrypt'), say('cli.init.encrypt.remedy'));
  }
  // Later steps in this process need it again.
  process.env.PLUGPACT_AGENT_PASSPHRASE ??= passphrase;
  const { makeEncryptedKey } = await import('./make-key.ts');
  await makeEncryptedKey(dataDir, passphrase);
}

async function newPassphrase(): Promise<string> {
  for (;;) {
    const passphrase = await askHidden(say('cli.passphrase.newKey'));
    if (passphrase !== '' && passphrase === (await askHidden(say('cli.passphrase.again')))) return passphrase;
    console.log(`  ${say('cli.passphrase.emptyOrDiffer')}`);
  }
}

async function printAddresses({ dataDir, ocpp }: AgentConfig): Promise<void> {
  const address = addressOfKey(dataDir);
  const { default: qrcode } = await import('qrcode');
  console.log(`\n${say('cli.init.address', { address })}`);
  console.log(await qrcode.toString(address, { type: 'terminal', small: true }));
  console.log(say('cli.init.dial'));
  for (const url of dialAddresses(ocpp.host, ocpp.port, ocpp.tls !== undefined)) console.log(`  ${url}`);
  console.log(`${say('cli.init.dialId')}\n`);
}
