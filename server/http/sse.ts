import type { Request, Response } from 'express';

/** Interval of the comments that keep proxies from closing a silent stream. */
const HEARTBEAT_MS = 15_000;

/** A client with more unread bytes than this is disconnected, so that they do not fill the memory. */
const MAX_BUFFERED_BYTES = 1_048_576;

export interface EventStream {
  send(message: { event: string; data: unknown }): void;
  end(): void;
}

export interface EventStreams {
  /**
   * Answers with server-sent events (WHATWG HTML, section 9.2) until the client disconnects or the server stops, then
   * calls `onClose` once.
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

/** Tracks the open streams of a server, so that it can end them when it stops. */
export function createEventStreams(heartbeatMs = HEARTBEAT_MS): EventStreams {
  const responses = new Set<Response>();
  return {
    open(req, res, onClose) {
      res.writeHead(200, HEADERS).write(': open\n\n');
      responses.add(res);
      const write = (text: string) => {
        if (res.writableLength > MAX_BUFFERED_BYTES) req.socket.destroy();
        else if (!res.writableEnded) res.write(text);
      };
      const timer = setInterval(() => write(': still here\n\n'), heartbeatMs);
      whenClosed(res, () => {
        clearInterval(timer);
        responses.delete(res);
        onClose();
      });
      return {
        send: ({ event, data }) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        end: () => res.end(),
      };
    },
    closeAll() {
      for (const res of responses) res.end();
    },
  };
}

/** A client may have disconnected before this is called; then 'close' is not emitted again. */
function whenClosed(res: Response, act: () => void): void {
  if (res.closed) process.nextTick(act);
  else res.once('close', act);
}
