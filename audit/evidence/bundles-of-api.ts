import { AuditError } from '../lib/errors.ts';
import { BUNDLE_BYTES_MAX, type GivenBundle, splitBundle } from './bundle-files.ts';
import type { SessionFacts } from './session-facts.ts';

/** The cookie of a signed-in account: an API hands bundles only to the parties, and to whom they share with. */
export const SESSION_VARIABLE = 'PLUGPACT_API_SESSION';

const TIMEOUT_MS = 30_000;
/** The account is no party of the booking, or nobody handed in a bundle. */
const NOT_GIVEN = new Set([403, 404]);

/**
 * The bundles that an API gives the signed-in account, one for each final reading of these sessions.
 *
 * @throws AuditError `audit.evidence` where it is not signed in, or the API does not answer.
 */
export async function* bundlesOfApi(
  origin: string,
  session: string | undefined,
  sessions: Iterable<SessionFacts>,
): AsyncGenerator<GivenBundle> {
  if (session === undefined || !/^[\x21-\x3a\x3c-\x7e]+$/.test(session)) throw notSignedIn(origin);
  for (const { bookingId, billed } of sessions) {
    if (billed === undefined) continue;
    const { evidenceHash } = billed;
    const url = new URL(`/api/v1/bookings/${bookingId}/evidence/${evidenceHash}`, origin);
    const bytes = await bytesOf(url, session);
    if (bytes !== undefined) yield splitBundle(evidenceHash.slice(2), bytes);
  }
}

async function bytesOf(url: URL, session: string): Promise<Uint8Array | undefined> {
  const headers = { cookie: `plugpact-session=${session}` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, { headers, signal, redirect: 'error' }).catch((error: unknown) => {
    throw noAnswer(url, String(error));
  });
  if (NOT_GIVEN.has(answer.status)) {
    await answer.body?.cancel();
    return undefined;
  }
  if (answer.status === 401) throw notSignedIn(url.origin);
  if (!answer.ok) throw noAnswer(url, `status ${answer.status}`);
  return limitedBody(answer, url);
}

async function limitedBody({ body }: Response, url: URL): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > BUNDLE_BYTES_MAX) throw noAnswer(url, `more than ${BUNDLE_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const notSignedIn = (origin: string): AuditError =>
  new AuditError({
    code: 'audit.evidence',
    value: origin,
    rule: 'An API hands out bundles only to a signed-in account, for bookings that it is a party of or that are shared with it.',
    remedy: `Sign in at the page, and set ${SESSION_VARIABLE} to the value of the cookie plugpact-session.`,
  });

const noAnswer = (url: URL, value: string): AuditError =>
  new AuditError({
    code: 'audit.evidence',
    value,
    rule: `The audit has to read ${url}.`,
    remedy: 'Check the address after --evidence, then run the audit again.',
    retry: 'later',
  });
