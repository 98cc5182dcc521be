import type { Logger } from 'pino';
import type { ChargePoints } from '../drivers/charge-points.ts';
import { type MadeCall, madeCalls } from '../drivers/driver.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { Command, Session } from '../session/types.ts';
import { execute } from './commands.ts';

const MAX_WORD = 80;

export interface CommandRunnerParts {
  sessions: SessionStore;
  chargePoints: ChargePoints;
  nowSec: () => number;
  log: Logger;
}

/** The charge point's own word for its answer: a status, or the code of an error. */
function wordOf({ result }: Partial<MadeCall> = {}): string | null {
  const word = typeof result === 'object' ? (result as { status?: unknown } | null)?.status : result;
  return typeof word === 'string' && word !== '' ? word.slice(0, MAX_WORD) : null;
}

/** Sends the sessions' commands to charge points; the answer goes to the session, with the calls for its evidence. */
export class CommandRunner {
  readonly #parts: CommandRunnerParts;
  #isClosed = false;

  constructor(parts: CommandRunnerParts) {
    this.#parts = parts;
    parts.sessions.commands.add((session, command) => void this.#run(session, command));
  }

  /** Later answers are dropped: the journal is closed, and the next agent asks again. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(session: Session, command: Command): Promise<void> {
    const { sessions, chargePoints, nowSec, log } = this.#parts;
    const { chargePointId, bookingId } = session.plan;
    const calls: MadeCall[] = [];
    const { asked, event } = await madeCalls.run(calls, execute, chargePoints, session, command);
    if (this.#isClosed) return;
    const { answer } = event;
    log.info({ bookingId, chargePointId, asked, answer }, 'asked the wallbox');
    const at = nowSec();
    const own = event.command === 'start' ? { ...event, word: wordOf(calls.at(-1)) } : event;
    sessions.apply(bookingId, { ...own, at }, [{ at, asked, answer, calls }]);
  }
}
