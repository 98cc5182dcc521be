import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Cluster } from '../db/cluster.ts';
import { createTopics, type LocalTopics, TOPICS, type TopicBus, type Topics } from '../topics.ts';

const CHANNEL = 'plugpact_topics';

/** PostgreSQL takes 7,999 bytes; an id is at most `MAX_ID_CHARS` long, the rest of a message below 200. */
const IDS_PER_MESSAGE = 100;
const MAX_ID_CHARS = 70;

/** While the database is away so many changes are remembered. Beyond them the others are told to read again. */
const MAX_WAITING = 10_000;

const RETRY_MS = 250;

const message = z.strictObject({
  from: z.string().max(64),
  /** Absent: changes were lost, and what is shown has to be read again. */
  changed: z
    .strictObject({ topic: z.enum(TOPICS), ids: z.array(z.string().max(MAX_ID_CHARS)).max(IDS_PER_MESSAGE) })
    .optional(),
});
type Message = z.infer<typeof message>;

export interface SharedTopics extends TopicBus {
  /** Sends what waits and leaves. */
  close(): Promise<void>;
}

/**
 * A bus over all processes of a cluster. Listeners in this process are called at once, those in others by what the
 * database passes on: each change at least once while their connection lasts, and `onMissed` after it was lost.
 */
export async function shareTopics(cluster: Cluster, log: Logger): Promise<SharedTopics> {
  const local = createTopics();
  const outgoing = createOutgoing(cluster, log);
  const end = await cluster.listen(CHANNEL, (text) => hear(local, cluster.processId, text), local.missed);
  return {
    ...local,
    publish(topic, id) {
      local.publish(topic, id);
      outgoing.add(topic, id);
    },
    async close() {
      await end();
      await outgoing.close();
    },
  };
}

function hear(local: LocalTopics, ownId: string, text: string): void {
  const parsed = message.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.from === ownId) return;
  const { changed } = parsed.data;
  if (changed === undefined) local.missed();
  else for (const id of changed.ids) local.publish(changed.topic, id);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes on their way to the other processes: those of one turn of the loop together, each once. */
function createOutgoing(cluster: Cluster, log: Logger) {
  let waiting = new Set<string>();
  let isClosing = false;
  let sending: Promise<void> | undefined;
  const send = async () => {
    await new Promise(setImmediate);
    while (waiting.size > 0) {
      const taken = waiting;
      waiting = new Set();
      const unsent = await sendAll(cluster, taken).catch((error: Error) => error);
      if (!(unsent instanceof Error)) continue;
      log.warn({ reason: unsent.message }, 'topics: other processes are told later');
      waiting = new Set([...taken, ...waiting]);
      if (isClosing) return;
      await delay(RETRY_MS);
    }
    sending = undefined;
  };
  return {
    add(topic: keyof Topics, id: string): void {
      if (waiting.size <= MAX_WAITING) waiting.add(`${topic} ${id}`);
      sending ??= send();
    },
    async close(): Promise<void> {
      isClosing = true;
      await sending;
    },
  };
}

/** Sends changes in as few messages as hold them. */
async function sendAll(cluster: Cluster, changes: Set<string>): Promise<void> {
  const tell = (body: Omit<Message, 'from'>) =>
    cluster.notify(CHANNEL, JSON.stringify({ from: cluster.processId, ...body }));
  if (changes.size > MAX_WAITING) return tell({});
  const byTopic = Map.groupBy(changes, (change) => change.split(' ', 1)[0] as keyof Topics);
  for (const [topic, ofTopic] of byTopic) {
    const ids = ofTopic.map((change) => change.slice(topic.length + 1));
    for (let at = 0; at < ids.length; at += IDS_PER_MESSAGE) {
      await tell({ changed: { topic, ids: ids.slice(at, at + IDS_PER_MESSAGE) } });
    }
  }
}
