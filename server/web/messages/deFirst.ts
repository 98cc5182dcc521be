import app from './de/app.json' with { type: 'json' };
import map from './de/map.json' with { type: 'json' };

/** What the page shows before anything is opened: its frame, the list and the map. */
export const messages = { ...app, ...map };
