import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new key for the signatures of a webhook, as Standard Webhooks writes it. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(32).toString('base64');

/** The headers by which the receiver knows who sent a message, and that it is none of before (Standard Webhooks 1.0). */
export function webhookHeaders(
  secret: string,
  id: string,
  sentAt: number,
  body: string,
): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${sentAt}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(sentAt),
    'webhook-signature': `v1,${signature}`,
  };
}
