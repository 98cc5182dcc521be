import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlugpactError } from '../../protocol/errors.ts';
import { ROOT } from '../lib/paths.ts';
import type { OperatorKeys } from './keys.ts';
import type { SetupOptions } from './options.ts';

/** Who may read a secret: the operator alone. */
const SECRET = 0o600;
/** Docker hands secrets to a program that is another user: their folder keeps others away. */
const READABLE = 0o644;

/** Where `npm run setup` begins, and what it never writes over. */
const ENV_FILE = '.env';

/** Files for the compose file of packaging/, with keys of their own. @throws PlugpactError `setup.exists`. */
export function writeFiles({ folder, ...options }: SetupOptions, keys: OperatorKeys): string[] {
  mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  const written: string[] = [];
  const write = (name: string, text: string, mode: number) => {
    const file = join(folder, name);
    try {
      writeFileSync(file, text, { mode, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(file);
      throw error;
    }
    written.push(file);
  };
  write(ENV_FILE, envText(options, keys), SECRET);
  const secrets = {
    relayer_private_key: keys.relayer.privateKey,
    vapid_private_key: keys.vapid.privateKey,
    postgres_password: keys.databasePassword,
    database_url: `postgres://plugpact:${keys.databasePassword}@database:5432/plugpact`,
  };
  for (const [name, value] of Object.entries(secrets)) write(join('secrets', name), `${value}\n`, READABLE);
  write('imprint.md', imprint(options), READABLE);
  write('privacy.md', privacy(options), READABLE);
  for (const name of ['compose.yaml', 'Caddyfile', 'alarms.yml']) {
    if (existsSync(join(folder, name))) continue;
    copyFileSync(join(ROOT, 'packaging', name), join(folder, name));
    written.push(join(folder, name));
  }
  return written;
}

const envText = ({ network, domain, operator, contact }: Omit<SetupOptions, 'folder'>, keys: OperatorKeys) =>
  `# Made by "npm run setup". .env.example says what each variable means, and which others there are.
NETWORK=${network}
DOMAIN=${domain}
PUBLIC_HOSTS=${domain}
TRUST_PROXY_HOPS=1
OCPI_OPERATOR="${operator.replaceAll('"', "'")}"
# ${keys.relayer.address} pays for relayed calls: send it some of the chain's coin.
VAPID_PUBLIC_KEY=${keys.vapid.publicKey}
VAPID_SUBJECT=${contact}
`;

const imprint = ({ operator, contact, domain }: Omit<SetupOptions, 'folder'>) => `# Imprint

${operator}

Write here who answers for ${domain}: name, postal address, register and number where there are such, and who represents you.

Questions: ${contact.replace('mailto:', '')}
`;

const privacy = ({ operator, contact }: Omit<SetupOptions, 'folder'>) => `# Privacy

${operator} answers for what this server keeps. Questions: ${contact.replace('mailto:', '')}

## What stands on the public ledger for ever

Listings (with a coarse cell, never an address), bookings, settlements and the accounts that made them. Nobody can delete them, this server included.

## What this server keeps

Profiles, photos, ratings, fault reports and evidence, until their owner deletes them; readings and notices of sessions. Addresses of visitors are counted for an hour at most, and stand in no log.

Complete this by what else you do: backups and how long you keep them, who hosts this server, which supervisory authority is yours.
`;

const exists = (file: string): PlugpactError =>
  new PlugpactError({
    code: 'setup.exists',
    value: file,
    rule: 'setup writes nothing over: a lost relayer key is lost money, changed VAPID keys end all push subscriptions.',
    remedy: 'Move the file away, or name another folder with --folder.',
  });
