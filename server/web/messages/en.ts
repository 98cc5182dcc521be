import { messages as first } from './enFirst.ts';
import { messages as rest } from './enRest.ts';

/** The page's messages: a file for each room, ids beginning with its name. */
export const messages = { ...first, ...rest };
