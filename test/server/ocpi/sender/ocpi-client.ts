import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { z } from 'zod';
import { cdr } from '../../../support/ocpi/cdrs.ts';
import { location } from '../../../support/ocpi/locations.ts';
import { tariff } from '../../../support/ocpi/tariffs.ts';
import { envelope, versionDetails, versions } from '../../../support/ocpi/transport.ts';
import { type Answer, get, type TestServer } from '../../support.ts';

export interface Sent<T> {
  data: T;
  status_code: number;
}

const OBJECTS: Record<string, z.ZodType> = { locations: location, tariffs: tariff, cdrs: cdr };

/** OCPI 2.2.1, 4.1.2. */
export const tokenHeader = (token: string) => ({
  authorization: `Token ${Buffer.from(token).toString('base64')}`,
});

const nextOf = ({ headers }: Answer<unknown>): string | undefined =>
  /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];

/** A client of OCPI, which holds all that it gets against the standard. */
export function ocpiClient(server: () => TestServer) {
  /** Where a module is, found from the address of the versions alone. */
  async function endpointOf(identifier: string): Promise<string> {
    const listed = await get(`${server().api}/ocpi/versions`);
    const { url } = envelope(versions)
      .parse(listed.body)
      .data.find(({ version }) => version === '2.2.1')!;
    const details = await get(url);
    const { endpoints } = envelope(versionDetails).parse(details.body).data;
    // 4.1.8: versions and credentials are not routed.
    for (const { headers } of [listed, details]) expect(headers.has('ocpi-from-party-id')).toBe(false);
    const endpoint = endpoints.find((one) => one.identifier === identifier);
    expect(endpoint?.role).toBe('SENDER');
    return endpoint!.url;
  }

  /** All objects of a module, page by page. */
  async function allOf<T>(module: string, given: Record<string, string> = {}, query = ''): Promise<T[]> {
    const objects: T[] = [];
    for (let url: string | undefined = `${await endpointOf(module)}${query}`; url !== undefined; ) {
      const answer: Answer<Sent<T[]>> = await page<T>(module, url, given);
      objects.push(...answer.body.data);
      url = nextOf(answer);
    }
    return objects;
  }

  async function page<T>(
    module: string,
    url: string,
    given: Record<string, string>,
  ): Promise<Answer<Sent<T[]>>> {
    const ids = { 'x-request-id': `r ${randomUUID()}`.replace(' ', '/'), 'x-correlation-id': randomUUID() };
    const answer = await get<Sent<T[]>>(url, { ...given, ...ids });
    expect(answer.status).toBe(200);
    envelope(z.array(OBJECTS[module]!)).parse(answer.body);
    // 4.2, whatever form the ids have.
    for (const [name, id] of Object.entries(ids)) expect(answer.headers.get(name)).toBe(id);
    // 4.1.4: of a page.
    const [total, limit] = ['x-total-count', 'x-limit'].map((name) => Number(answer.headers.get(name)));
    expect(answer.body.data.length).toBeLessThanOrEqual(Math.min(total!, limit!));
    return answer;
  }

  return { endpointOf, allOf };
}
