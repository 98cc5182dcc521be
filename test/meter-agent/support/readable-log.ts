import { pino } from 'pino';

/** A log that a test can read. */
export function readableLog() {
  const lines: { msg: string; level: number; [key: string]: unknown }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const said = (part: string) => lines.some(({ msg }) => msg.includes(part));
  return { log, lines, said };
}
