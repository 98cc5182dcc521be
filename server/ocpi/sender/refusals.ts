import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';
import { OCPI_REFUSALS } from '../../../protocol/api/ocpi.ts';
import type { refusal } from '../../../protocol/api/ocpi-objects.ts';
import { isoTime } from '../../../protocol/units.ts';
import { HttpProblem, toProblem } from '../../http/problem.ts';
import type { FieldError } from '../../http/validate.ts';

/** OCPI 2.2.1, 5. Any other mistake of a client is 2000, any other failure of the server 3000. */
const STATUS_CODES: Readonly<Record<number, number>> = { 400: 2_001, 401: 2_002, 404: 2_003 };

/** Answers what goes wrong in OCPI's format. */
export const ocpiRefusals =
  (now: () => number): ErrorRequestHandler =>
  (error, req, res, next) => {
    const problem = toProblem(error);
    // An address that does not exist is none of OCPI's.
    if (!OCPI_REFUSALS.includes(problem.status) || problem.code === 'route.unknown' || res.headersSent)
      return next(error);
    if (problem.status === 500) req.log.error({ err: error }, problem.code);
    const status = httpStatusOf(problem);
    const got = problem.value === undefined ? '' : ` Got ${problem.value}.`;
    const body: z.infer<typeof refusal> = {
      timestamp: isoTime(now()),
      status_code: STATUS_CODES[status === 200 ? 400 : status] ?? (status < 500 ? 2_000 : 3_000),
      status_message: `${problem.rule}${got} ${problem.remedy}`,
    };
    res.status(status).json(body);
  };

/**
 * 5: once a request is read, addresses what is there, and comes from who may ask, HTTP says that it arrived, and OCPI's code
 * what is wrong with its parameters or its object. An id that cannot be one addresses nothing.
 */
function httpStatusOf({ code, status, extension }: HttpProblem): number {
  if (code === 'ocpi.offset') return 200;
  if (code !== 'input.invalid') return status;
  const { errors } = extension as { errors: FieldError[] };
  return errors.some(({ path }) => path.startsWith('path.')) ? 404 : 200;
}

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
