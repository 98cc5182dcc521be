import type { Request, Response } from 'express';
import { BOUNDS, type Bounds } from './bounds.ts';
import { createCapacity } from './capacity.ts';
import { addressKey } from './client-address.ts';
import { HttpProblem } from './problem.ts';

/** Interval of the comments that keep proxies from closing a silent stream. */
const HEARTBEAT_MS = 15_000;

/** A client that has unread bytes at so many heartbeats in a row does not read, or too slowly. */
const MOST_BEHIND = 4;

/** A longer one was not given by this server. */
const MAX_EVENT_ID_CHARS = 128;

export interface EventMessage {
  /** The client sends the last one that it received when it connects again. It must contain no line break. */
  id?: string;
  event: string;
  data: unknown;
}

export interface EventStream {
  /** `Last-Event-ID` of the request: the id of the last message that the client has received, of an earlier stream. */
  lastEventId: string | undefined;
  send(message: EventMessage): void;
  end(): void;
}

export interface EventStreams {
  /**
   * Answers with server-sent events (WHATWG HTML, section 9.2) until the client disconnects or the server stops, then
   * calls `onClose` once.
   *
   * @throws HttpProblem 429 `streams.tooMany`.
   */
  open(req: Request, res: Response, onClose: () => void): EventStream;
  /** Ends all streams. */
  closeAll(): void;
}

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const;

interface StreamOptions {
  bounds?: Bounds;
  heartbeatMs?: number;
  /** Called with each request that finds no room. */
  onRefused?(req: Request): void;
}

/**
 * Tracks the open streams of a server, so that it can end them when it stops. A client that leaves much unread, or
 * that is behind for some heartbeats, is disconnected, so that what waits for it does not fill the memory.
 */
export function createEventStreams({
  bounds = BOUNDS,
  heartbeatMs = HEARTBEAT_MS,
  onRefused,
}: StreamOptions = {}): EventStreams {
  const capacity = createCapacity({ total: bounds.streams, perKey: bounds.streamsPerAddress });
  const responses = createResponses(bounds, heartbeatMs);
  return {
    open(req, res, onClose) {
      const giveBack = capacity.take(addressKey(req.ip));
      if (giveBack === undefined) {
        onRefused?.(req);
        throw tooManyStreams(bounds);
      }
      res.writeHead(200, HEADERS).write(': open\n\n');
      responses.add(res);
      whenClosed(res, () => {
        giveBack();
        responses.delete(res);
        onClose();
      });
      return {
        lastEventId: lastEventIdOf(req),
        send: (message) => responses.write(res, textOf(message)),
        end: () => res.end(),
      };
    },
    closeAll: responses.endAll,
  };
}

/** The answers that go on, and what their readers have left unread. */
function createResponses({ unreadBytes, unreadBytesPerStream }: Bounds, heartbeatMs: number) {
  /** At how many heartbeats in a row something was unread. */
  const responses = new Map<Response, number>();
  // One timer for all: a timer for each of 10,000 streams would be most of what a silent server does.
  let timer: NodeJS.Timeout | undefined;
  /** At least what is unread in all: exact after each count. */
  let atMostUnread = 0;
  const count = () => {
    atMostUnread = 0;
    for (const res of responses.keys()) atMostUnread += res.writableLength;
  };
  const write = (res: Response, text: string) => {
    if (res.writableLength > unreadBytesPerStream) return void res.destroy();
    if (res.writableEnded || res.destroyed) return;
    res.write(text);
    if (res.writableLength === 0) return;
    atMostUnread += text.length;
    if (atMostUnread > unreadBytes) count();
    if (atMostUnread > unreadBytes) res.destroy();
  };
  const beat = () => {
    for (const [res, before] of responses) {
      const behind = res.writableLength > 0 ? before + 1 : 0;
      responses.set(res, behind);
      if (behind < MOST_BEHIND) write(res, ': still here\n\n');
      else res.destroy();
    }
  };
  return {
    write,
    add(res: Response) {
      responses.set(res, 0);
      timer ??= setInterval(beat, heartbeatMs);
    },
    delete(res: Response) {
      responses.delete(res);
      if (responses.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
    endAll() {
      for (const res of responses.keys()) res.end();
    },
  };
}

function textOf({ id, event, data }: EventMessage): string {
  const body = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  return id === undefined ? body : `id: ${id}\n${body}`;
}

function lastEventIdOf(req: Request): string | undefined {
  const id = req.get('last-event-id');
  return id === undefined || id === '' || id.length > MAX_EVENT_ID_CHARS ? undefined : id;
}

/** A client may have disconnected before this is called; then 'close' is not emitted again. */
function whenClosed(res: Response, act: () => void): void {
  if (res.closed) process.nextTick(act);
  else res.once('close', act);
}

const tooManyStreams = ({ streams, streamsPerAddress }: Bounds): HttpProblem =>
  new HttpProblem(429, {
    code: 'streams.tooMany',
    rule: `A process has at most ${streams} live streams open, and ${streamsPerAddress} of one IP address.`,
    remedy: 'Close streams that are not needed, and open one for many chargers by a greater box.',
    retry: 'later',
  });
