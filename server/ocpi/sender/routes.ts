import { type Request, type Response, Router } from 'express';
import { type OcpiPage, ocpiOperations } from '../../../protocol/api/ocpi.ts';
import { OCPI_VERSION } from '../../../protocol/api/ocpi-objects.ts';
import { API_BASE } from '../../../protocol/api/operation.ts';
import { isoTime } from '../../../protocol/units.ts';
import type { Basemap } from '../../basemap/basemap.ts';
import { ownHost } from '../../http/hosts.ts';
import { operate } from '../../http/operate.ts';
import type { Services } from '../../services.ts';
import { cdrSources, listingIdOf, locationSources, tariffSources } from './lists.ts';
import { cdrsOf, locationOf, locationsOf, tariffsOf } from './objects.ts';
import { messageIds, routingHeaders } from './ocpiHeaders.ts';
import { type Key, type KeySource, readPage, setPageHeaders } from './pages.ts';
import { partyOf, readerOf, refuseUnknownToken, register, renew, unregister } from './parties.ts';
import { type Sender, senderOf } from './party.ts';
import { unknownObject } from './refusals.ts';

const ROOT = `${API_BASE}/ocpi`;
const FUNCTIONAL = ['cdrs', 'locations', 'tariffs'].map((module) => `/ocpi/${OCPI_VERSION}/${module}`);

interface SenderContext {
  services: Services;
  sender(): Sender;
}

/** OCPI 2.2.1, the sender's side: versions, credentials, locations, tariffs, and charge detail records. */
export function ocpiRoutes(services: Services, basemap: () => Promise<Basemap>): Router {
  // Strict: `/locations/` is not the list of them.
  const router = Router({ strict: true });
  const context = {
    services,
    sender: () => senderOf(services.config, services.marketInfo(), basemap),
  };
  router.use('/ocpi', messageIds);
  router.use(FUNCTIONAL, routingHeaders(services.config), refuseUnknownToken(services));
  versionRoutes(router, context);
  locationRoutes(router, context);
  recordRoutes(router, context);
  credentialRoutes(router, context);
  return router;
}

const success = ({ services }: SenderContext) => ({
  ...({ status_code: 1_000, status_message: 'Success' } as const),
  timestamp: isoTime(services.now()),
});

const sent = <T>(context: SenderContext, data: T) => ({ ...success(context), data });

const urlOf = ({ services }: SenderContext, req: Request, path: string): string =>
  `${req.protocol}://${ownHost(req, services.config.publicHosts)}${ROOT}/${path}`;

const MODULES = ['cdrs', 'credentials', 'locations', 'tariffs'] as const;

function versionRoutes(router: Router, context: SenderContext): void {
  operate(router, ocpiOperations.versions, [], async ({ req }) =>
    sent(context, [{ version: OCPI_VERSION, url: urlOf(context, req, OCPI_VERSION) }]),
  );
  operate(router, ocpiOperations.details, [], async ({ req }) => {
    const endpoints = MODULES.map((identifier) => ({
      ...({ identifier, role: 'SENDER' } as const),
      url: urlOf(context, req, `${OCPI_VERSION}/${identifier}`),
    }));
    return sent(context, { version: OCPI_VERSION, endpoints });
  });
}

/** A page of a list, with its headers. */
async function pageOf<T>(
  context: SenderContext,
  { req, res, query }: { req: Request; res: Response; query: OcpiPage },
  sources: KeySource[],
  read: (keys: Key[]) => Promise<T[]>,
) {
  const page = await readPage(sources, query);
  const module = req.path.split('/').at(-1)!;
  setPageHeaders(res, urlOf(context, req, `${OCPI_VERSION}/${module}`), query, page);
  return sent(context, await read(page.keys));
}

function locationRoutes(router: Router, context: SenderContext): void {
  const { services, sender } = context;
  operate(router, ocpiOperations.locations, [], (call) =>
    pageOf(context, call, locationSources(services.db), (keys) => locationsOf(services, sender(), keys)),
  );
  const found = async (id: string) => {
    const listingId = await listingIdOf(services.db, id);
    const location = listingId && (await locationOf(services, sender(), listingId));
    if (location === undefined) throw unknownObject(`location ${id}`);
    return location;
  };
  const foundEvse = async (params: { location: string; evse: string }) => {
    const { evses } = await found(params.location);
    const evse = evses.find(({ uid }) => uid === params.evse);
    if (evse === undefined) throw unknownObject(`EVSE ${params.evse}`);
    return evse;
  };
  operate(router, ocpiOperations.location, [], async ({ params }) =>
    sent(context, await found(params.location)),
  );
  operate(router, ocpiOperations.evse, [], async ({ params }) => sent(context, await foundEvse(params)));
  operate(router, ocpiOperations.connector, [], async ({ params }) =>
    sent(context, (await foundEvse(params)).connectors[0]!),
  );
}

function recordRoutes(router: Router, context: SenderContext): void {
  const { services, sender } = context;
  operate(router, ocpiOperations.tariffs, [], (call) =>
    pageOf(context, call, tariffSources(services.db), (keys) => tariffsOf(services, sender(), keys)),
  );
  operate(router, ocpiOperations.cdrs, [], async (call) => {
    await readerOf(services, call.req);
    return pageOf(context, call, cdrSources(services.db), (keys) => cdrsOf(services, sender(), keys));
  });
}

function credentialRoutes(router: Router, context: SenderContext): void {
  const { services } = context;
  const own = (req: Request, token: string) => {
    const { countryCode: country_code, partyId: party_id, operatorName: name } = services.config.ocpi;
    const role = { role: 'CPO', business_details: { name }, country_code, party_id } as const;
    return sent(context, { token, url: urlOf(context, req, 'versions'), roles: [role] });
  };
  operate(router, ocpiOperations.readCredentials, [], async ({ req }) =>
    own(req, (await partyOf(services, req)).token),
  );
  operate(router, ocpiOperations.register, [], async ({ req, body }) =>
    own(req, await register(services, (await partyOf(services, req)).name, body.url)),
  );
  operate(router, ocpiOperations.renew, [], async ({ req, body }) =>
    own(req, await renew(services, (await partyOf(services, req)).name, body.url)),
  );
  operate(router, ocpiOperations.unregister, [], async ({ req }) => {
    await unregister(services, (await partyOf(services, req)).name);
    return success(context);
  });
}
