import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Address } from 'viem';
import type { PairingOffer } from '../../protocol/link.ts';
import { createBatch } from '../cluster/batch.ts';
import { type Liveness, startLiveness } from '../cluster/liveness.ts';
import { type Mailbox, openMailbox } from '../cluster/mailbox.ts';
import type { Cluster } from '../db/cluster.ts';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import { type AgentHub, type AgentReply, type AgentRequest, accepted, type LocalHub } from './hub.ts';
import {
  type AskMessage,
  type ProcessMessage,
  processMessage,
  type ReplyMessage,
} from './process-messages.ts';
import { agentBusy, agentOffline, agentTimeout } from './replies.ts';
import {
  deleteLink,
  type Link,
  linkedOffers,
  linkedSince,
  processOfLink,
  putLinks,
  putLinksAgain,
  putOffers,
} from './store.ts';
import { createWaiting, type Waiting } from './waiting.ts';

/** How long a new link may wait for others that are stored with it: many agents dial at once when a process has ended. */
const STORE_WAIT_MS = 5;
const STORED_AT_ONCE = 500;

interface SharedHubOptions {
  db: Db;
  cluster: Cluster;
  log: Logger;
}

interface Shared extends SharedHubOptions {
  local: LocalHub;
  mailbox: Mailbox;
  /** Requests to agents of other processes. */
  waiting: Waiting<ReplyMessage>;
}

/**
 * Joins the hubs of all processes: a request reaches its agent whichever process holds the connection, and a connection
 * replaces an older one of its agent anywhere.
 */
export async function shareHub(local: LocalHub, options: SharedHubOptions): Promise<AgentHub> {
  const { db, cluster, log } = options;
  const waiting = createWaiting<ReplyMessage>(local.waitingPerAgent);
  const receive = (body: string) => handle({ ...options, local, mailbox, waiting }, body);
  const mailbox = await openMailbox(options, receive);
  const shared: Shared = { ...options, local, mailbox, waiting };
  const links = storeLinks(shared);
  const liveness: Liveness = await startLiveness({ db, cluster, log, onForgotten: links.storeAgain });
  return {
    ...local,
    request: async (agentKey, message) =>
      accepted(
        await (local.holds(agentKey) ? local.ask(agentKey, message) : askOther(shared, agentKey, message)),
      ),
    linkedAt: (agentKeys) => linkedSince(db, agentKeys),
    offers: (code) => linkedOffers(db, code),
    async close() {
      links.leave();
      await Promise.all([local.close(), liveness.close()]);
      await mailbox.close();
      waiting.rejectAll(agentOffline);
    },
  };
}

/** Keeps the table of links in step with the connections to this process. */
function storeLinks(shared: Shared) {
  const { db, cluster, local, mailbox, log } = shared;
  const stored = new Map<string, Promise<void>>();
  const offered = new Map<string, PairingOffer[]>();
  let isLeaving = false;
  const batch = createBatch<Link>({ write, waitMs: STORE_WAIT_MS, maxItems: STORED_AT_ONCE });
  async function write(items: Link[]): Promise<void> {
    const newest = new Map(items.map((link) => [link.agentKey, link]));
    for (const { processId, ...link } of await putLinks(db, cluster.processId, [...newest.values()])) {
      await mailbox.send(processId, bodyOf({ type: 'replaced', ...link }));
    }
  }
  /** One after the other for each link. */
  const then = (link: Link, act: () => Promise<void>) => {
    const done = (stored.get(link.linkId) ?? Promise.resolve())
      .then(() => (isLeaving ? undefined : act()))
      .catch((error: Error) =>
        log.warn({ agentKey: link.agentKey, reason: error.message }, 'link not stored'),
      );
    stored.set(link.linkId, done);
    return done;
  };
  local.observe({
    opened: (link) => void then(link, () => batch.add(link)),
    offered(link, offers) {
      offered.set(link.linkId, offers);
      void then(link, () => putOffers(db, link, offers));
    },
    closed(link) {
      offered.delete(link.linkId);
      void then(link, () => deleteLink(db, link)).then(() => stored.delete(link.linkId));
    },
  });
  return {
    leave() {
      isLeaving = true;
    },
    async storeAgain(): Promise<void> {
      const links = local.links();
      log.warn({ links: links.length }, 'processes: this one was forgotten; its links are stored again');
      for (const link of await putLinksAgain(db, cluster.processId, links)) {
        local.replace(link.agentKey, link.linkId);
      }
      for (const link of links) {
        const offers = offered.get(link.linkId);
        if (offers !== undefined) await putOffers(db, link, offers);
      }
    },
  };
}

/** Asks an agent by way of the process that holds its link. */
async function askOther(shared: Shared, agentKey: Address, message: AgentRequest): Promise<AgentReply> {
  const { db, cluster, mailbox, waiting, local } = shared;
  const processId = await processOfLink(db, agentKey);
  if (processId === undefined || processId === cluster.processId) throw agentOffline();
  const requestId = randomUUID();
  const request = { ...message, requestId };
  const body = bodyOf({ type: 'ask', from: cluster.processId, agentKey, request });
  const send = () =>
    void mailbox.send(processId, body).catch((error: Error) => waiting.reject(requestId, error));
  const { reply, problem } = await waiting.ask({
    ...{ agentKey, requestId, send },
    timeoutMs: local.replyTimeoutMs,
  });
  if (reply !== undefined) return reply;
  if (problem === 'agent.timeout') throw agentTimeout(local.replyTimeoutMs);
  throw problem === 'agent.busy' ? agentBusy(local.waitingPerAgent) : agentOffline();
}

function handle(shared: Shared, body: string): void {
  const message = processMessage.parse(JSON.parse(body));
  if (message.type === 'replaced') shared.local.replace(message.agentKey as Address, message.linkId);
  else if (message.type === 'reply') shared.waiting.resolve(message.requestId, message);
  else void answer(shared, message);
}

/** Passes the request of another process on to an agent of this one. */
async function answer(
  { local, mailbox, log }: Shared,
  { from, agentKey, request }: AskMessage,
): Promise<void> {
  const { requestId, ...message } = request;
  const answered = local.ask(agentKey as Address, message as AgentRequest).then(
    (reply) => ({ reply }),
    (error: unknown) => ({ problem: error instanceof HttpProblem ? error.code : 'agent.offline' }),
  );
  await mailbox
    .send(from, bodyOf({ type: 'reply', requestId, ...(await answered) }))
    .catch((error: Error) => log.warn({ reason: error.message }, 'reply of an agent not passed on'));
}

const bodyOf = (message: ProcessMessage): string => JSON.stringify(message);
