import { ensureBasemapBuilt } from '../../../scripts/lib/basemap-build.ts';
import { createBasemap } from '../../../server/basemap/basemap.ts';

/** The basemap as it is built of this clone. */
export const openedBasemap = async () => createBasemap(await ensureBasemapBuilt())();
