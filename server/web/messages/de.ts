import { messages as first } from './deFirst.ts';
import { messages as rest } from './deRest.ts';

/** The page's messages: a file for each room, ids beginning with its name. */
export const messages = { ...first, ...rest };
