import { createHash, type Hash } from 'node:crypto';
import type { Hex } from 'viem';
import type { RawLog } from '../rules/events.ts';

/** A log as a line: block, index, transaction, topics and data, as anybody can read them from a node. */
const logLine = ({ blockNumber, logIndex, tx, topics, data }: RawLog): string =>
  `${blockNumber} ${logIndex} ${tx} ${topics.join(',')} ${data}\n`;

/** Logs whose lines are made at once: the text of a long ledger is large, and never held as a whole. */
const LOGS_AT_ONCE = 1_000;

export function* textOfLogs(logs: readonly RawLog[]): Generator<string> {
  for (let at = 0; at < logs.length; at += LOGS_AT_ONCE) {
    yield logs
      .slice(at, at + LOGS_AT_ONCE)
      .map(logLine)
      .join('');
  }
}

/** SHA-256 of the line of every log, in the order of the ledger: kept ones, then those that came later. */
export function hashOfLogs(kept: KeptLogs | undefined, later: readonly RawLog[]): Hex {
  const hash = kept?.hash() ?? createHash('sha256');
  for (const text of textOfLogs(later)) hash.update(text);
  return `0x${hash.digest('hex')}`;
}

const LINE =
  /^(\d{1,15}) (\d{1,15}) (0x[0-9a-fA-F]{64}) ((?:0x[0-9a-fA-F]{64},?){0,4}) (0x(?:[0-9a-fA-F]{2})*)$/;

const LINE_END = 10;

function* linesIn(bytes: Buffer): Generator<{ start: number; end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, start);
    yield { start, end };
    start = end + 1;
  }
}

/** The texts of lines. */
export function* textsIn(bytes: Buffer): Generator<string> {
  for (const { start, end } of linesIn(bytes)) yield bytes.toString('latin1', start, end);
}

/** Logs that an earlier run read, as lines of bytes: each is made a log when somebody asks for it. */
export class KeptLogs implements Iterable<RawLog> {
  readonly bytes: Buffer;
  readonly #hash: Hash;
  readonly #timeOf: (block: number) => number | undefined;

  /**
   * @param hash What has hashed these bytes, and can go on.
   * @param timeOf The time of a block, unix seconds.
   */
  constructor(bytes: Buffer, hash: Hash, timeOf: (block: number) => number | undefined) {
    this.bytes = bytes;
    this.#hash = hash;
    this.#timeOf = timeOf;
  }

  hash(): Hash {
    return this.#hash.copy();
  }

  *[Symbol.iterator](): Generator<RawLog> {
    for (const { start, end } of linesIn(this.bytes)) yield this.#logIn(start, end);
  }

  /** The logs with one of these first topics; no other is read. */
  *withTopic(wanted: ReadonlySet<Hex>): Generator<RawLog> {
    for (const { start, end } of linesIn(this.bytes)) {
      const words = this.bytes.toString('latin1', start, Math.min(end, start + FIRST_WORDS)).split(' ', 4);
      if (wanted.has(words[3]?.slice(0, TOPIC_LENGTH) as Hex)) yield this.#logIn(start, end);
    }
  }

  /** So many logs by chance, longer ones more often; one may come twice. None of an empty list. */
  some(count: number): RawLog[] {
    const { length } = this.bytes;
    return Array.from({ length: length === 0 ? 0 : count }, () =>
      this.#logAt(Math.floor(Math.random() * length)),
    );
  }

  /** The log whose line holds this byte. */
  #logAt(position: number): RawLog {
    const start = position === 0 ? 0 : this.bytes.lastIndexOf(LINE_END, position - 1) + 1;
    return this.#logIn(start, this.bytes.indexOf(LINE_END, position));
  }

  get last(): RawLog | undefined {
    return this.bytes.length === 0 ? undefined : this.#logAt(this.bytes.length - 1);
  }

  #logIn(start: number, end: number): RawLog {
    const line = this.bytes.toString('latin1', start, end);
    const found = LINE.exec(line);
    const at = this.#timeOf(Number(found?.[1]));
    if (found === null || at === undefined) throw new RangeError(`${line.slice(0, 100)} is no log.`);
    const topics = found[4] === '' ? [] : (found[4]!.split(',') as Hex[]);
    return {
      ...{ blockNumber: Number(found[1]), logIndex: Number(found[2]), at, tx: found[3] as Hex },
      ...{ topics, data: found[5] as Hex },
    };
  }
}

/** Enough for block, index, transaction and the first topic. */
const FIRST_WORDS = 200;
const TOPIC_LENGTH = 66;
