import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bounds } from './bounds.ts';
import type { FewLines } from './few-lines.ts';

/** So often those of a line have their turn, and so many of them at once: a hundred a second. */
const TURN_MS = 100;
const PER_TURN = 10;
/** How long after a refusal others of its kind wait. */
const REFUSED_MS = 1_000;
/** Lines that there may be; an address beyond them is only refused. */
const MOST_LINES = 10_000;

export interface Turns {
  /** Runs `next` at once, or where requests like this one were just refused, in its turn. */
  enter(req: IncomingMessage, res: ServerResponse, next: () => void): void;
  /** This address has had all that it may have of the path: those that ask for it again wait. */
  refusedPath(req: IncomingMessage): void;
  /** This address has had all that it may have of the API. */
  refusedAll(req: IncomingMessage): void;
}

interface Line {
  waiting: Map<ServerResponse, () => void>;
  untilMs: number;
}

export interface TurnsOptions {
  /** The IP address that a request came from, as one key. */
  addressOf(req: IncomingMessage): string;
  bounds: Pick<Bounds, 'waiting' | 'waitingPerAddress'>;
  warn: FewLines;
  /** Calls again and again, until the function that it returns is called; by a timer. */
  every?(ms: number, act: () => void): () => void;
  nowMs?(): number;
}

/**
 * Makes those wait who ask again for what their address was refused a moment ago. Each is judged anew in its turn, so that
 * a neighbour behind the same address gets what has become free. A refusal costs about as much as an answer, and who asks
 * again at once would keep a process busy with refusals alone; who waits for an answer asks nothing meanwhile.
 */
export function createTurns(options: TurnsOptions): Turns {
  const { addressOf, bounds, warn, every = byTimer, nowMs = () => performance.now() } = options;
  const lines = new Map<string, Line>();
  let waiting = 0;
  let stop: (() => void) | undefined;
  const turn = () => {
    for (const [key, line] of lines) {
      for (const [res, next] of [...line.waiting].slice(0, PER_TURN)) {
        leave(line, res);
        next();
      }
      if (line.waiting.size === 0 && line.untilMs <= nowMs()) lines.delete(key);
    }
    if (lines.size > 0) return;
    stop?.();
    stop = undefined;
  };
  const leave = (line: Line, res: ServerResponse) => {
    if (line.waiting.delete(res)) waiting -= 1;
  };
  const refused = (key: string) => {
    const line = lines.get(key) ?? { waiting: new Map(), untilMs: 0 };
    if (!lines.has(key) && lines.size >= MOST_LINES) return;
    line.untilMs = nowMs() + REFUSED_MS;
    lines.set(key, line);
    stop ??= every(TURN_MS, turn);
  };
  const lineOf = (req: IncomingMessage): Line | undefined => {
    const address = addressOf(req);
    return (isOfApi(req) ? lines.get(keyOfAll(address)) : undefined) ?? lines.get(keyOfPath(address, req));
  };
  return {
    enter(req, res, next) {
      const line = lines.size === 0 ? undefined : lineOf(req);
      if (line === undefined || (line.untilMs <= nowMs() && line.waiting.size === 0)) return next();
      if (waiting >= bounds.waiting || line.waiting.size >= bounds.waitingPerAddress) {
        warn({ waiting, ofAddress: line.waiting.size }, 'an address asks again and again: cut off');
        req.socket.destroy();
        return;
      }
      waiting += 1;
      line.waiting.set(res, next);
      res.once('close', () => leave(line, res));
    },
    refusedPath: (req) => refused(keyOfPath(addressOf(req), req)),
    refusedAll: (req) => refused(keyOfAll(addressOf(req))),
  };
}

/** As the client sent it: Express changes `url` of a request that a router has. */
const urlOf = (req: IncomingMessage & { originalUrl?: string }): string => req.originalUrl ?? req.url ?? '';
const isOfApi = (req: IncomingMessage): boolean => urlOf(req).startsWith('/api/v1');
const keyOfAll = (address: string): string => `${address} *`;
const keyOfPath = (address: string, req: IncomingMessage): string =>
  `${address} ${req.method} ${urlOf(req).split('?', 1)[0]}`;

function byTimer(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms).unref();
  return () => clearInterval(timer);
}
