import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Cluster } from '../db/cluster.ts';
import type { Db } from '../db.ts';
import { databaseSec } from './liveness.ts';

/** PostgreSQL takes notifications below 8,000 bytes. */
const MAX_NOTIFICATION_BYTES = 7_900;

/** A message whose receiver ended before it read it is deleted after this time. */
const UNREAD_SEC = 60;

const channelOf = (processId: string): string => `plugpact_${processId}`;

/** A message, or the id of its row where it is too long for a notification. */
const notification = z.union([
  z.strictObject({ body: z.string() }),
  z.strictObject({ messageId: z.string().max(64) }),
]);

export interface Mailbox {
  /** Sends a text to one process. Whether it arrives is not known. */
  send(processId: string, body: string): Promise<void>;
  close(): Promise<void>;
}

/** Messages from process to process: by notification, longer ones by way of a row. */
export async function openMailbox(
  { db, cluster, log }: { db: Db; cluster: Cluster; log: Logger },
  onMessage: (body: string) => void,
): Promise<Mailbox> {
  const receive = async (text: string) => {
    const message = notification.parse(JSON.parse(text));
    const body = 'body' in message ? message.body : await take(db, message.messageId);
    if (body !== undefined) onMessage(body);
  };
  const close = await cluster.listen(
    channelOf(cluster.processId),
    (text) => void receive(text).catch((error) => log.warn({ err: error }, 'message of another process')),
  );
  return {
    close,
    async send(processId, body) {
      const text = JSON.stringify({ body });
      const isShort = Buffer.byteLength(text) <= MAX_NOTIFICATION_BYTES;
      const content = isShort ? text : JSON.stringify({ messageId: await put(db, body) });
      await cluster.notify(channelOf(processId), content);
    },
  };
}

async function put(db: Db, body: string): Promise<string> {
  const messageId = randomUUID();
  await db.insertInto('clusterMessages').values({ messageId, body, sentAt: databaseSec }).execute();
  return messageId;
}

async function take(db: Db, messageId: string): Promise<string | undefined> {
  const row = await db
    .deleteFrom('clusterMessages')
    .where('messageId', '=', messageId)
    .returning('body')
    .executeTakeFirst();
  return row?.body;
}

/** Deletes messages that nobody took. */
export async function deleteUnread(db: Db): Promise<void> {
  await db
    .deleteFrom('clusterMessages')
    .where('sentAt', '<', sql<number>`${databaseSec} - ${UNREAD_SEC}`)
    .execute();
}
