import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';
import type { refusal } from '../../../protocol/api/ocpi-objects.ts';
import { isoTime } from '../../../protocol/units.ts';
import { HttpProblem, toProblem } from '../../http/problem.ts';

/** OCPI 2.2.1, 5, for the HTTP statuses of a client's mistakes. */
const STATUS_CODES: Readonly<Record<number, number>> = { 400: 2_001, 401: 2_002, 404: 2_003, 405: 2_000 };

/** Answers a client's mistakes as OCPI does; what the server cannot do is a problem document, as elsewhere. */
export const ocpiRefusals =
  (now: () => number): ErrorRequestHandler =>
  (error, _req, res, next) => {
    const { code: problem, rule, value, remedy, status } = toProblem(error);
    const code = STATUS_CODES[status];
    // An address that does not exist is none of OCPI's.
    if (code === undefined || problem === 'route.unknown' || res.headersSent) return next(error);
    const got = value === undefined ? '' : ` Got ${value}.`;
    const body: z.infer<typeof refusal> = {
      timestamp: isoTime(now()),
      status_code: code,
      status_message: `${rule}${got} ${remedy}`,
    };
    res.status(status).json(body);
  };

export const unknownObject = (value: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'ocpi.unknown',
    value,
    rule: 'The object must be one of the lists of this server.',
    remedy: 'Take its id from the list again.',
  });

export const tokenMissing = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'ocpi.token',
    rule: 'This request needs the header "Authorization: Token", with a credentials token in Base64 that is known here.',
    remedy: 'Ask the operator of this server for a token, and register with it.',
  });

export const notPossible = (value: string): HttpProblem =>
  new HttpProblem(405, {
    code: 'ocpi.registration',
    value,
    rule: 'A party registers once; after that it renews or ends its registration.',
    remedy: 'POST registers, PUT renews, DELETE ends.',
  });
