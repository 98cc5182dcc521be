import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { LINK_PATH } from '../../protocol/link.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { Bounds } from '../http/bounds.ts';
import { createCapacity } from '../http/capacity.ts';
import type { FewLines } from '../http/few-lines.ts';
import { createCounter, type Limit } from '../http/limits.ts';
import { tooManyDials, tooManyLinks } from './replies.ts';

export interface DialOptions {
  /** Chain and market that signatures are made for. @throws when the ledger was never reached. */
  marketRef(): MarketRef;
  /** The host that the agent dialled. @throws PlugpactError when this server is not reached under it. */
  audience(req: IncomingMessage): string;
  /** The IP address that dials, as one key. */
  addressOf(req: IncomingMessage): string;
  bounds: Pick<Bounds, 'links' | 'linksPerAddress' | 'waitingPerAgent'>;
  /** New connections of one IP address. */
  dials: Limit;
  warn: FewLines;
}

/** What is known of a connection before its agent has said a word. */
export interface Dialled {
  /** The IP address that dialled, as one key. */
  address: string;
  audience: string;
  ref: MarketRef;
  /** Of the link, that the agent dials with. */
  version: number;
}

/** Continues with a request for a connection that is accepted. */
type Continue = (req: IncomingMessage, stream: Duplex, head: Buffer, dialled: Dialled) => void;

/** Checks requests for a connection, in the order of what that costs, and refuses those beyond the bounds. */
export function createDialled(options: DialOptions, next: Continue) {
  const { bounds, dials, warn } = options;
  const capacity = createCapacity({ total: bounds.links, perKey: bounds.linksPerAddress });
  const countDials = createCounter(dials);
  const accept = async (req: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://host');
    if (pathname !== LINK_PATH) return refuse(stream, 404);
    const audience = options.audience(req);
    const address = options.addressOf(req);
    if ((await countDials(address)) > dials.count) throw tooManyDials(dials);
    const ref = options.marketRef();
    if (stream.destroyed) return;
    const giveBack = capacity.take(address);
    if (giveBack === undefined) throw tooManyLinks(bounds);
    stream.once('close', giveBack);
    next(req, stream, head, { address, audience, ref, version: Number(searchParams.get('version') ?? 1) });
  };
  return (req: IncomingMessage, stream: Duplex, head: Buffer): void => {
    // The peer may disconnect at this moment: without a listener that error would end the process.
    stream.on('error', () => stream.destroy());
    accept(req, stream, head).catch((error: { code?: string; status?: number; message: string }) => {
      const { code, message } = error;
      warn({ code, reason: message }, 'agent refused');
      refuse(stream, code === 'host.unknown' ? 421 : (error.status ?? 503), message);
    });
  };
}

function refuse(stream: Duplex, status: number, text = ''): void {
  const lines = ['connection: close', 'content-type: text/plain'];
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
