// Sends requests to a server from a process of its own: first at a fixed rate whatever the answers do, then as many as a
// few clients get done one after the other. Takes its options as JSON on standard input; prints the figures as JSON.
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadOptions {
  port: number;
  /** Asked in this order, and again from the front. */
  paths: string[];
  perSecond: number;
  seconds: number;
  /** Clients that each send the next request when the last is answered, and for how long. */
  clients: number;
  busySeconds: number;
}

export type LoadFigures = {
  p50Ms: number;
  p99Ms: number;
  /** What the busy clients got done. */
  perSecond: number;
  /** Of both. */
  requests: number;
};

/** Requests seem to come from as many clients: one alone would meet the limit of requests per minute. */
const ADDRESSES = 250;

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

function ask(options: LoadOptions, path: string, index: number): Promise<void> {
  const { port } = options;
  return new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': `10.0.${index % ADDRESSES}.1` };
    const asked = get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      const { statusCode } = response;
      response.once('error', reject).resume();
      response.once('end', () =>
        statusCode === 200 || statusCode === 204 ? resolve() : reject(new Error(`${path}: ${statusCode}`)),
      );
    });
    // The server may close a connection that it has not used for a while in the same moment: as browsers do, ask again.
    asked.once('error', (error: NodeJS.ErrnoException) =>
      asked.reusedSocket && error.code === 'ECONNRESET' ? resolve(ask(options, path, index)) : reject(error),
    );
  });
}

/** Milliseconds from the time at which each request was due until its answer was there. */
async function openLoop(options: LoadOptions): Promise<number[]> {
  const { paths, perSecond, seconds } = options;
  const count = perSecond * seconds;
  const began = performance.now();
  const waiting: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const dueMs = began + (index * 1_000) / perSecond;
    const aheadMs = dueMs - performance.now();
    if (aheadMs > 0) await delay(aheadMs);
    const asked = ask(options, paths[index % paths.length]!, index);
    waiting.push(asked.then(() => performance.now() - dueMs));
  }
  return Promise.all(waiting);
}

async function busy(options: LoadOptions): Promise<{ answered: number; perSecond: number }> {
  const { paths, clients, busySeconds, perSecond, seconds } = options;
  const until = performance.now() + busySeconds * 1_000;
  const began = performance.now();
  // Behind those of the open loop: where each path is asked once, these are others.
  let index = perSecond * seconds;
  let answered = 0;
  const run = async () => {
    while (performance.now() < until) {
      const next = index++;
      await ask(options, paths[next % paths.length]!, next);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  return { answered, perSecond: Math.round((answered * 1_000) / (performance.now() - began)) };
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const options = JSON.parse(await text(process.stdin)) as LoadOptions;
const sorted = (await openLoop(options)).sort((a, b) => a - b);
const { answered, perSecond } = await busy(options);
agent.destroy();
const hundredths = (value: number) => Math.round(value * 100) / 100;
const figures: LoadFigures = {
  p50Ms: hundredths(quantile(sorted, 0.5)),
  p99Ms: hundredths(quantile(sorted, 0.99)),
  perSecond,
  requests: sorted.length + answered,
};
console.log(JSON.stringify(figures));
