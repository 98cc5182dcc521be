import { PlugpactError } from '../../protocol/errors.ts';

/** Codes of Node and of PostgreSQL (classes 08, 53 and 57P) that say that there is no working connection. */
const CODES = /^(?:E[A-Z]{3,}|08...|53300|57P0[1-5])$/;

/** Errors of `pg` itself, which have no code. */
const TEXTS =
  /^(?:Connection terminated|Client (?:has encountered|was closed)|timeout exceeded when trying to connect|Query read timeout)/;

const isUnreachable = ({ code, message }: { code?: string; message?: string }): boolean =>
  code === undefined ? TEXTS.test(message ?? '') : CODES.test(code);

/** Host, port and name of a database, without user and password. */
export function addressOf(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}

/** The error as callers see it: `database.unreachable` where the connection failed, else as it is. */
export function asDatabaseError(error: unknown, databaseUrl: string): unknown {
  const cause = (error ?? {}) as { code?: string; message?: string };
  if (error instanceof PlugpactError || !isUnreachable(cause)) return error;
  return new PlugpactError(
    {
      code: 'database.unreachable',
      value: `DATABASE_URL at ${addressOf(databaseUrl)} (${cause.code ?? cause.message})`,
      rule: 'The server needs its PostgreSQL database.',
      remedy:
        'Start the database, or set DATABASE_URL to one that is reachable; the server reconnects by itself.',
      retry: 'later',
    },
    { cause: error },
  );
}
