import { problemOf, unreachable } from './api.ts';

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 15_000;
/** The server sends a comment every 15 s; a connection that is silent for this long is given up. */
const SILENT_MS = 60_000;

export interface EventStream {
  /** Of an operation, from the server's root. */
  path: string;
  /** Headers of each attempt, since a signed header expires. */
  headers?: () => Promise<Record<string, string>>;
  onEvent: (name: string, data: unknown) => void;
  /** `undefined` when connected, else why not. */
  onState?: (problem: Error | undefined) => void;
}

/**
 * Reads server-sent events and reconnects with growing pauses; the id of the last event goes along, so that the server
 * sends what was missed. EventSource cannot send the header that a booking's
 * stream requires, so this parses the stream itself (WHATWG HTML, "Server-sent events").
 *
 * @returns a function that stops it.
 */
export function followEvents(stream: EventStream): () => void {
  const stop = new AbortController();
  void (async () => {
    let pauseMs = FIRST_PAUSE_MS;
    const last: LastId = {};
    while (!stop.signal.aborted) {
      try {
        await readOnce(stream, last, stop.signal, () => {
          pauseMs = FIRST_PAUSE_MS;
          stream.onState?.(undefined);
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        stream.onState?.(error as Error);
      }
      await pause(pauseMs, stop.signal);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  })();
  return () => stop.abort();
}

interface LastId {
  id?: string;
}

async function readOnce(
  stream: EventStream,
  last: LastId,
  signal: AbortSignal,
  connected: () => void,
): Promise<void> {
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  signal.addEventListener('abort', abort);
  let watchdog = setTimeout(abort, SILENT_MS);
  try {
    const missed: Record<string, string> = last.id === undefined ? {} : { 'last-event-id': last.id };
    const headers = { accept: 'text/event-stream', ...missed, ...(await stream.headers?.()) };
    const response = await fetch(stream.path, { headers, signal: attempt.signal }).catch((cause) => {
      throw unreachable(cause);
    });
    if (!response.ok || response.body === null) throw problemOf(response.status, await response.text());
    connected();
    const parse = eventParser(stream.onEvent, (id) => {
      last.id = id;
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, SILENT_MS);
      parse(part.value);
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Parses a stream in pieces, cut anywhere. Calls `onEvent` for each complete event, whose data is JSON, and `onId` with the
 * event's id after it.
 */
export function eventParser(
  onEvent: (name: string, data: unknown) => void,
  onId: (id: string) => void = () => {},
): (piece: string) => void {
  let rest = '';
  let name = '';
  let id: string | undefined;
  let data: string[] = [];
  const takeLine = (line: string) => {
    if (line === '') {
      if (data.length > 0) onEvent(name === '' ? 'message' : name, JSON.parse(data.join('\n')));
      if (id !== undefined) onId(id);
      id = undefined;
      name = '';
      data = [];
      return;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') name = value;
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  };
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    lines.forEach(takeLine);
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
