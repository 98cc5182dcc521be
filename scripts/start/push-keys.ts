import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vapidKeys } from '../setup/keys.ts';

/**
 * The keys of web push, as the server's environment. They are made at the first start and kept: other keys end all
 * subscriptions of browsers.
 */
export function pushKeys(dataDir: string): Record<string, string> {
  const file = join(dataDir, 'push-keys.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(vapidKeys()), { mode: 0o600 });
  const { publicKey, privateKey } = JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof vapidKeys>;
  return {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    VAPID_SUBJECT: 'mailto:operator@plugpact.example',
  };
}
