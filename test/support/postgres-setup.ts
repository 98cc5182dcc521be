import { offerPostgres, SHARED_POSTGRES } from '../../scripts/lib/shared-postgres.ts';

/** Runs in vitest's own process: `npm test` offers one server to all its runs, any other run one of its own. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[SHARED_POSTGRES] !== undefined) return undefined;
  const offered = await offerPostgres();
  process.env[SHARED_POSTGRES] = offered.url;
  return () => offered.close();
}
