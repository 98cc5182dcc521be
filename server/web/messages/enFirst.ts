import app from './en/app.json' with { type: 'json' };
import map from './en/map.json' with { type: 'json' };

/** What the page shows before anything is opened: its frame, the list and the map. */
export const messages = { ...app, ...map };
