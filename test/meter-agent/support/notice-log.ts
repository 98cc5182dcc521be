import { pino } from 'pino';
import type { Notice } from '../../../protocol/notices.ts';

/** A log that keeps the notices sent. */
export function noticeLog() {
  const notices: Notice[] = [];
  const write = (line: string) => {
    const entry = JSON.parse(line) as Notice & { msg: string };
    if (entry.msg === 'notice') notices.push(entry);
  };
  return { notices, log: pino({ level: 'warn' }, { write }) };
}
